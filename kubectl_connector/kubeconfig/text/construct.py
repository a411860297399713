"""YAML text to JSON-like data, read as kubectl reads it (semantics M7, M8). Pure, no I/O.

Aliases share one object, so an "alias bomb" costs nothing here. The size that it would grow to is
counted, and too large a size is refused, as kubectl refuses it.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from typing import Any

import yaml

from kubectl_connector.kubeconfig.text.outline import Event, TextError, parser
from kubectl_connector.kubeconfig.text.scalars import Scalar, resolve_plain
from kubectl_connector.yaml_loader import MAX_DEPTH

MAX_SIZE = 1_000_000
"""The number of values that a text with aliases may grow to."""

_TAG = "tag:yaml.org,2002:"
_RESOLVED_TAGS = {_TAG + name for name in ("null", "bool", "int", "float", "timestamp")}


def construct(text: str) -> Any:
    """The data of a text's first document, None where it has none; raises TextError."""
    with parser(text) as next_event:
        next_event()
        if not isinstance(next_event(), yaml.DocumentStartEvent):
            return None
        return _Constructor(next_event).value(next_event(), 0)


def construct_whole(text: str) -> Any:
    """The data of a text, None where it has none; raises TextError, also for a second document.

    A part of a block that stands further left than its beginning is none of it, but one of these.
    """
    with parser(text) as next_event:
        next_event()
        if not isinstance(next_event(), yaml.DocumentStartEvent):
            return None
        data = _Constructor(next_event).value(next_event(), 0)
        next_event()
        end = next_event()
        if not isinstance(end, yaml.StreamEndEvent):
            raise TextError("has more than one document", end.start_mark.line + 1)
        return data


def scalar_value(event: Event) -> Scalar:
    """What a scalar means to kubectl; raises TextError for an infinity or bad ``!!binary``."""
    if event.tag == _TAG + "binary":
        try:
            return base64.b64decode(event.value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise TextError("has a bad !!binary value", event.start_mark.line + 1) from None
    plain = event.implicit[0] or event.tag in _RESOLVED_TAGS
    value = resolve_plain(event.value) if plain else event.value
    if isinstance(value, float) and math.isnan(value):
        raise TextError("has an infinite number", event.start_mark.line + 1)
    return value


class _Constructor:
    def __init__(self, next_event: Callable[[], Event]) -> None:
        self.next = next_event
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.size = 0

    def value(self, event: Event, depth: int) -> Any:
        """The value of the node that ``event`` begins; adds its unshared size to ``size``."""
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise TextError("is nested too deeply", line)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise TextError(f"refers to an anchor that it does not set, {event.anchor}", line)
            value, size = self.anchors[event.anchor]
            self.size += size
        else:
            before = self.size
            self.size += 1
            value = self._new_value(event, depth)
            if event.anchor is not None:
                self.anchors[event.anchor] = value, self.size - before
        if self.size > MAX_SIZE:
            raise TextError("repeats its anchors too often", line)
        return value

    def _new_value(self, event: Event, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return scalar_value(event)
        if isinstance(event, yaml.SequenceStartEvent):
            values = []
            while not isinstance(event := self.next(), yaml.SequenceEndEvent):
                values.append(self.value(event, depth + 1))
            return values
        return self._mapping(depth)

    def _mapping(self, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            merge = (
                isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
            )
            key = self.value(event, depth + 1)
            value = self.value(self.next(), depth + 1)
            if merge:
                for part in reversed(value) if isinstance(value, list) else [value]:
                    if not isinstance(part, dict):
                        raise TextError("merges (<<) what is not a mapping", line)
                    entries.update(part)  # in order of appearance: the last one wins
            else:
                entries[_key(key, line)] = value
        return entries


def _key(key: Any, line: int) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, (int, float)):
        return f"{key:g}" if isinstance(key, float) else str(key)
    raise TextError("has a key that is not a string", line)
