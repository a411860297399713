"""What to change in a kubeconfig, and the mark that our own entries bear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubectl_connector.model.kubeconfig import Entry

MARK = "kubectl-connector"
"""The name of the ``extensions`` item that our clusters, users and contexts bear."""


@dataclass(frozen=True)
class Mark:
    """Says in a kubeconfig entry that it is ours, and which connector's."""

    connector_id: str
    connector_name: str
    previous_context: str | None = None
    """On a context: the current context that ``login`` replaced (None: there was none)."""

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Mark | None:
        """The mark that an entry's body bears, None where it is not ours."""
        for item in entry.get("extensions") or ():
            data = item.get("extension")
            if item.get("name") == MARK and isinstance(data, dict) and data.get("id"):
                return cls(data["id"], data.get("connector") or "", data.get("previous-context"))
        return None

    def to_extension(self) -> Entry:
        """The ``extensions`` item to write."""
        data = {"id": self.connector_id, "connector": self.connector_name}
        if self.previous_context is not None:
            data["previous-context"] = self.previous_context
        return {"name": MARK, "extension": data}


class Keep:
    """The type of :data:`KEEP`."""

    def __repr__(self) -> str:
        """Named as it is used."""
        return "KEEP"


KEEP = Keep()
"""Leave current-context as it is."""


@dataclass(frozen=True)
class KubeconfigEdit:
    """Entries to put in (whole bodies, by name) and to take out, and the current context.

    An upsert whose name exists replaces that entry's body where it stands; a new one goes to the
    default file (semantics W1, W3). ``current_context`` None takes it away.
    """

    clusters: Mapping[str, Entry] = field(default_factory=dict)
    users: Mapping[str, Entry] = field(default_factory=dict)
    contexts: Mapping[str, Entry] = field(default_factory=dict)
    remove_clusters: frozenset[str] = frozenset()
    remove_users: frozenset[str] = frozenset()
    remove_contexts: frozenset[str] = frozenset()
    current_context: str | Keep | None = KEEP
