"""Read an edit's result back before it is written. Pure functions, no I/O."""

from __future__ import annotations

from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.edit import KEEP, Edit
from kubectl_connector.kubeconfig.schema import LISTS, conform
from kubectl_connector.kubeconfig.text.outline import TextError


def check_result(old: Document, edit: Edit, text: str) -> None:
    """Raise TextError unless a text holds what was to change, and all that was to stay (W7)."""
    try:
        new = Document(text.encode())
        good = _has_current_context(old, edit, new) and all(
            _has_entries(old, edit, new, kind) for kind in LISTS
        )
    except (TextError, UnicodeEncodeError):
        good = False
    if not good:
        raise TextError("can't be changed without risk to what else is in it")


def _has_current_context(old: Document, edit: Edit, new: Document) -> bool:
    wanted = edit.current_context
    return new.current_context == (old.current_context if wanted is KEEP else wanted)


def _has_entries(old: Document, edit: Edit, new: Document, kind: str) -> bool:
    """Whether a list has the entries that stay, unchanged, the ones put in, and no others."""
    upserts = edit.puts(kind)
    staying = old.entries[kind].keys() - upserts.keys() - set(edit.removes(kind))
    return (
        new.entries[kind].keys() == staying | upserts.keys()
        and all(_is_put(edit, new, kind, name) for name in upserts)
        and all(_source(old, kind, name) == _source(new, kind, name) for name in staying)
    )


def _is_put(edit: Edit, new: Document, kind: str, name: str) -> bool:
    """Whether an upsert is there, in the spelling that was asked for or as data."""
    spelt = edit.text(kind, name)
    if spelt and new.source(kind, name) == spelt.text:
        return True
    return new.body(kind, name) == conform(kind, edit.puts(kind)[name])


def _source(document: Document, kind: str, name: str) -> object:
    """What an entry is: its text, or its data where the text alone does not say it."""
    source = document.source(kind, name)
    return document.item(kind, name) if source is None else source
