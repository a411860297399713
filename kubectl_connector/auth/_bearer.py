"""What a bearer token looks like."""

from __future__ import annotations


def is_token(text: str) -> bool:
    """Whether an HTTP header can carry a text as a bearer token."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
