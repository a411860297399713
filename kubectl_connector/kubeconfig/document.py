"""One kubeconfig file's content: its entries by name, each read when it is first asked for.

Raises TextError for what kubectl would refuse (semantics M4, M6, M7, M9), and never quotes an
entry's body in it. Pure functions, no I/O.
"""

from __future__ import annotations

import codecs
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.kubeconfig.schema import BODY, CURRENT, HEADER, LISTS, conform
from kubectl_connector.kubeconfig.text.construct import construct, construct_whole, scalar_value
from kubectl_connector.kubeconfig.text.outline import (
    NamedItem,
    Node,
    Outline,
    Pair,
    TextError,
    outline,
)
from kubectl_connector.model.kubeconfig import Entry

Key = tuple[str, str]
"""An entry's list, and its name in it."""


@dataclass(frozen=True)
class Spelt:
    """An entry as it is spelt in a list."""

    text: str = field(repr=False)
    column: int | None
    """Where its lines begin in a block list; None: it stands in brackets."""

    def suits(self, node: Node) -> bool:
        """Whether the text can stand where ``node`` stands."""
        return node.flow if self.column is None else not node.flow and node.column == self.column

    def item(self) -> Entry:
        """The entry with its name, unchecked; empty for what is no entry. Raises TextError."""
        item = construct_whole(" " * (self.column or 0) + self.text + "\n")
        return item if isinstance(item, dict) else {}


@dataclass(frozen=True)
class Slot:
    """An entry's place: its index in its list, and its text (None: only a merge makes it)."""

    index: int
    item: NamedItem | None


class Document:
    """The first YAML document of a kubeconfig, or an empty one."""

    def __init__(self, data: bytes) -> None:
        self.bom = data.startswith(codecs.BOM_UTF8)
        self.text = _decode(data.removeprefix(codecs.BOM_UTF8))
        self.outline: Outline = outline(self.text, LISTS)
        self.fields: Mapping[str, Pair] = self.outline.fields()
        self._check_root()
        self.current_context = self._string(CURRENT)
        """Empty where there is none."""
        self.entries = {kind: self._slots(kind) for kind in LISTS}
        self._bodies: dict[Key, Entry] = {}
        self._texts: dict[str, tuple[Key, ...]] = {}

    @property
    def is_flow(self) -> bool:
        """Whether the whole is one flow mapping, as in JSON."""
        return self.outline.root is not None and self.outline.root.flow

    def item(self, kind: str, name: str) -> Entry:
        """An entry with its name, as it stands in its list, unchecked."""
        slot = self.entries[kind][name]
        if self.outline.shared or slot.item is None:
            return self._whole[kind][slot.index] or {}
        return construct(self._item_text(slot.item)) or {}

    def body(self, kind: str, name: str) -> Entry:
        """An entry's body, the types of its fields checked (M9); parsed once, not to be changed."""
        key = kind, name
        if key not in self._bodies:
            item: Any = self.item(kind, name)
            try:
                if not isinstance(item, dict):
                    raise ValueError("the entry must be a mapping")
                self._bodies[key] = conform(kind, item.get(BODY[kind]))
            except ValueError as error:
                slot = self.entries[kind][name]
                line = slot.item.node.line + 1 if slot.item else None
                raise TextError(f'{BODY[kind]} "{name}": {error}', line) from None
        return self._bodies[key]

    def source(self, kind: str, name: str) -> str | None:
        """An entry's text; None where the text alone does not say what the entry is."""
        item = self.entries[kind][name].item
        if item is None or self.outline.shared:
            return None
        return self.text[item.node.start : item.node.end]

    def spelt(self, kind: str, name: str) -> Spelt | None:
        """How an entry is spelt; None where the text alone does not say what the entry is."""
        item = self.entries[kind][name].item
        if item is None:
            return None
        node = item.node
        spelt = Spelt(self.text[node.start : node.end], None if node.flow else node.column)
        if self.outline.shared and not self._stands_alone(spelt, self.item(kind, name)):
            return None
        return spelt

    def _stands_alone(self, spelt: Spelt, item: Entry) -> bool:
        """Whether a text means what it means in a document whose parts depend on each other."""
        try:
            return spelt.item() == item
        except TextError:
            return False

    def entries_with(self, text: str) -> tuple[Key, ...]:
        """The entries that have a string in their text, or may have it; found without parsing."""
        if text not in self._texts:
            self._texts[text] = tuple(self._search(text)) if text in self.text else ()
        return self._texts[text]

    def _search(self, text: str) -> Iterator[Key]:
        for kind, slots in self.entries.items():
            for name, slot in slots.items():
                node = slot.item.node if slot.item and not self.outline.shared else None
                if node is None or self.text.find(text, node.start, node.end) >= 0:
                    yield kind, name

    @functools.cached_property
    def _whole(self) -> dict[str, Any]:
        """The data of the whole text, for documents whose parts depend on each other."""
        return construct(self.text) or {}

    def _item_text(self, item: NamedItem) -> str:
        node = item.node
        if node.flow:
            return self.text[node.start : node.end]
        line_end = self.text.find("\n", node.end) + 1 or len(self.text)
        return " " * node.column + self.text[node.start : line_end]

    def _check_root(self) -> None:
        root = self.outline.root
        if root and not root.null and root.kind is not yaml.MappingStartEvent:
            raise TextError("holds no mapping where a kubeconfig's fields belong", root.line + 1)
        for key, wanted in HEADER.items():
            if self._string(key) not in ("", wanted):
                raise TextError(f"is no kubeconfig: its {key} is not {wanted}", self._line(key))

    def _line(self, key: str) -> int | None:
        return self.fields[key].key.line + 1 if key in self.fields else None

    def _string(self, key: str) -> str:
        """A top-level string; empty for null and for no such field."""
        if self.outline.shared:
            value = self._whole.get(key)
        else:
            found = self.fields.get(key)
            event = found.value.scalar if found else None
            value = scalar_value(event) if event else None if found is None else found.value
        if value is not None and not isinstance(value, str):
            raise TextError(f"{key} must be a string; quote it", self._line(key))
        return value or ""

    def _slots(self, kind: str) -> dict[str, Slot]:
        """A list's entries by name; raises TextError for two of the same name (M6)."""
        slots: dict[str, Slot] = {}
        for index, (name, item) in enumerate(self._names(kind)):
            line = item.node.line + 1 if item else self._line(kind)
            if not isinstance(name, str):
                raise TextError(f"a name in {kind} must be a string; quote it", line)
            if name in slots:
                what = f'named "{name}"' if name else "without a name"
                raise TextError(f"has two {kind} {what}", line)
            slots[name] = Slot(index, item)
        return slots

    def _names(self, kind: str) -> Iterator[tuple[Any, NamedItem | None]]:
        found = self.fields.get(kind)
        items = found.value.items if found else []
        if self.outline.shared:
            members = self._whole.get(kind) or []
            if not isinstance(members, list):
                raise TextError(f"{kind} must be a list", self._line(kind))
            known = items if len(items) == len(members) else [None] * len(members)
            for member, item in zip(members, known, strict=True):
                if not isinstance(member, (dict, type(None))):
                    raise TextError(f"{kind} has an entry that is no mapping", self._line(kind))
                name = (member or {}).get("name")
                yield "" if name is None else name, item
            return
        if found and not found.value.null and found.value.kind is not yaml.SequenceStartEvent:
            raise TextError(f"{kind} must be a list", self._line(kind))
        for item in items:
            yield _name(kind, item), item


def parse(path: str, data: bytes | None) -> Document:
    """The kubeconfig in a file's bytes (None: an empty one); KubeconfigError with the line."""
    try:
        return Document(data or b"")
    except TextError as error:
        raise broken(path, error) from None


def broken(path: str, error: TextError) -> KubeconfigError:
    """The user's view of an TextError."""
    where = f", line {error.line}," if error.line else ""
    return KubeconfigError(
        f"{display_path(path)}{where} {error.problem}",
        "mend the file in an editor, or leave it out of KUBECONFIG",
    )


def _name(kind: str, item: NamedItem) -> Any:
    node = item.node
    if not node.null and node.kind is not yaml.MappingStartEvent:
        raise TextError(f"{kind} has an entry that is no mapping", node.line + 1)
    if item.name is None:
        return ""
    if not isinstance(item.name, yaml.ScalarEvent):
        return item.name
    name = scalar_value(item.name)
    return "" if name is None else name


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TextError("is not UTF-8 text", line) from None
