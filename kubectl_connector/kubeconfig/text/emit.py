"""JSON-like data to text: block YAML that every reader understands alike, or JSON (W21). Pure."""

from __future__ import annotations

import json
from typing import Any

from kubectl_connector.kubeconfig.text.scalars import quote, write_string

STEP = 2
"""Columns of indentation for each level of block YAML."""


def block_lines(value: Any, column: int) -> list[str]:
    """A non-empty mapping or list as lines of block YAML; the first is not indented."""
    lines = _mapping(value, column) if isinstance(value, dict) else _sequence(value, column)
    return [lines[0].lstrip(" "), *lines[1:]]


def _mapping(value: dict[str, Any], column: int) -> list[str]:
    lines: list[str] = []
    for key, member in value.items():
        head = " " * column + write_string(key) + ":"
        if not _is_block(member):
            lines.append(f"{head} {scalar(member)}")
        else:
            lines.append(head)
            nested = column if isinstance(member, list) else column + STEP
            inner = block_lines(member, nested)
            lines += [" " * nested + inner[0], *inner[1:]]
    return lines


def _sequence(value: list[Any], column: int) -> list[str]:
    lines: list[str] = []
    for member in value:
        inner = block_lines(member, column + STEP) if _is_block(member) else [scalar(member)]
        lines += [f"{' ' * column}- {inner[0]}", *inner[1:]]
    return lines


def _is_block(value: Any) -> bool:
    return isinstance(value, (dict, list)) and bool(value)


def scalar(value: Any) -> str:
    """A scalar, or an empty collection, on one line of block YAML."""
    return write_string(value) if isinstance(value, str) else flow(value)


def flow(value: Any, indent: int | None = None, margin: str = "", newline: str = "\n") -> str:
    """A value as JSON: on one line, or ``indent`` columns a level to the right of ``margin``."""
    if isinstance(value, str):
        return quote(value)
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value)
    if indent is None:
        inner, outer, comma = "", "", ", "
    else:
        outer = newline + margin
        inner = outer + " " * indent
        comma = "," + inner
        margin += " " * indent
    if isinstance(value, dict):
        members = [f"{quote(key)}: {flow(value[key], indent, margin, newline)}" for key in value]
        return "{" + inner + comma.join(members) + outer + "}"
    members = [flow(member, indent, margin, newline) for member in value]
    return "[" + inner + comma.join(members) + outer + "]"
