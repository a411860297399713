"""Logins are a stack: the mark of each of our contexts names the one that was current before it.

A context that leaves the middle of the stack, or goes back to its top, leaves a gap. The gap is
closed: a context that would have led back to the one that leaves then leads back to the one below.
Without this two contexts could lead back to each other, and what was current before both would be
lost. Pure functions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from kubectl_connector.frozen import replace
from kubectl_connector.kubeconfig.document import Document, broken
from kubectl_connector.kubeconfig.ours.mark import Mark, mark_of, our_contexts
from kubectl_connector.kubeconfig.ours.memory import remembered_context
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.model.kubeconfig import Entry


def context_below(
    kubeconfig: Kubeconfig,
    context: str | None,
    gone: Collection[str],
    above: Mapping[str, Mark] = MappingProxyType({}),
) -> str | None:
    """What is current once the contexts ``gone`` are gone: ``context``, or one below it.

    A context that login replaced is there again then. Below all others is the one that leads to
    itself, or to those above it: it was current before it was replaced. ``above`` are the marks of
    contexts above ``context`` that stay. Raises KubeconfigError.
    """
    seen = dict(above)
    while context is not None and (context in gone or context in seen):
        if context in seen:
            return next((each for each in (context, *reversed(seen)) if seen[each].original), None)
        mark = mark_of(kubeconfig.contexts.get(context))
        if not mark:
            return None
        seen[context] = mark
        context = mark.previous_context
    return context


def height(kubeconfig: Kubeconfig, context: str) -> int:
    """How many contexts are below one of ours; the last to be made current has the most."""
    seen: set[str] = set()
    below: str | None = context
    while below is not None and below not in seen:
        seen.add(below)
        mark = mark_of(kubeconfig.contexts.get(below))
        below = mark.previous_context if mark else None
    return len(seen)


def relinked(kubeconfig: Kubeconfig, gone: Collection[str]) -> dict[str, Entry]:
    """The contexts of ours that stay and would lead back to one that is ``gone``, linked anew.

    Their new bodies, by name. Raises KubeconfigError.
    """
    bodies = {}
    for name, mark in our_contexts(kubeconfig, mentioning=gone).items():
        if name not in gone and mark.previous_context in gone:
            below = context_below(kubeconfig, mark.previous_context, gone, {name: mark})
            new = replace(mark, previous_context=below)
            bodies[name] = new.put_on(kubeconfig.contexts[name].entry)
    return bodies


def given_back(kubeconfig: Kubeconfig, gone: Collection[str]) -> dict[str, str]:
    """What takes the place of the contexts ``gone`` in each file that names one as current.

    Each such file gets an answer, also where another file decides which context is current: else it
    would go on naming a context that is not there. The answer is the context of ours below, if that
    is in the same file, and else what the file itself remembers. A context that was there at login
    and is there no more is no answer: then the file names none. Raises KubeconfigError.
    """
    values: dict[str, str] = {}
    for path, document in kubeconfig.documents.items():
        name = document.current_context
        if name not in gone:
            continue
        if name in document.entries["contexts"] and kubeconfig.contexts[name].file != path:
            continue  # the context of this name that goes is an earlier file's (W6)
        below = context_below(kubeconfig, name, gone) or ""
        found = kubeconfig.contexts.get(below)
        if not (found and found.file == path and mark_of(found)):
            remembered = _remembered(path, document)
            below = _existing(kubeconfig, below, remembered)
        values[path] = below
    return values


def _existing(kubeconfig: Kubeconfig, below: str, remembered: str | None) -> str:
    """What a file is to name as current, by the marks and by what the file remembers.

    A mark names only a context that was there at login. So where both say the same and it is not
    there, it was deleted since. What the file alone remembers goes back as it was.
    """
    value = below if remembered is None else remembered
    return "" if value == below and value not in kubeconfig.contexts else value


def _remembered(path: str, document: Document) -> str | None:
    try:
        return remembered_context(document)
    except TextError as error:
        raise broken(path, error) from None
