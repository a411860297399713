"""What a command shows, independent of the format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_connector.frozen import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a table; only ``-o wide`` shows a ``wide`` one."""

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
    """The name of each; empty where ``-o name`` leaves it out."""
    single: bool = False
    """Whether it is one thing that the user asked for by name, not a list of one."""

    def document(self) -> Mapping[str, Any]:
        """The one document, or a list of them in kubectl's form."""
        version = {"apiVersion": "kubectl-connector/v1"}
        if self.single:
            return {**version, "kind": self.kind, **self.documents[0]}
        return {**version, "kind": f"{self.kind}List", "items": list(self.documents)}
