"""Settle what an edit changes in one file, and what is remembered of it. Pure functions, no I/O.

Entries that differ in nothing but what they remember are not changed (W18); removed ones leave
those that refer to them (W2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.memory import (
    CREATED,
    Memory,
    can_restore,
    memory_of,
    value_of,
    with_memory,
)
from kubectl_connector.kubeconfig.outline import LISTS
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import KEEP, Keep, Mark

CURRENT = "current-context"
HEADER = {"apiVersion": "v1", "kind": "Config"}


@dataclass(frozen=True)
class FileEdit:
    """The part of an edit that concerns one file; lists by their key in the kubeconfig."""

    upserts: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    removals: Mapping[str, Iterable[str]] = field(default_factory=dict)
    current_context: str | Keep = KEEP
    """Empty: none."""


@dataclass
class FilePlan:
    """What to splice."""

    upserts: dict[str, dict[str, Entry]]
    """New and changed bodies, with what they have to remember."""
    removals: dict[str, list[str]]
    current_context: str | Keep
    restored: dict[str, str | None] = field(default_factory=dict)
    """Spellings of top-level fields to put back; None: take the field out."""
    header: bool = False
    """Whether apiVersion and kind are to be added."""
    last: bool = False
    """Whether none of our entries stays in the file."""
    created: bool = False
    """Whether the file is there only because login made it."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return (
            any(self.upserts.values())
            or any(self.removals.values())
            or self.current_context is not KEEP
        )


def plan(document: Document, edit: FileEdit, created: bool) -> FilePlan:
    """What an edit comes to in a document; ``created`` says that there is no file yet."""
    return _Planner(document, edit).plan(created)


class _Planner:
    def __init__(self, document: Document, edit: FileEdit) -> None:
        self.document = document
        self.memory: Memory = memory_of(document)
        current = edit.current_context
        self.result = FilePlan(
            {kind: self._changed(kind, edit) for kind in LISTS},
            {kind: self._removed(kind, edit) for kind in LISTS},
            KEEP if current == document.current_context else current,
        )

    def plan(self, created: bool) -> FilePlan:
        before = dict(self.memory)
        if self.result.changes and not self.document.outline.pairs:
            self.result.header = True
            self.memory.update(dict.fromkeys(HEADER))
            if created:
                self.memory[CREATED] = True
        for kind in LISTS:
            self._plan_list(kind)
        if not isinstance(self.result.current_context, Keep):
            self._plan_current_context(self.result.current_context)
        self.result.created = bool(self.memory.get(CREATED))
        self.result.last = not self._choose_bearer(before)
        if self.result.last:
            self._plan_header()
        return self.result

    def _changed(self, kind: str, edit: FileEdit) -> dict[str, Entry]:
        """The upserts that differ from what is there, leaving out what either remembers."""
        known = self.document.entries[kind]
        new = {name: with_memory(body, {}) for name, body in edit.upserts.get(kind, {}).items()}
        return {
            name: body
            for name, body in new.items()
            if name not in known or with_memory(self.document.body(kind, name), {}) != body
        }

    def _removed(self, kind: str, edit: FileEdit) -> list[str]:
        kept = edit.upserts.get(kind, {})
        names = sorted(set(edit.removals.get(kind, ())) - kept.keys())
        return [name for name in names if name in self.document.entries[kind]]

    def _plan_list(self, kind: str) -> None:
        known, upserts = self.document.entries[kind], self.result.upserts[kind]
        if upserts and not known:
            self._remember(kind)
        elif (
            known
            and len(known) == len(self.result.removals[kind])
            and upserts.keys() <= known.keys()
        ):
            self._restore(kind, ": []")

    def _plan_current_context(self, wanted: str) -> None:
        if CURRENT in self.memory and (value_of(self.memory[CURRENT]) or "") == wanted:
            self._restore(CURRENT, ': ""')
        elif wanted and not (CURRENT in self.memory and self._is_ours()):
            self._remember(CURRENT)

    def _is_ours(self) -> bool:
        """Whether the current context is one of this file's that login made."""
        name = self.document.current_context
        known = name in self.document.entries["contexts"]
        return known and Mark.from_entry(self.document.body("contexts", name)) is not None

    def _remember(self, key: str) -> None:
        """Note how a top-level field is spelt, unless it will be changed where it stands."""
        found = self.document.fields.get(key)
        raw = self.document.text[found.key.end : found.value.end] if found else None
        if raw is None or can_restore(raw, self._is_flow()):
            self.memory[key] = raw
        else:
            self.memory.pop(key, None)

    def _restore(self, key: str, otherwise: str) -> None:
        """Put an empty list's or the current context's spelling back."""
        found = self.document.fields.get(key)
        if key in self.memory:
            raw = self.memory.pop(key)
            fits = raw is None or can_restore(raw, self._is_flow())
            if key in LISTS and value_of(raw):
                fits = False
            self.result.restored[key] = raw if fits else otherwise
        elif found and not found.value.flow:
            self.result.restored[key] = otherwise

    def _is_flow(self) -> bool:
        root = self.document.outline.root
        return root is not None and root.flow

    def _choose_bearer(self, before: Memory) -> bool:
        """Hand the memory to one of our entries that stay; False if none does."""
        upserts = self.result.upserts
        new, staying = self._ours_to_write(), self._ours_to_leave()
        bearers = [key for key, body in staying.items() if body != with_memory(body, {})]
        if not new and not staying:
            return False
        if bearers and self.memory == before:
            return True
        for kind, name in bearers:
            upserts[kind][name] = with_memory(staying[kind, name], {})
        if self.memory:
            kind, name = next(iter([*bearers, *new, *staying]))
            upserts[kind][name] = with_memory((staying | new)[kind, name], self.memory)
        return True

    def _ours_to_write(self) -> dict[tuple[str, str], Entry]:
        """The new and changed entries that bear our mark, by list and name."""
        return {
            (kind, name): body
            for kind in LISTS
            for name, body in self.result.upserts[kind].items()
            if Mark.from_entry(body)
        }

    def _ours_to_leave(self) -> dict[tuple[str, str], Entry]:
        """The entries that bear our mark and stay as they are, by list and name."""
        upserts, removals = self.result.upserts, self.result.removals
        return {
            (kind, name): self.document.body(kind, name)
            for kind, name in self.document.marked()
            if name not in removals[kind] and name not in upserts[kind]
        }

    def _plan_header(self) -> None:
        """Take apiVersion and kind out where login wrote them and nothing else is left."""
        ours = HEADER.keys() & self.memory.keys()
        gone = {key for key, raw in self.result.restored.items() if raw is None}
        left = self.document.fields.keys() - gone
        if left <= ours:
            self.result.restored.update(dict.fromkeys(left))
