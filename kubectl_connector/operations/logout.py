"""Take out of the kubeconfig what login put in, and give the earlier current context back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kubectl_connector import suggest
from kubectl_connector.errors import NotFoundError
from kubectl_connector.kubeconfig.load import Kubeconfig
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import KEEP, MARK, KubeconfigEdit, Mark
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class LoggedOut:
    """What a logout did."""

    contexts: tuple[str, ...]
    """The contexts that were taken out."""
    files: tuple[str, ...]
    switched: bool
    """Whether the current context was among them."""
    current: str | None
    """The current context afterwards."""


def logout(
    workspace: Workspace,
    name: str | None,
    files: KubeconfigFiles,
    lock_timeout: float = 10.0,
) -> LoggedOut:
    """Take out what belongs to the connector called ``name``, or to any (None).

    A connector that was deleted or renamed since is known by the name in its entries' marks.
    Raises NotFoundError where ``name`` is neither registered nor in the kubeconfig, and
    KubeconfigError. A connector that is not logged in leaves everything as it is.
    """
    ids = {connector.name: connector.id for connector in workspace.catalog.load()}
    outcome: list[LoggedOut] = []

    def plan(kubeconfig: Kubeconfig) -> KubeconfigEdit:
        marks = _context_marks(kubeconfig)
        doomed = [context for context, mark in marks.items() if _named(mark, name, ids)]
        if name and not doomed and name not in ids:
            raise NotFoundError(
                f'no connector named "{name}"',
                suggest.did_you_mean(name, ids, "all names: kubectl connector list"),
            )
        edit = _edit(kubeconfig, marks, doomed)
        switched = edit.current_context is not KEEP
        current = edit.current_context if switched else kubeconfig.current_context
        outcome[:] = [LoggedOut(tuple(doomed), (), switched, current)]  # type: ignore[arg-type]
        return edit

    change = edit_kubeconfig(files, plan, lock_timeout=lock_timeout)
    return replace(outcome[0], files=change.files)


def _named(mark: Mark, name: str | None, ids: Mapping[str, str]) -> bool:
    if name is None:
        return True
    orphan = mark.connector_name == name and mark.connector_id not in ids.values()
    return orphan or mark.connector_id == ids.get(name)


def _context_marks(kubeconfig: Kubeconfig) -> dict[str, Mark]:
    marks = ((found.name, Mark.from_entry(found.entry)) for found in kubeconfig.marked_contexts())
    return {name: mark for name, mark in marks if mark}


def _edit(kubeconfig: Kubeconfig, marks: Mapping[str, Mark], doomed: list[str]) -> KubeconfigEdit:
    """Remove the contexts, and their clusters and users where those are ours too."""
    if not doomed:
        return KubeconfigEdit()
    bodies = [kubeconfig.contexts[context].entry for context in doomed]
    ids = {marks[context].connector_id for context in doomed}
    current = kubeconfig.current_context
    return KubeconfigEdit(
        contexts=_relink(kubeconfig, marks, doomed),
        remove_contexts=frozenset(doomed),
        remove_clusters=_ours(kubeconfig.clusters, (body.get("cluster") for body in bodies), ids),
        remove_users=_ours(kubeconfig.users, (body.get("user") for body in bodies), ids),
        current_context=_before(current, marks, doomed) if current in doomed else KEEP,
    )


def _before(context: str | None, marks: Mapping[str, Mark], doomed: list[str]) -> str | None:
    """The current context before ``context`` that stays: logins can be stacked."""
    seen: set[str] = set()
    while context in doomed and context not in seen:
        seen.add(context)
        context = marks[context].previous_context
    return None if context in doomed else context


def _relink(
    kubeconfig: Kubeconfig, marks: Mapping[str, Mark], doomed: list[str]
) -> dict[str, Entry]:
    """The contexts of ours that stay, and would have gone back to one that goes."""
    relinked = {}
    for name, mark in marks.items():
        if name not in doomed and mark.previous_context in doomed:
            before = _before(mark.previous_context, marks, doomed)
            relinked[name] = _remarked(
                kubeconfig.contexts[name].entry, replace(mark, previous_context=before)
            )
    return relinked


def _remarked(entry: Entry, mark: Mark) -> Entry:
    others = [item for item in entry.get("extensions") or () if item.get("name") != MARK]
    return {**entry, "extensions": [*others, mark.to_extension()]}


def _ours(
    table: Mapping[str, object], names: Iterable[str | None], ids: set[str]
) -> frozenset[str]:
    """The names of entries that bear a mark of one of the connectors."""
    ours = set()
    for name in names:
        found = table.get(name) if name else None
        mark = Mark.from_entry(found.entry) if found else None  # type: ignore[attr-defined]
        if name and mark and mark.connector_id in ids:
            ours.add(name)
    return frozenset(ours)
