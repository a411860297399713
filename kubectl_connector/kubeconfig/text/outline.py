"""Where things stand in a text: its top-level fields, and the named items of some of its lists.

One pass over the C parser's events builds no data. Positions are character offsets into the text.
An ``end`` is where the content ends, before trailing blanks, comments and the last line break. Only
the first document of a text counts (semantics M8). Pure functions, no I/O.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

import yaml

from kubectl_connector.yaml_loader import MAX_DEPTH

Event = Any
"""One of PyYAML's events. Its type stubs do not know that the parser always sets marks."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_OPEN = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSE = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class TextError(Exception):
    """A text can't be read, or can't be changed; ``line`` counts from 1 (None: no one line)."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


class Node:
    """A value in the text: its span, and its items where :func:`outline` looked for them."""

    __slots__ = (
        "column",
        "end",
        "flow",
        "inner",
        "items",
        "kind",
        "line",
        "null",
        "scalar",
        "start",
    )

    def __init__(self, start: int, line: int, column: int, kind: type) -> None:
        self.start = self.end = start
        self.line = line
        """The line that it starts on, counted from 0."""
        self.column = column
        self.kind = kind
        """The class of its first event: a scalar's, an alias's, or the start of a collection."""
        self.flow = False
        self.inner = 0
        """Just after a flow collection's opening bracket; at the first dash of a block list."""
        self.scalar: yaml.ScalarEvent | None = None
        self.items: list[NamedItem] = []
        self.null = False


class NamedItem:
    """One item of a list whose items have names."""

    __slots__ = ("name", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.name: Event = None
        """The first event of the value under ``name``."""


class Pair(NamedTuple):
    """A field of the top-level mapping: its key and its value."""

    key: Node
    value: Node


class Outline:
    """The first document of a text."""

    def __init__(self, insert_at: int) -> None:
        self.root: Node | None = None
        """None where the text holds no document at all."""
        self.pairs: list[Pair] = []
        """The fields of the top-level mapping, in order of appearance."""
        self.insert_at = insert_at
        """Where an empty document's content would end."""
        self.shared = False
        """Whether aliases or tag directives give a part another meaning when it is read alone."""
        self.anchors: list[int] = []
        """Where anchors stand."""
        self.open_end = False
        """A block scalar runs up to the end of the text: a line break there would change it."""

    def fields(self) -> dict[str, Pair]:
        """The top-level fields by key; of a repeated key the last one counts (M8)."""
        return {pair.key.scalar.value: pair for pair in self.pairs if pair.key.scalar}


def outline(text: str, lists: Collection[str]) -> Outline:
    """Find the parts of a text that has no byte order mark; raises TextError.

    ``lists`` are the top-level keys of lists whose items have names.
    """
    with parser(text) as next_event:
        return _Reader(text, lists, next_event).read()


@contextlib.contextmanager
def parser(text: str) -> Iterator[Callable[[], Event]]:
    """The function that gives a text's next event; the parser's errors become TextErrors."""
    try:
        yield LOADER(text).get_event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise TextError(
            f"is not valid YAML ({error.problem or error.context})", mark.line + 1 if mark else None
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TextError("has a control character in it", line) from None


class _Reader:
    def __init__(self, text: str, lists: Collection[str], next_event: Callable[[], Event]) -> None:
        self.text = text
        self.lists = lists
        self.next = next_event
        self.found = Outline(len(text))

    def read(self) -> Outline:
        self.next()
        start = self.next()
        if isinstance(start, yaml.DocumentStartEvent):
            self.found.shared = bool(start.tags)
            self._read_root(self.next())
            self.next()  # the end of the document; nothing after it is looked at (M8)
        return self.found

    def _read_root(self, event: Event) -> None:
        root = self.found.root = self._begin(event)
        if not isinstance(event, yaml.MappingStartEvent):
            self._finish(root, event)
            self.found.insert_at = root.end
            return
        for key_event in self._children(root):
            key = self._finish(self._begin(key_event), key_event)
            event = self.next()
            value = self._begin(event)
            listed = key.scalar is not None and key.scalar.value in self.lists
            if listed and isinstance(event, yaml.SequenceStartEvent):
                self._read_items(value)
            else:
                self._finish(value, event)
            self.found.pairs.append(Pair(key, value))
            root.end = value.end

    def _read_items(self, node: Node) -> None:
        for event in self._children(node):
            item = NamedItem(self._begin(event))
            if isinstance(event, yaml.MappingStartEvent):
                self._read_item(item)
            else:
                self._finish(item.node, event)
            node.items.append(item)
            node.end = item.node.end

    def _read_item(self, item: NamedItem) -> None:
        for event in self._children(item.node):
            self._skip(event)
            value = self.next()
            if isinstance(event, yaml.ScalarEvent) and event.value == "name":
                item.name = value
            item.node.end = self._skip(value)

    def _children(self, node: Node) -> Iterator[Event]:
        """The first events of a collection's members; each must be consumed before the next."""
        while type(event := self.next()) not in _CLOSE:
            yield event
        if event.end_mark.index > event.start_mark.index:  # a closing bracket
            node.end = event.end_mark.index

    def _begin(self, event: Event) -> Node:
        start, after = event.start_mark, event.end_mark.index
        node = Node(start.index, start.line, start.column, type(event))
        if isinstance(event, _OPEN):
            self._note_anchor(event)
            node.flow = bool(event.flow_style)
            dash_follows = not node.flow and self.text[after : after + 1] == "-"
            node.inner = after if node.flow or dash_follows else after - 1
        return node

    def _finish(self, node: Node, event: Event) -> Node:
        node.end = self._skip(event)
        if isinstance(event, yaml.ScalarEvent):
            node.scalar = event
            node.null = event.implicit[0] and event.value in ("", "~", "null", "Null", "NULL")
        return node

    def _skip(self, event: Event) -> int:
        """Read to the end of the node that ``event`` begins; where its content ends."""
        depth, end = 0, int(event.start_mark.index)
        while True:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                end = event.end_mark.index
                if event.style and event.style in "|>":
                    end = self._block_scalar_end(end)
                if event.anchor is not None:
                    self._note_anchor(event)
            elif kind is yaml.AliasEvent:
                end, self.found.shared = event.end_mark.index, True
            elif kind in _OPEN:
                depth += 1
                self._note_anchor(event)
                if depth > MAX_DEPTH:
                    raise TextError("is nested too deeply", event.start_mark.line + 1)
            else:
                depth -= 1
                if event.end_mark.index > event.start_mark.index:  # a closing bracket
                    end = event.end_mark.index
            if depth == 0:
                return end
            event = self.next()

    def _note_anchor(self, event: Event) -> None:
        if event.anchor is not None:
            self.found.anchors.append(event.start_mark.index)

    def _block_scalar_end(self, end: int) -> int:
        if self.text.endswith("\r\n", 0, end):
            return end - 2
        if self.text.endswith(("\n", "\r"), 0, end):
            return end - 1
        self.found.open_end = self.found.open_end or end == len(self.text)
        return end
