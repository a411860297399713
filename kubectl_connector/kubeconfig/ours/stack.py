"""Logins are a stack: the mark of each of our contexts names the one that was current before it.

A context that leaves the middle of the stack, or goes back to its top, leaves a gap. The gap is
closed: a context that would have led back to the one that leaves then leads back to the one below.
Without this two contexts could lead back to each other, and what was current before both would be
lost. Pure functions.
"""

from __future__ import annotations

from collections.abc import Collection

from kubectl_connector.frozen import replace
from kubectl_connector.kubeconfig.document import Document, broken
from kubectl_connector.kubeconfig.ours.mark import mark_of, our_contexts
from kubectl_connector.kubeconfig.ours.memory import remembered_context
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.model.kubeconfig import Entry


def context_below(kubeconfig: Kubeconfig, context: str | None, gone: Collection[str]) -> str | None:
    """What is current once the contexts ``gone`` are gone: ``context``, or one below it.

    Raises KubeconfigError.
    """
    seen: set[str] = set()
    while context is not None and context in gone:
        mark = mark_of(kubeconfig.contexts.get(context))
        if context in seen or not mark:
            return None
        seen.add(context)
        context = mark.previous_context
    return context


def relinked(kubeconfig: Kubeconfig, gone: Collection[str]) -> dict[str, Entry]:
    """The contexts of ours that stay and would lead back to one that is ``gone``, linked anew.

    Their new bodies, by name. Raises KubeconfigError.
    """
    bodies = {}
    for name, mark in our_contexts(kubeconfig, mentioning=gone).items():
        if name not in gone and mark.previous_context in gone:
            below = context_below(kubeconfig, mark.previous_context, gone)
            new = replace(mark, previous_context=None if below == name else below)
            bodies[name] = new.put_on(kubeconfig.contexts[name].entry)
    return bodies


def given_back(kubeconfig: Kubeconfig, gone: Collection[str]) -> dict[str, str]:
    """What takes the place of the contexts ``gone`` in each file that names one as current.

    Each such file gets an answer, also where another file decides which context is current: else it
    would go on naming a context that is not there. The answer is the context of ours below, if that
    is in the same file, and else what the file itself remembers. Raises KubeconfigError.
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
            below = below if remembered is None else remembered
        values[path] = below
    return values


def _remembered(path: str, document: Document) -> str | None:
    try:
        return remembered_context(document)
    except TextError as error:
        raise broken(path, error) from None
