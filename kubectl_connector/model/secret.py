"""The values that nobody may see: what a store keeps, and what a request carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from kubectl_connector import ready
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.model.connector import format_time, parse_time


@dataclass(frozen=True)
class Secret(Mapping[str, str]):
    """Named secret values (``token``, ``password``, ``client_key`` …); its repr says nothing.

    Values are text; PEM documents are kept as they are. Equality compares the values.
    """

    values_by_name: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Copy the mapping so that nobody can change it afterwards."""
        object.__setattr__(self, "values_by_name", MappingProxyType(dict(self.values_by_name)))

    def __getitem__(self, name: str) -> str:
        """The value called ``name``; KeyError where there is none."""
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the values."""
        return iter(self.values_by_name)

    def __len__(self) -> int:
        """How many values there are."""
        return len(self.values_by_name)

    def __repr__(self) -> str:
        """The names only: a repr ends up in logs and tracebacks."""
        return f"Secret({', '.join(sorted(self.values_by_name)) or 'empty'})"

    __str__ = __repr__


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
    """When it is known to end, aware, in UTC; of what is issued, when the next one is due."""
    ends_at: datetime | None = field(default=None, compare=False)
    """When it really ends, where the next one is due before; known only to who issued it."""
    handle: str | None = field(default=None, repr=False)
    """What the method that issued it needs to know of it later, such as what revokes it."""

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


@dataclass(frozen=True)
class Item:
    """What a secret store keeps under one reference, written once; its repr says nothing.

    What an authentication method keeps is apart from what the rest of the product needs, so that
    no method's field can be taken for anything else.
    """

    secret: Secret = Secret()
    """The values of the authentication method's own fields."""
    proxy_url: str | None = field(default=None, repr=False)
    """The URL of the cluster's proxy, where a password stands in it."""
    ready: Credential | None = None
    """What can be handed to kubectl as it is; None: the method has to issue a credential first."""

    def __bool__(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.secret or self.proxy_url or self.ready)
