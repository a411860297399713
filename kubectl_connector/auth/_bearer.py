"""What a bearer token looks like."""

from __future__ import annotations

from kubectl_connector.errors import ClusterError


def checked(token: str) -> str:
    """``token`` if a header can carry it; ClusterError, which does not quote it."""
    if not is_token(token):
        raise ClusterError(
            "what the server gave as a token is none: no HTTP header can carry it",
            "check what stands between here and the server",
        )
    return token


def is_token(text: str) -> bool:
    """Whether an HTTP header can carry a text as a bearer token."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
