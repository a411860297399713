"""Read when a JSON Web Token ends. Nothing is verified here: the cluster does that."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timezone


def expiry(token: str) -> datetime | None:
    """The ``exp`` claim (RFC 7519 §4.1.4) of a token, in UTC; None where there is none to read.

    An opaque token, a broken token and a token without ``exp`` all give None, because a token may
    have any form.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], timezone.utc)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
