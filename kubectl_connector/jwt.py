"""Read when a JSON Web Token ends, and whom it names.

Nothing is verified here: the cluster does that.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Any


def expiry(token: str) -> datetime | None:
    """The ``exp`` claim (RFC 7519 §4.1.4) of a token, in UTC; None where there is none to read.

    An opaque token, a broken token and a token without ``exp`` all give None, because a token may
    have any form.
    """
    try:
        return datetime.fromtimestamp(_claims(token)["exp"], timezone.utc)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def beginning(token: str) -> datetime | None:
    """When a token's life began (``nbf``, else ``iat``), in UTC; None where it does not say."""
    try:
        claims = _claims(token)
        return datetime.fromtimestamp(claims.get("nbf", claims.get("iat")), timezone.utc)
    except (ValueError, AttributeError, TypeError, OverflowError, OSError):
        return None


def subject(token: str) -> str | None:
    """Whom a token names: its ``email``, else its ``sub``; None where there is none to read.

    The cluster may call this user something else.
    """
    try:
        claims = _claims(token)
        found = claims.get("email") or claims.get("sub")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) and found else None


def _claims(token: str) -> Any:
    """The token's claims, of any JSON type; ValueError where it is no JSON Web Token."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except RecursionError:
        raise ValueError("nested too deeply") from None
