"""Make an edit in one kubeconfig's text, and touch no line of an entry that the edit leaves alone.

The result is read back before it is returned. It must hold what was asked for beside all that was
there, so a text that the splicer would get wrong is refused, not written. Pure functions, no I/O.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from kubectl_connector.frozen import replace
from kubectl_connector.kubeconfig.document import Document, Slot, Spelt
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.result import check_result
from kubectl_connector.kubeconfig.schema import BODY, CURRENT, HEADER, LISTS
from kubectl_connector.kubeconfig.text.emit import block_lines, flow, scalar
from kubectl_connector.kubeconfig.text.outline import Node, Pair, TextError
from kubectl_connector.kubeconfig.text.scalars import quote
from kubectl_connector.kubeconfig.text.spelling import can_put_back
from kubectl_connector.kubeconfig.text.splice import Splicer
from kubectl_connector.model.kubeconfig import Entry


def applied(document: Document, edit: Edit) -> str | None:
    """The text with the edit of this one file made; None where the file is to be removed.

    What the edit removes must be there. Raises TextError for what can't be changed.
    """
    if edit.is_empty:
        return document.text
    try:
        text = _edited(document, edit)
    except TextError:
        if not edit.texts:
            raise
        text = _edited(document, replace(edit, texts={}))
    return None if edit.remove_blank and _is_blank(text) else text


def _edited(document: Document, edit: Edit) -> str:
    text = _Editor(document, edit).run()
    check_result(document, edit, text)
    return text


def _is_blank(text: str) -> bool:
    """Whether a kubeconfig says nothing: no entry, no other setting and no comment."""
    document = Document(text.encode())
    others = document.fields.keys() - HEADER.keys()
    values = {
        text[value.start : value.end] for key in others for value in [document.fields[key].value]
    }
    return "#" not in text and values <= {"", "null", "[]", "{}", '""'}


class _Editor:
    def __init__(self, document: Document, edit: Edit) -> None:
        self.document = document
        self.edit = edit
        self.fields = document.fields
        self.out = Splicer(document.text)
        self.new_fields: dict[str, str | list[Entry]] = {}
        if not document.outline.pairs:
            self.new_fields.update(HEADER)
        self.lost_fields: set[str] = set()

    def run(self) -> str:
        for kind in LISTS:
            self._edit_list(kind)
        if isinstance(self.edit.current_context, str):
            self._edit_current_context(self.edit.current_context)
        for key in HEADER.keys() & self.edit.spellings.keys():
            self._spell(key)
        self._edit_root()
        return self.out.result()

    # Lists

    def _edit_list(self, kind: str) -> None:
        known = self.document.entries[kind]
        upserts = self.edit.puts(kind)
        new = [_item(kind, name, body) for name, body in upserts.items() if name not in known]
        found = self.fields.get(kind)
        for name in upserts.keys() & known.keys():
            item, spelt = _item(kind, name, upserts[name]), self.edit.text(kind, name)
            self._replace_item(self._node(known[name]), item, spelt)
        if found and found.value.items:
            removed = {known[name].index for name in self.edit.removes(kind)}
            self._guard(*(self._node(known[name]) for name in self.edit.removes(kind)))
            if found.value.flow:
                self._edit_flow_list(kind, found, removed, new)
            else:
                self._edit_block_list(kind, found, removed, new)
        elif new and found:
            self._fill_list(found, new)
        elif new:
            self.new_fields[kind] = new

    def _edit_block_list(self, kind: str, found: Pair, removed: set[int], new: list[Entry]) -> None:
        column = found.value.inner - self.out.line_start(found.value.inner)
        for index in removed:
            node = found.value.items[index].node
            dash = self.out.line_start(node.start) + column
            if self.document.text[dash] != "-" or dash >= node.start:
                raise self.out.unusual(node.start)
            self.out.remove_lines(dash, node.end)
        if new:
            self._insert_lines(found.value.end, _lines(new, column))
        if kind in self.edit.spellings:
            self._spell(kind, key_only=True)

    def _edit_flow_list(self, kind: str, found: Pair, removed: set[int], new: list[Entry]) -> None:
        value = found.value
        if kind in self.edit.spellings:
            self._spell(kind)
            return
        spans = [(item.node.start, item.node.end) for item in value.items]
        self.out.remove_elements(spans, removed)
        if new:
            margin = self.out.margin(value.inner, spans)
            self.out.insert_elements(value.inner, spans, removed, self._flows(new, margin))

    def _fill_list(self, found: Pair, new: list[Entry]) -> None:
        """Put the first entries into a list that is null or empty."""
        key, value = found.key, found.value
        self._guard(value)
        raw = self.document.text[key.end : value.end]
        if value.kind is yaml.SequenceStartEvent and not can_put_back(raw, self.document.is_flow):
            self.out.replace(value.inner, value.inner, ", ".join(self._flows(new, None)))
        elif value.kind is yaml.AliasEvent:
            raise self.out.unusual(value.start)
        elif self.document.is_flow:
            self.out.replace(self._after_colon(found), value.end, " " + self._flow(new))
        else:
            self.out.replace(self._after_colon(found), value.end, "")
            self._insert_lines(value.end, _lines(new, self._list_column(key.column)))

    def _replace_item(self, node: Node, item: Entry, spelt: Spelt | None) -> None:
        self._guard(node)
        if spelt and spelt.suits(node):
            self.out.replace(node.start, node.end, spelt.text)
        elif node.flow:
            self.out.replace(node.start, node.end, self._flows([item], self._margin(node))[0])
        else:
            lines = self.out.newline.join(block_lines(item, node.column))
            self.out.replace(node.start, node.end, lines)

    def _node(self, slot: Slot) -> Node:
        if slot.item is None or slot.item.node.kind is yaml.AliasEvent:
            raise self.out.unusual(slot.item.node.start if slot.item else 0)
        return slot.item.node

    def _guard(self, *nodes: Node) -> None:
        """Raise TextError for nodes that another part of the text may refer to."""
        for node in nodes if self.document.outline.shared else ():
            for anchor in self.document.outline.anchors:
                if node.start <= anchor < max(node.end, node.start + 1):
                    raise self.out.unusual(anchor)

    # Fields of the root

    def _edit_current_context(self, name: str) -> None:
        found = self.fields.get(CURRENT)
        if not found:
            if name:
                self.new_fields[CURRENT] = name
            return
        self._guard(found.value)
        if CURRENT in self.edit.spellings:
            self._spell(CURRENT)
        elif found.value.start == found.value.end:
            after = self._after_colon(found)
            self.out.replace(after, found.value.end, " " + self._scalar(found, name))
        else:
            self.out.replace(found.value.start, found.value.end, self._scalar(found, name))

    def _scalar(self, found: Pair, name: str) -> str:
        """A name, quoted in the style of the one that it replaces."""
        style = found.value.scalar.style if found.value.scalar else None
        if style == "'" and name.isprintable():
            return "'" + name.replace("'", "''") + "'"
        return quote(name) if style or self.document.is_flow else scalar(name)

    def _spell(self, key: str, key_only: bool = False) -> None:
        """Spell a field as the edit says, or take it out.

        ``key_only`` leaves the lines below the key: they are the entries of a block list.
        """
        found, raw = self.fields[key], self.edit.spellings[key]
        if raw is not None:
            end = self._after_colon(found) if key_only else found.value.end
            self.out.replace(found.key.end, end, raw)
            return
        self.lost_fields.add(key)
        if not self.document.is_flow:
            end = found.key.end + 1 if key_only else found.value.end
            self.out.remove_lines(found.key.start, end)

    def _edit_root(self) -> None:
        root, pairs = self.document.outline.root, self.document.outline.pairs
        if root and root.flow:
            spans = [(pair.key.start, pair.value.end) for pair in pairs]
            lost = {i for i, pair in enumerate(pairs) if _key(pair) in self.lost_fields}
            if lost:
                self.out.remove_elements(spans, lost)
            if self.new_fields:
                new = [f"{quote(k)}: {self._flow(v)}" for k, v in self.new_fields.items()]
                self.out.insert_elements(root.inner, spans, lost, new)
        elif self.new_fields:
            lines = self._field_lines(pairs[0].key.column if pairs else 0)
            self._insert_lines(root.end if root and pairs else self._empty_end(), lines)

    def _field_lines(self, column: int) -> list[str]:
        lines: list[str] = []
        for key, value in self.new_fields.items():
            head = f"{' ' * column}{key}:"
            if isinstance(value, str):
                lines.append(f"{head} {scalar(value)}")
            else:
                lines += [head, *_lines(value, self._list_column(column))]
        return lines

    def _empty_end(self) -> int:
        """Where an empty document ends: before its last line break."""
        text, root = self.document.text, self.document.outline.root
        if root and root.start < root.end:  # it says null
            raise self.out.unusual(root.start)
        at = self.document.outline.insert_at
        return at - (2 if text.endswith("\r\n", 0, at) else 1 if text.endswith("\n", 0, at) else 0)

    # Style

    def _list_column(self, otherwise: int) -> int:
        """The column of the dashes of this file's lists."""
        for kind in LISTS:
            value = self.fields[kind].value if kind in self.fields else None
            if value and value.items and not value.flow:
                return value.inner - self.out.line_start(value.inner)
        return otherwise

    def _root_margin(self) -> str | None:
        root, pairs = self.document.outline.root, self.document.outline.pairs
        if not root or not root.flow:
            return None
        return self.out.margin(root.inner, [(pair.key.start, pair.value.end) for pair in pairs])

    def _margin(self, node: Node) -> str | None:
        """The indentation of a flow item that begins its line; None for another one."""
        lead = self.document.text[self.out.line_start(node.start) : node.start]
        return lead if lead and not lead.strip() else None

    def _flow(self, value: str | list[Entry]) -> str:
        """A root field's value as JSON."""
        margin = self._root_margin()
        return flow(value, len(margin) or None if margin else None, margin or "", self.out.newline)

    def _flows(self, items: list[Entry], margin: str | None) -> list[str]:
        step = len(self._root_margin() or "") or 2
        indent = None if margin is None else step
        return [flow(item, indent, margin or "", self.out.newline) for item in items]

    # Safety

    def _insert_lines(self, position: int, lines: Sequence[str]) -> None:
        text = self.document.text
        if self.document.outline.open_end and self.out.line_end(position) == len(text):
            raise TextError("ends in a block scalar without a line break; add one at its end")
        self.out.insert_lines(position, lines)

    def _after_colon(self, found: Pair) -> int:
        """Where the colon after a key ends.

        Raises TextError for the form ``? key``, and for an empty value on another line.
        """
        raw = self.document.text[found.key.end : found.value.end]
        if not found.value.items and not can_put_back(raw, self.document.is_flow):
            raise self.out.unusual(found.key.start)
        colon = len(raw) - len(raw.lstrip(" \t"))
        if raw[colon : colon + 1] != ":":
            raise self.out.unusual(found.key.start)
        return found.key.end + colon + 1


def _item(kind: str, name: str, body: Entry) -> Entry:
    return {"name": name, BODY[kind]: body}


def _key(pair: Pair) -> str | None:
    return pair.key.scalar.value if pair.key.scalar else None


def _lines(items: Sequence[Entry], column: int) -> list[str]:
    """List items as block lines, indented."""
    lines = block_lines(list(items), column)
    return [" " * column + lines[0], *lines[1:]]
