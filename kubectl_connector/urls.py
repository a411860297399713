"""URLs, which may be none at all, and may hold a password. urllib waits for the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult

PROXY_SCHEMES = ("http", "https", "socks5")
"""The proxies that can be gone through (semantics F4)."""


def scheme(url: str) -> str:
    """A URL's scheme, also where the rest is wrong; empty for what has none."""
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def split_url(url: str) -> SplitResult | None:
    """A URL's parts, its port known to be one; None for what is no URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if url.isprintable() and " " not in url else None


def has_bad_port(url: str) -> bool:
    """Whether a URL's port is a number, and none that can be connected to."""
    from urllib.parse import urlsplit

    try:
        port = urlsplit(url).netloc.rpartition(":")[2]
    except ValueError:
        return False  # it is no URL
    return port.isdecimal() and (len(port) > len("65535") or not 0 < int(port) < 65536)


def has_password(url: str) -> bool:
    """Whether a URL carries a password."""
    parts = split_url(url)
    return parts is not None and parts.password is not None


def without_password(url: str) -> str:
    """A URL that may be shown and kept: without the username and password in it.

    Of what is no URL all before the last ``@`` goes: a password may have broken it.
    """
    scheme, slashes, rest = url.partition("//")
    parts = split_url(url)
    if parts and parts.hostname:
        host, slash, path = rest.partition("/")
        return scheme + slashes + host.rpartition("@")[2] + slash + path
    return (scheme + slashes if slashes else "") + (rest or scheme).rpartition("@")[2]
