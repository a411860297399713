"""What there is to show, before anybody decides how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of a table; a ``wide`` one is only shown by ``-o wide``."""

    title: str
    wide: bool = False


@dataclass(frozen=True)
class Report:
    """One thing or a list of things, as rows for people and as documents for programs."""

    kind: str
    """The documents' kind, such as ``Connector``."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    documents: tuple[Mapping[str, Any], ...]
    names: tuple[str, ...]
    single: bool = False
    """Whether it is one thing that was asked for by name, rather than a list that has one."""

    def document(self) -> Mapping[str, Any]:
        """The one document, or the list of them, as kubectl would wrap it."""
        version = {"apiVersion": "kubectl-connector/v1"}
        if self.single:
            return {**version, "kind": self.kind, **self.documents[0]}
        return {**version, "kind": f"{self.kind}List", "items": list(self.documents)}
