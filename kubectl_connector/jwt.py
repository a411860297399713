"""What a JSON Web Token says about its own end. Nothing is verified: that is the cluster's job."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timezone


def expiry(token: str) -> datetime | None:
    """The ``exp`` claim (RFC 7519 §4.1.4) of a token, in UTC; None where there is none to read.

    An opaque token, a broken one and one without ``exp`` all answer None: a token's form is no
    business of ours.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], timezone.utc)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
