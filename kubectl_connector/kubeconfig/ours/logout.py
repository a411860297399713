"""The edit that takes our entries out again. Pure functions; they raise KubeconfigError."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.edit import KEEP, Edit
from kubectl_connector.kubeconfig.ours.mark import Mark, our_contexts, our_entries
from kubectl_connector.kubeconfig.ours.originals import Restored, Texts, restore
from kubectl_connector.kubeconfig.ours.stack import context_below, given_back, relinked
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.view import Kubeconfig


@dataclass(frozen=True)
class Removed:
    """What a logout takes out."""

    contexts: tuple[str, ...]
    switched: bool
    """Whether another context is to be current, or none."""
    current: str | None
    """The current context afterwards, as far as these files' marks say."""
    gone: str | None = None
    """The context that was current before login, where it is not there any more."""
    restored: Restored = field(default_factory=Restored)
    """What took their place again. Where some of it is unread or lost, the edit may be empty."""


def logout_edit(
    kubeconfig: Kubeconfig,
    name: str | None,
    ids: Mapping[str, str],
    texts: Texts = MappingProxyType({}),
    force: bool = False,
) -> tuple[Edit, Removed]:
    """The edit that takes out the entries of the connector called ``name``, or of all (None).

    ``ids`` are the ids of all connectors by name. A connector that is not among them is known by
    its name in the marks of its entries, or by its context's name. What login had replaced comes
    back; ``texts`` are those of it that a secret store has kept. Where some of it can't be given
    back the edit is empty, unless ``force`` does without.
    """
    going = _going(kubeconfig, name, ids)
    marks = going["contexts"]
    current = kubeconfig.current_context
    restored = restore(kubeconfig, going, texts)
    stuck = restored.unread or (restored.lost and not force)
    if stuck or not any(going.values()):
        return Edit(), Removed((), switched=False, current=current, restored=restored)
    after = context_below(kubeconfig, current, marks)
    switched = current in marks and after != current
    by_file = given_back(kubeconfig, marks)
    is_there = after in kubeconfig.contexts and (
        after not in marks or after in restored.bodies["contexts"]
    )
    # Where ``after`` is not there, each file has its own answer.
    settled = not switched or (by_file and not is_there)
    edit = Edit(
        upserts={
            **restored.bodies,
            "contexts": {**relinked(kubeconfig, marks), **restored.bodies["contexts"]},
        },
        removals={
            kind: tuple(each for each in entries if each not in restored.bodies[kind])
            for kind, entries in going.items()
        },
        current_context=KEEP if settled else after or "",
        current_contexts=by_file,
        texts=restored.texts,
        secret=restored.strange,
    )
    gone = after if switched and after and not is_there else None
    now = after if is_there else None
    return edit, Removed(tuple(marks), switched, now, gone, restored)


def _going(
    kubeconfig: Kubeconfig, name: str | None, ids: Mapping[str, str]
) -> dict[str, dict[str, Mark]]:
    """The marks of the entries that go, by list and name."""
    mentioned = None if name is None else {name, ids.get(name, name)}
    contexts = {
        context: mark
        for context, mark in our_contexts(kubeconfig, mentioned).items()
        if name is None or _is_called(name, context, mark, ids)
    }
    owners = {mark.connector_id for mark in contexts.values()}
    if name is not None and name in ids:
        owners.add(ids[name])
    return {
        kind: contexts
        if kind == "contexts"
        else {
            each: mark
            for each, mark in our_entries(
                kubeconfig, kind, None if name is None else {name, *owners}
            ).items()
            if name is None or mark.connector_id in owners or _is_called(name, "", mark, ids)
        }
        for kind in LISTS
    }


def _is_called(name: str, context: str, mark: Mark, ids: Mapping[str, str]) -> bool:
    """Whether a context is that of the connector called ``name``."""
    if mark.connector_id in ids.values():
        return mark.connector_id == ids.get(name)
    return name in (mark.connector_name, context)  # its connector is gone
