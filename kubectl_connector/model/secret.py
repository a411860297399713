"""The secret half of a connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


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
