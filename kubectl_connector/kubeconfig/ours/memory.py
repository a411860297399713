"""What logout needs to give the same bytes back, remembered in the kubeconfig itself.

How an empty list was spelt, which keys were missing, how current-context was quoted: all of this
stands in the ``restore`` field of the mark of one of our entries. When that entry goes, the memory
moves to another one. ``restore`` maps a top-level key to the text between the key and the end of
its value, null where the key was missing. ``created`` in it is true where the file was missing.

Pure functions, no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_connector.frozen import replace
from kubectl_connector.kubeconfig.document import Document, Key
from kubectl_connector.kubeconfig.edit import KEEP, Edit
from kubectl_connector.kubeconfig.ours.mark import MARK, Mark, mark_data, marked
from kubectl_connector.kubeconfig.schema import CURRENT, HEADER, LISTS
from kubectl_connector.kubeconfig.text.spelling import can_put_back, value_of
from kubectl_connector.model.kubeconfig import Entry

RESTORE = "restore"
CREATED = "created"

Memory = dict[str, Any]


def remembered_context(document: Document) -> str | None:
    """The current context to give back; empty for none, None where nothing is remembered."""
    memory = _memory_of(document)
    return value_of(memory[CURRENT]) or "" if CURRENT in memory else None


def completed(document: Document, edit: Edit, created: bool) -> Edit:
    """An edit of one file, with all that it takes to leave no trace of us after the last logout.

    Entries that differ in nothing but what they remember are not changed (W18). What is missing is
    not removed. ``created`` says that there is no file yet. Raises TextError.
    """
    return _Completion(document, edit).run(created)


def _memory_of(document: Document) -> Memory:
    """What our entries in a document remember. The first of two that disagree is believed."""
    memory: Memory = {}
    for kind, name in marked(document, mentioning=(RESTORE,)):
        restore = mark_data(document.body(kind, name)).get(RESTORE)
        for key, value in restore.items() if isinstance(restore, dict) else ():
            if value is None or value is True or isinstance(value, str):
                memory.setdefault(key, value)
    return memory


def _with_memory(body: Entry, memory: Memory) -> Entry:
    """A marked body that remembers just ``memory``; a body without our mark as it is."""
    if not body.get("extensions"):
        return body
    extensions = [
        {**item, "extension": _remembering(item["extension"], memory)}
        if item.get("name") == MARK and isinstance(item.get("extension"), dict)
        else item
        for item in body["extensions"]
    ]
    return {**body, "extensions": extensions}


def _remembering(data: Mapping[str, Any], memory: Memory) -> dict[str, Any]:
    others = {key: value for key, value in data.items() if key != RESTORE}
    return {**others, RESTORE: memory} if memory else others


class _Completion:
    def __init__(self, document: Document, edit: Edit) -> None:
        self.document = document
        self.memory = _memory_of(document)
        self.upserts = {kind: self._changed(kind, edit) for kind in LISTS}
        self.removals = {kind: self._there(kind, edit) for kind in LISTS}
        self.spellings: dict[str, str | None] = {}
        current = edit.current_context
        self.edit = replace(
            edit,
            upserts=self.upserts,
            removals=self.removals,
            current_context=KEEP if current == document.current_context else current,
            spellings=self.spellings,
        )

    def run(self, created: bool) -> Edit:
        if self.edit.is_empty:
            return self.edit
        before = dict(self.memory)
        if not self.document.outline.pairs:
            self.memory.update(dict.fromkeys(HEADER))
            if created:
                self.memory[CREATED] = True
        for kind in LISTS:
            self._complete_list(kind)
        if isinstance(self.edit.current_context, str):
            self._complete_current_context(self.edit.current_context)
        if self._hand_memory_on(before):
            return self.edit
        self._take_header_out()
        return replace(self.edit, remove_blank=bool(self.memory.get(CREATED)))

    def _changed(self, kind: str, edit: Edit) -> dict[str, Entry]:
        """The upserts that differ from what is there, leaving out what either remembers."""
        known = self.document.entries[kind]
        new = {name: _with_memory(body, {}) for name, body in edit.puts(kind).items()}
        return {
            name: body
            for name, body in new.items()
            if name not in known or _with_memory(self.document.body(kind, name), {}) != body
        }

    def _there(self, kind: str, edit: Edit) -> list[str]:
        """The entries to take out, of those that are there and are not put in."""
        known = self.document.entries[kind]
        return sorted(set(edit.removes(kind)) & known.keys() - edit.puts(kind).keys())

    def _complete_list(self, kind: str) -> None:
        known, upserts = self.document.entries[kind], self.upserts[kind]
        if upserts and not known:
            self._remember(kind)
        elif known and len(known) == len(self.removals[kind]) and upserts.keys() <= known.keys():
            self._put_back(kind, ": []")

    def _complete_current_context(self, wanted: str) -> None:
        if CURRENT in self.memory and (value_of(self.memory[CURRENT]) or "") == wanted:
            self._put_back(CURRENT, ': ""')
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
        spelling = self.document.text[found.key.end : found.value.end] if found else None
        if spelling is None or can_put_back(spelling, self.document.is_flow):
            self.memory[key] = spelling
        else:
            self.memory.pop(key, None)

    def _put_back(self, key: str, otherwise: str) -> None:
        """Spell an empty list or the current context as it was spelt before login."""
        found = self.document.fields.get(key)
        if key in self.memory:
            spelling = self.memory.pop(key)
            fits = spelling is None or can_put_back(spelling, self.document.is_flow)
            if key in LISTS and value_of(spelling):
                fits = False
            self.spellings[key] = spelling if fits else otherwise
        elif found and not found.value.flow:
            self.spellings[key] = otherwise

    def _hand_memory_on(self, before: Memory) -> bool:
        """Let one of our entries that stay hold the memory; False if none stays."""
        written, staying = list(self._ours_written()), self._ours_staying()
        holders = [key for key in self._ours_staying((RESTORE,)) if self._remembers(key)]
        if holders and self.memory == before:
            return True
        first = next(iter([*holders, *written]), None) or next(staying, None)
        if first is None:
            return False
        for key in holders:
            self._write(key, {})
        if self.memory:
            self._write(first, self.memory)
        return True

    def _ours_written(self) -> Iterator[Key]:
        """The new and changed entries that bear our mark."""
        for kind in LISTS:
            for name, body in self.upserts[kind].items():
                if Mark.from_entry(body):
                    yield kind, name

    def _ours_staying(self, mentioning: tuple[str, ...] | None = None) -> Iterator[Key]:
        """The entries that bear our mark and stay as they are."""
        for kind, name in marked(self.document, mentioning=mentioning):
            if name not in self.removals[kind] and name not in self.upserts[kind]:
                yield kind, name

    def _remembers(self, key: Key) -> bool:
        body = self.document.body(*key)
        return body != _with_memory(body, {})

    def _write(self, key: Key, memory: Memory) -> None:
        """Change what one of our entries remembers."""
        kind, name = key
        body = self.upserts[kind].get(name) or self.document.body(kind, name)
        self.upserts[kind][name] = _with_memory(body, memory)

    def _take_header_out(self) -> None:
        """Take apiVersion and kind out where login wrote them and nothing else is left."""
        ours = HEADER.keys() & self.memory.keys()
        gone = {key for key, spelling in self.spellings.items() if spelling is None}
        left = self.document.fields.keys() - gone
        if left <= ours:
            self.spellings.update(dict.fromkeys(left))
