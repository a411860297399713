"""What a request to a cluster carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kubectl_connector import ready
from kubectl_connector.model.connector import format_time, parse_time


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

    def to_status(self) -> dict[str, str]:
        """The ``status`` of an ExecCredential (KEP-541), which has no place for a password."""
        status = {
            ready.TOKEN: self.token,
            ready.CERTIFICATE: self.client_certificate,
            ready.KEY: self.client_key,
            ready.END: format_time(self.expires_at) if self.expires_at else None,
        }
        return {name: value for name, value in status.items() if value is not None}

    @classmethod
    def from_status(cls, status: Mapping[str, str]) -> Credential:
        """Read what :meth:`to_status` gave; ValueError for an end that is no time."""
        end = status.get(ready.END)
        return cls(
            token=status.get(ready.TOKEN),
            client_certificate=status.get(ready.CERTIFICATE),
            client_key=status.get(ready.KEY),
            expires_at=parse_time(end) if end else None,
        )


def earliest(*ends: datetime | None) -> datetime | None:
    """The first of the ends that are known; None where none is."""
    return min((end for end in ends if end), default=None)
