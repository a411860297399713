"""The secret half of a connector, and how a store keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kubectl_connector.model.credential import Credential


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
