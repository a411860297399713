"""What a request to a cluster carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Credential:
    """An issued credential; its repr says nothing.

    One value rather than a union of kinds: a bearer token (or basic auth) and a client
    certificate can go out together (semantics F7, X7).
    """

    token: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    client_certificate: str | None = field(default=None, repr=False)
    """PEM text: the certificate, and any intermediates after it."""
    client_key: str | None = field(default=None, repr=False)
    """PEM text, not encrypted."""
    expires_at: datetime | None = None
    """When it is known to end, aware, in UTC."""
