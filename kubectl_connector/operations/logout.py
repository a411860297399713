"""Take out of the kubeconfig what login put in, and give the earlier current context back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kubectl_connector import suggest
from kubectl_connector.errors import NotFoundError
from kubectl_connector.kubeconfig.load import Kubeconfig, load
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.previous import context_before, context_marks, relinked
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.kubeconfig_edit import KEEP, KubeconfigEdit, Mark
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
    break_lock: bool = False,
) -> LoggedOut:
    """Take out what belongs to the connector called ``name``, or to any (None).

    A connector that was deleted or renamed since is known by the name in its entries' marks.
    Raises NotFoundError where ``name`` is neither registered nor in the kubeconfig, and
    KubeconfigError. A connector that is not logged in leaves everything as it is.
    """
    ids = {connector.name: connector.id for connector in workspace.catalog.load()}
    outcome: list[LoggedOut] = []

    def plan(kubeconfig: Kubeconfig) -> KubeconfigEdit:
        marks = context_marks(kubeconfig)
        doomed = [context for context, mark in marks.items() if _named(context, mark, name, ids)]
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

    change = edit_kubeconfig(files, plan, lock_timeout=lock_timeout, break_stale_lock=break_lock)
    done = replace(outcome[0], files=change.files)
    if done.switched and len(files.paths) > 1:  # that of another file may show through now
        done = replace(done, current=load(files).current_context)
    return done


def _named(context: str, mark: Mark, name: str | None, ids: Mapping[str, str]) -> bool:
    if name is None:
        return True
    if mark.connector_id in ids.values():
        return mark.connector_id == ids.get(name)
    return name in (mark.connector_name, context)  # its connector is gone


def _edit(kubeconfig: Kubeconfig, marks: Mapping[str, Mark], doomed: list[str]) -> KubeconfigEdit:
    """Remove the contexts, and their clusters and users where those are ours too."""
    if not doomed:
        return KubeconfigEdit()
    bodies = [kubeconfig.contexts[context].entry for context in doomed]
    ids = {marks[context].connector_id for context in doomed}
    current = kubeconfig.current_context
    return KubeconfigEdit(
        contexts=relinked(kubeconfig, marks, doomed),
        remove_contexts=frozenset(doomed),
        remove_clusters=_ours(kubeconfig.clusters, (body.get("cluster") for body in bodies), ids),
        remove_users=_ours(kubeconfig.users, (body.get("user") for body in bodies), ids),
        current_context=context_before(current, marks, doomed) if current in doomed else KEEP,
    )


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
