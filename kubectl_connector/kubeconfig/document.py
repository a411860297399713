"""One kubeconfig file's content, read: its entries by name, built only when asked for.

Raises OutlineError for what kubectl would refuse (semantics M4, M6, M7, M9) without ever quoting
an entry's body. Pure: bytes in, no I/O.
"""

from __future__ import annotations

import codecs
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from kubectl_connector.kubeconfig.construct import construct, scalar_value
from kubectl_connector.kubeconfig.outline import LISTS, Field, Item, Outline, OutlineError, outline
from kubectl_connector.kubeconfig.schema import conform
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import MARK, Mark

BODY = {"clusters": "cluster", "users": "user", "contexts": "context"}
"""The key that an entry's body stands under, by list."""

_VERSION = {"apiVersion": "v1", "kind": "Config"}


@dataclass(frozen=True)
class Slot:
    """An entry's place: its index in its list, and its text (None: only a merge makes it)."""

    index: int
    item: Item | None


class Document:
    """The first YAML document of a kubeconfig, or an empty one."""

    def __init__(self, data: bytes) -> None:
        self.bom = data.startswith(codecs.BOM_UTF8)
        self.text = _decode(data.removeprefix(codecs.BOM_UTF8))
        self.outline: Outline = outline(self.text)
        self.fields: Mapping[str, Field] = self.outline.fields()
        self._check_root()
        self.current_context = self._string("current-context")
        """Empty where there is none."""
        self.entries = {kind: self._slots(kind) for kind in LISTS}

    def item(self, kind: str, name: str) -> Entry:
        """An entry with its name, as it stands in its list, unchecked."""
        slot = self.entries[kind][name]
        if self.outline.shared or slot.item is None:
            return self._whole[kind][slot.index] or {}
        return construct(self._item_text(slot.item)) or {}

    def body(self, kind: str, name: str) -> Entry:
        """An entry's body, the types of its fields checked (M9)."""
        item = self.item(kind, name)
        try:
            return conform(kind, item.get(BODY[kind]))
        except ValueError as error:
            slot = self.entries[kind][name]
            line = slot.item.node.line + 1 if slot.item else None
            raise OutlineError(f'{BODY[kind]} "{name}": {error}', line) from None

    def marked(self) -> Iterator[tuple[str, str]]:
        """The list and name of every entry that bears our mark."""
        if MARK not in self.text:
            return
        for kind, slots in self.entries.items():
            for name, slot in slots.items():
                if self._may_be_marked(slot) and Mark.from_entry(self.body(kind, name)):
                    yield kind, name

    def _may_be_marked(self, slot: Slot) -> bool:
        if slot.item is None or self.outline.shared:
            return True
        return self.text.find(MARK, slot.item.node.start, slot.item.node.end) >= 0

    @functools.cached_property
    def _whole(self) -> dict[str, Any]:
        """The data of the whole text, for documents whose parts depend on each other."""
        return construct(self.text) or {}

    def _item_text(self, item: Item) -> str:
        node = item.node
        if node.flow:
            return self.text[node.start : node.end]
        line_end = self.text.find("\n", node.end) + 1 or len(self.text)
        return " " * node.column + self.text[node.start : line_end]

    def _check_root(self) -> None:
        root = self.outline.root
        if root and not root.null and root.kind is not yaml.MappingStartEvent:
            raise OutlineError("holds no mapping where a kubeconfig's fields belong", root.line + 1)
        for key, wanted in _VERSION.items():
            if self._string(key) not in ("", wanted):
                raise OutlineError(f"is no kubeconfig: its {key} is not {wanted}", self._line(key))

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
            raise OutlineError(f"{key} must be a string; quote it", self._line(key))
        return value or ""

    def _slots(self, kind: str) -> dict[str, Slot]:
        """A list's entries by name; raises OutlineError for a second one of the same name (M6)."""
        slots: dict[str, Slot] = {}
        for index, (name, item) in enumerate(self._names(kind)):
            line = item.node.line + 1 if item else self._line(kind)
            if not isinstance(name, str):
                raise OutlineError(f"a name in {kind} must be a string; quote it", line)
            if name in slots:
                what = f'named "{name}"' if name else "without a name"
                raise OutlineError(f"has two {kind} {what}", line)
            slots[name] = Slot(index, item)
        return slots

    def _names(self, kind: str) -> Iterator[tuple[Any, Item | None]]:
        found = self.fields.get(kind)
        items = found.value.items if found else []
        if self.outline.shared:
            members = self._whole.get(kind) or []
            if not isinstance(members, list):
                raise OutlineError(f"{kind} must be a list", self._line(kind))
            known = items if len(items) == len(members) else [None] * len(members)
            for member, item in zip(members, known, strict=True):
                if not isinstance(member, (dict, type(None))):
                    raise OutlineError(f"{kind} has an entry that is no mapping", self._line(kind))
                name = (member or {}).get("name")
                yield "" if name is None else name, item
            return
        if found and not found.value.null and found.value.kind is not yaml.SequenceStartEvent:
            raise OutlineError(f"{kind} must be a list", self._line(kind))
        for item in items:
            yield _name(kind, item), item


def _name(kind: str, item: Item) -> Any:
    node = item.node
    if not node.null and node.kind is not yaml.MappingStartEvent:
        raise OutlineError(f"{kind} has an entry that is no mapping", node.line + 1)
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
        raise OutlineError("is not UTF-8 text", line) from None
