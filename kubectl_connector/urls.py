"""URLs that may hold a password."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def has_password(url: str) -> bool:
    """Whether a URL carries a password."""
    return urlsplit(url).password is not None


def without_password(url: str) -> str:
    """A URL that may be shown and kept: without the username and password in it."""
    parts = urlsplit(url)
    if parts.username is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
