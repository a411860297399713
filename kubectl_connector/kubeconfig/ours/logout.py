"""The edit that takes our entries out again. Pure functions; they raise KubeconfigError."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.edit import KEEP, Edit
from kubectl_connector.kubeconfig.ours.mark import Mark, mark_of, our_contexts
from kubectl_connector.kubeconfig.ours.stack import context_below, given_back, relinked
from kubectl_connector.kubeconfig.schema import BODY
from kubectl_connector.kubeconfig.view import Kubeconfig


@dataclass(frozen=True)
class Removed:
    """What a logout takes out."""

    contexts: tuple[str, ...]
    switched: bool
    """Whether the current context is among them."""
    current: str | None
    """The current context afterwards, as far as these files' marks say."""


def logout_edit(
    kubeconfig: Kubeconfig, name: str | None, ids: Mapping[str, str]
) -> tuple[Edit, Removed]:
    """The edit that takes out the entries of the connector called ``name``, or of all (None).

    ``ids`` are the ids of all connectors by name. A connector that is not among them is known by
    its name in the marks of its entries, or by its context's name. The contexts go, with those of
    their clusters and users that are ours too.
    """
    mentioned = None if name is None else {name, ids.get(name, name)}
    marks = {
        context: mark
        for context, mark in our_contexts(kubeconfig, mentioned).items()
        if name is None or _is_called(name, context, mark, ids)
    }
    current = kubeconfig.current_context
    if not marks:
        return Edit(), Removed((), switched=False, current=current)
    switched = current in marks
    after = context_below(kubeconfig, current, marks)
    by_file = given_back(kubeconfig, marks)
    # Where ``after`` is not there, a file that is not listed now made it current.
    settled = not switched or (by_file and after and after not in kubeconfig.contexts)
    owners = {mark.connector_id for mark in marks.values()}
    edit = Edit(
        upserts={"contexts": relinked(kubeconfig, marks)},
        removals={
            "clusters": _ours(kubeconfig, "clusters", marks, owners),
            "users": _ours(kubeconfig, "users", marks, owners),
            "contexts": tuple(marks),
        },
        current_context=KEEP if settled else after or "",
        current_contexts=by_file,
    )
    return edit, Removed(tuple(marks), switched, after)


def _is_called(name: str, context: str, mark: Mark, ids: Mapping[str, str]) -> bool:
    """Whether a context is that of the connector called ``name``."""
    if mark.connector_id in ids.values():
        return mark.connector_id == ids.get(name)
    return name in (mark.connector_name, context)  # its connector is gone


def _ours(
    kubeconfig: Kubeconfig, kind: str, contexts: Collection[str], owners: Collection[str]
) -> list[str]:
    """The clusters or users that contexts refer to and that are the owners' too."""
    table = kubeconfig.table(kind)
    referred = [kubeconfig.contexts[context].entry.get(BODY[kind]) for context in contexts]
    marks = {name: mark_of(table.get(name)) for name in referred if name}
    return [name for name, mark in marks.items() if mark and mark.connector_id in owners]
