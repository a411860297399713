"""Read an edit's result back before it is written. Pure functions, no I/O."""

from __future__ import annotations

from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.outline import LISTS, OutlineError
from kubectl_connector.kubeconfig.plan import FilePlan
from kubectl_connector.kubeconfig.schema import conform
from kubectl_connector.model.kubeconfig_edit import KEEP


def check_result(old: Document, todo: FilePlan, text: str) -> None:
    """Raise OutlineError unless a text has what was planned, and all that was to stay (W7)."""
    try:
        new = Document(text.encode())
        good = _has_current_context(old, todo, new) and all(
            _has_entries(old, todo, new, kind) for kind in LISTS
        )
    except (OutlineError, UnicodeEncodeError):
        good = False
    if not good:
        raise OutlineError("can't be changed without risk to what else is in it")


def _has_current_context(old: Document, todo: FilePlan, new: Document) -> bool:
    wanted = todo.current_context
    return new.current_context == (old.current_context if wanted is KEEP else wanted)


def _has_entries(old: Document, todo: FilePlan, new: Document, kind: str) -> bool:
    """Whether a list has the entries that stay, unchanged, those that are put in, and no other."""
    upserts = todo.upserts[kind]
    staying = old.entries[kind].keys() - upserts.keys() - set(todo.removals[kind])
    return (
        new.entries[kind].keys() == staying | upserts.keys()
        and all(new.body(kind, name) == conform(kind, upserts[name]) for name in upserts)
        and all(_source(old, kind, name) == _source(new, kind, name) for name in staying)
    )


def _source(document: Document, kind: str, name: str) -> object:
    """What an entry is made of: its text, or its data where the text alone does not say."""
    item = document.entries[kind][name].item
    if item is None or document.outline.shared:
        return document.item(kind, name)
    return document.text[item.node.start : item.node.end]
