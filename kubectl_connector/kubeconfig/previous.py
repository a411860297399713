"""Logins are a stack: each of our contexts says which one was current before it. Pure functions.

Whoever takes a context out of the middle, or puts it back on top, closes the gap: what would have
gone back to it goes back to what it would have gone back to. Else two contexts could lead back to
each other, and what was current before both would be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from kubectl_connector.kubeconfig.load import Kubeconfig
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import MARK, Mark


def context_marks(kubeconfig: Kubeconfig) -> dict[str, Mark]:
    """The marks of our contexts, by the contexts' names; raises KubeconfigError."""
    marks = ((found.name, Mark.from_entry(found.entry)) for found in kubeconfig.marked_contexts())
    return {name: mark for name, mark in marks if mark}


def context_before(
    context: str | None, marks: Mapping[str, Mark], gone: Collection[str]
) -> str | None:
    """What is current once ``gone`` are gone: ``context``, or the one before it that stays."""
    seen: set[str] = set()
    while context is not None and context in gone:
        if context in seen or context not in marks:
            return None
        seen.add(context)
        context = marks[context].previous_context
    return context


def relinked(
    kubeconfig: Kubeconfig, marks: Mapping[str, Mark], gone: Collection[str]
) -> dict[str, Entry]:
    """The bodies, with a new mark, of our contexts that stay and would go back to one of ``gone``.

    Raises KubeconfigError.
    """
    bodies = {}
    for name, mark in marks.items():
        if name not in gone and mark.previous_context in gone:
            before = context_before(mark.previous_context, marks, gone)
            new = replace(mark, previous_context=None if before == name else before)
            bodies[name] = _remarked(kubeconfig.contexts[name].entry, new)
    return bodies


def _remarked(body: Entry, mark: Mark) -> Entry:
    others = [item for item in body.get("extensions") or () if item.get("name") != MARK]
    return {**body, "extensions": [*others, mark.to_extension()]}
