r"""kubectl's JSONPath: what is in a document at a path, and templates with text around paths.

It is a dialect of its own (kubernetes.io/docs/reference/kubectl/jsonpath): text, ``{range}`` and
``{end}``, ``\.`` in a key, errors for an index that is not there. No library speaks it. What we
answer is what kubectl answers (tests/recorded/outputs.json), but where that is a fault: after an
empty list ``[*]`` goes on with the next one, and a ``{range}`` without an ``{end}`` ends with the
template, once. A null is as if it were not there. A mapping has the order of ``-o json``.
"""

from __future__ import annotations

import json
import operator
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass

Step = Callable[[list[Any]], list[Any]]
"""From the values so far to the next ones."""

_HINT = "its rules are kubectl's, such as '{.items[*].name}'; for what there is, give -o json"

_DEEPEST = 100
"""Loops in each other; each takes a part of Python's stack."""


class _WrongError(Exception):
    """What is wrong with a template, or with what it asks of a document."""


@dataclass(frozen=True)
class _Range:
    """What is repeated for each value at a path."""

    over: tuple[Step, ...]
    body: tuple[_Node, ...]


_Node = tuple[Step, ...] | _Range | str
"""A part of a template: a path, a loop, or text."""


@dataclass(frozen=True)
class Template:
    """A template that was understood."""

    text: str
    nodes: tuple[_Node, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """The template that ``text`` is; UsageError."""
        try:
            return cls(text, _nest(_Parser(text).parts()))
        except _WrongError as error:
            raise _usage(text, error) from None

    @classmethod
    def of_path(cls, path: str) -> Template:
        """The template of a path alone, whose braces and first dot may be left out; UsageError."""
        match = re.fullmatch(r"\{\.?([^{}]+)\}|\.?([^{}]+)", path)
        if not match:
            raise UsageError(f'"{path}" is not a path', "write it like .name or .labels.team")
        return cls.parse(f"{{.{match[1] or match[2]}}}")

    def values(self, document: Any) -> list[Any]:
        """Everything that the template finds, without the text between; UsageError."""
        return [value for part in self._parts(document) for value in part]

    def render(self, document: Any) -> str:
        """The document in this form; UsageError where the template asks too much of it."""
        parts = self._parts(document)
        return "".join(" ".join(map(_as_text, part)) for part in parts)

    def _parts(self, document: Any) -> list[list[Any]]:
        try:
            return list(_evaluate(self.nodes, document))
        except _WrongError as error:
            raise _usage(self.text, error) from None


def _usage(text: str, error: _WrongError) -> UsageError:
    return UsageError(f"the JSONPath {text}: {error}", _HINT)


def _evaluate(nodes: Sequence[_Node], value: Any) -> Iterator[list[Any]]:
    for node in nodes:
        if isinstance(node, str):
            yield [node]
        elif isinstance(node, _Range):
            for each in _walk(node.over, [value]):
                yield from _evaluate(node.body, each)
        else:
            yield _walk(node, [value])


def _walk(steps: Sequence[Step], values: list[Any]) -> list[Any]:
    for step in steps:
        values = [value for value in step(values) if value is not None]
    return values


def _as_text(value: Any) -> str:
    """As Go prints it: lists and mappings as JSON that could stand in a web page."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


# Steps


def _field(name: str) -> Step:
    return lambda values: [v[name] for v in values if isinstance(v, dict) and name in v]


def _inside(value: Any) -> list[Any]:
    """What a mapping or a list holds."""
    return list(value.values()) if isinstance(value, dict) else list(value)


def _wildcard(values: list[Any]) -> list[Any]:
    return [one for value in values if isinstance(value, dict | list) for one in _inside(value)]


def _recursive(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, dict | list) and value:
            found += [value, *_recursive(_inside(value))]
    return found


def _slice(start: int | None, stop: int | None, step: int | None, one: bool) -> Step:
    def take(values: list[Any]) -> list[Any]:
        return [item for value in values for item in _part(value, start, stop, step, one)]

    return take


def _part(
    value: Any, start: int | None, stop: int | None, step: int | None, one: bool
) -> list[Any]:
    """A part of a list; ``one``: a single index was given. Nothing may be out of bounds."""
    if not isinstance(value, list):
        raise _WrongError(f"[…] needs a list, and this is {_kind(value)}")
    length = len(value)
    first = start or 0
    first += length if first < 0 else 0
    last = first + 1 if one else length if stop is None else stop + (length if stop < 0 else 0)
    if first == last:
        return []
    for index in (first, last - 1):
        if not 0 <= index < length:
            raise _WrongError(f"there is no [{index}], the list has {length}")
    if first > last:
        raise _WrongError(f"[{start}:{stop}] ends before it starts")
    if step is not None and step <= 0:
        raise _WrongError("a step must be more than 0")
    return value[first : last : step or 1]


def _union(choices: Sequence[Sequence[Step]]) -> Step:
    return lambda values: [found for steps in choices for found in _walk(steps, values)]


_OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _filter(left: Sequence[Step], compare: str, right: Sequence[Step]) -> Step:
    def passes(item: Any) -> bool:
        if not compare:
            return _exists(left, item)
        lefts, rights = _walk(left, [item]), _walk(right, [item])
        if not lefts or not rights:
            return False
        if len(lefts) > 1 or len(rights) > 1:
            raise _WrongError("only one value can be compared at a time")
        return _compare(lefts[0], compare, rights[0])

    def keep(values: list[Any]) -> list[Any]:
        for value in values:
            if not isinstance(value, list):
                raise _WrongError(f"[?(…)] needs a list, and this is {_kind(value)}")
        return [item for value in values for item in value if passes(item)]

    return keep


def _exists(steps: Sequence[Step], item: Any) -> bool:
    try:
        return bool(_walk(steps, [item]))
    except _WrongError:
        return False


def _compare(left: Any, compare: str, right: Any) -> bool:
    ordered = compare not in ("==", "!=")
    comparable = (str, int, float) if ordered else (str, int, float, bool)
    if type(left) is not type(right) or type(left) not in comparable:
        raise _WrongError(f"{_kind(left)} can't be compared with {_kind(right)} by {compare}")
    return bool(_OPERATORS[compare](left, right))


def _kind(value: Any) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a fraction"}
    return names.get(type(value), "a list" if isinstance(value, list) else "a mapping")


def _literal(value: Any) -> Step:
    return lambda values: [value for _ in values]


def _quoted(text: str) -> Step:
    return lambda _values: [text]


# Parsing

_SLICE = re.compile(r"(-?\d{0,9})(:-?\d{0,9})?(:-?\d{0,9})?", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d[\d.]*")
_WORD = re.compile(r"[^\W\d][^\s.,\[\]$@{}]*")
_KEY = re.compile(r"(?:\\.|[^\\\s.,\[\]$@{}])*", re.DOTALL)
_QUOTED = re.compile(r"""'(?:\\.|[^\\'\n])*'|"(?:\\.|[^\\"\n])*\"""")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)")
_ESCAPES = dict(zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'", strict=True))
_COMPARISON = re.compile(r"([^!<>=]+)([!<>=]+)(.+)", re.DOTALL)

_Part = tuple[str, tuple[Step, ...]] | str
"""What stands between braces, after its first word (``range``, ``end`` or none); or text."""


class _Parser:
    """Reads a template from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parts(self) -> Iterator[_Part]:
        while self.at < len(self.text):
            brace = self.text.find("{", self.at)
            end = len(self.text) if brace < 0 else brace
            if end > self.at:
                yield self.text[self.at : end]
            self.at = end + 1
            if brace >= 0:
                yield self.action()

    def action(self) -> _Part:
        """What is between braces; the first is read already."""
        keyword, steps = "", []
        while not self.skip("}"):
            if word := self.match(_WORD):
                if word in ("true", "false"):
                    steps.append(_literal(word == "true"))
                elif word in ("range", "end") and not (keyword or steps):
                    keyword = word
                else:
                    raise _WrongError(f'"{word}" is no word of it; a path starts with a dot')
            elif number := self.match(_NUMBER):
                steps.append(_literal(_number(number)))
            elif quoted := self.match(_QUOTED):
                steps.append(_quoted(_unquoted(quoted)))
            else:
                steps += self.steps()
        return keyword, tuple(steps)

    def steps(self) -> Sequence[Step]:
        """The next part of a path; none for what only stands there to be read."""
        readers: dict[str, Callable[[], Sequence[Step]]] = {
            **dict.fromkeys((" ", "@", "$"), tuple),
            "[?(": self.filter,
            "..": self.recursion,
            ".": self.field,
            "[": self.brackets,
        }
        for start, read in readers.items():
            if self.skip(start):
                return read()
        raise self.unexpected()

    @property
    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def skip(self, start: str) -> bool:
        found = self.text.startswith(start, self.at)
        self.at += len(start) if found else 0
        return found

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def recursion(self) -> Sequence[Step]:
        if self.text.startswith("..", self.at):
            raise _WrongError("two .. follow each other")
        named = self.peek.isalnum() or self.peek == "_"
        return [_recursive, *(self.field() if named else [])]

    def field(self) -> Sequence[Step]:
        key = self.match(_KEY)
        return [_wildcard if key == "*" else _field(key.replace("\\", ""))]

    def brackets(self) -> Sequence[Step]:
        """What is in square brackets; the first of them is read already."""
        end = self.text.find("]", self.at)
        if end < 0:
            raise _WrongError("a [ is not closed")
        inside, self.at = self.text[self.at : end], end + 1
        return [_union([_index(choice.strip(" ")) for choice in inside.split(",")])]

    def filter(self) -> Sequence[Step]:
        """A condition; its ``[?(`` is read already."""
        start, quote = self.at, ""
        while self.peek and (quote or self.peek != ")"):
            if self.peek == "\\":
                self.at += 1
            elif self.peek in "'\"" and quote in ("", self.peek):
                quote = "" if quote else self.peek
            self.at += 1
        inside = self.text[start : self.at]
        if not self.skip(")]"):
            raise _WrongError("a [?( is not closed by )]")
        compared = _COMPARISON.fullmatch(inside)
        if not compared:
            return [_filter(_path(inside), "", ())]
        left, compare, right = compared.groups()
        if compare not in _OPERATORS:
            raise _WrongError(f'"{compare}" compares nothing; give ==, !=, <, <=, > or >=')
        return [_filter(_path(left), compare, _path(right))]

    def unexpected(self) -> _WrongError:
        if not self.peek or self.peek in "\r\n":
            return _WrongError("a { is not closed")
        if self.peek in "'\"":
            return _WrongError("a quote is not closed")
        return _WrongError(f'"{self.peek}" is not expected there')


def _index(inside: str) -> tuple[Step, ...]:
    """``'key'``, ``*``, ``3``, ``-1``, ``1:3``, ``::2``."""
    if re.fullmatch("'[^']*'", inside):
        return _path(f".{inside[1:-1]}")
    match = _SLICE.fullmatch(":" if inside == "*" else inside)
    if not match:
        raise _WrongError(f"[{inside}] is no index; write [0], [1:3] or ['key']")
    texts = [text.lstrip(":") for text in match.groups("")]
    start, stop, step = (int(text) if text else None for text in texts)
    return (_slice(start, stop, step, one=match[2] is None),)


def _path(text: str) -> tuple[Step, ...]:
    """What is between braces elsewhere, without the braces."""
    parser = _Parser(f"{text}}}")
    action = parser.action()
    if isinstance(action, str) or action[0] or parser.at <= len(text):
        raise _WrongError(f'"{text}" is no path')
    return action[1]


def _number(text: str) -> int | float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise _WrongError(f'"{text}" is no number') from None


def _unquoted(quoted: str) -> str:
    return _ESCAPE.sub(lambda found: _unescaped(found[0]), quoted[1:-1])


def _unescaped(escape: str) -> str:
    kind, code = escape[1], escape[2:]
    if kind in _ESCAPES:
        return _ESCAPES[kind]
    number = int(code, 16) if kind in "xuU" and code else int(escape[1:], 8) if code else -1
    if not 0 <= number <= sys.maxunicode:
        raise _WrongError(f'"{escape}" means nothing in a quote')
    return chr(number)


def _nest(parts: Iterator[_Part], depth: int = 0) -> tuple[_Node, ...]:
    """The parts up to the ``{end}`` that belongs to them, loops with what is in them.

    ``depth`` is how many loops they are in.
    """
    nodes: list[_Node] = []
    for part in parts:
        if isinstance(part, str):
            nodes.append(part)
        elif part[0] == "range":
            if depth == _DEEPEST:
                raise _WrongError(f"more than {_DEEPEST} {{range}} are in each other")
            nodes.append(_Range(part[1], _nest(parts, depth + 1)))
        elif part[0] == "end":
            if not depth:
                raise _WrongError("an {end} without a {range}")
            return tuple(nodes)
        else:
            nodes.append(part[1])
    return tuple(nodes)
