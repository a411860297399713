"""Label selectors, as kubectl's ``-l`` takes them; and what may be a label.

The rules are those of ``labels.Parse`` in k8s.io/apimachinery (tests/recorded/selectors.json).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass

Labels = Mapping[str, str]
"""A connector's labels, values by key."""

_NEXT = r"[ \t\r\n]*(==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+|$)"
_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_PREFIX = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LARGEST = 2**63 - 1
_MARKS = ("==", "!=", "=", "!", "(", ")", ",", "<", ">")
_END = ""


@dataclass(frozen=True)
class Requirement:
    """One condition on one label."""

    key: str
    operator: str
    """``in``, ``notin``, ``exists``, ``!``, ``<`` or ``>``."""
    values: frozenset[str] = frozenset()

    def matches(self, labels: Labels) -> bool:
        """Whether the labels are as it says. Without the key, ``notin`` and ``!`` hold."""
        value = labels.get(self.key)
        if value is None:
            return self.operator in ("notin", "!")
        if self.operator in ("<", ">"):
            (limit,) = map(int, self.values)
            number = _number(value)
            return number is not None and (
                number < limit if self.operator == "<" else number > limit
            )
        return {
            "in": value in self.values,
            "notin": value not in self.values,
            "exists": True,
            "!": False,
        }[self.operator]


@dataclass(frozen=True)
class Selector:
    """Conditions that must all hold; without any, everything matches."""

    text: str
    """As it was typed."""
    requirements: tuple[Requirement, ...]

    def matches(self, labels: Labels) -> bool:
        """Whether the labels are as every condition says."""
        return all(requirement.matches(labels) for requirement in self.requirements)


def parse_selector(text: str) -> Selector:
    """The selector that ``text`` is, such as ``team=payments,env in (a,b),!old``; UsageError."""
    return Selector(text.strip(), tuple(_Parser(text).requirements()))


def check_label(key: str, value: str) -> None:
    """UsageError where Kubernetes would take no such label."""
    problem = _problem_of_key(key) or _problem_of_value(value)
    if problem:
        raise UsageError(
            f'"{key}={value}" is not a label: {problem}', "write it like team=payments"
        )


class _Parser:
    """The words of a selector, read once from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        found = (match[1] for match in re.finditer(_NEXT, text))
        self.tokens = [token for token in found if token] + [_END]
        self.at = 0

    def requirements(self) -> Iterator[Requirement]:
        if self.next == _END:
            return
        while True:
            yield self.requirement()
            if self.take() == _END:
                return

    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def take(self, *wanted: str) -> str:
        if wanted and self.next not in wanted:
            self.fail(" or ".join(wanted))
        token, self.at = self.next, self.at + 1
        return token

    def word(self, what: str, problem_of: Callable[[str], str]) -> str:
        word = self.next
        if word in (_END, *_MARKS):
            self.fail(what)
        if problem := problem_of(word):
            raise self.error(f'"{word}" is no {what}: {problem}')
        return self.take()

    def requirement(self) -> Requirement:
        absent = self.next == "!" and self.take()
        key = self.word("label key", _problem_of_key)
        if absent:
            made = Requirement(key, "!")
        elif self.next in (",", _END):
            made = Requirement(key, "exists")
        else:
            made = self.comparison(key)
        if self.next not in (",", _END):
            self.fail("a comma or the end")
        if self.next == "," and self.tokens[self.at + 1] == _END:
            self.take()
            self.fail("label key")
        return made

    def comparison(self, key: str) -> Requirement:
        operator = self.next
        if operator not in ("=", "==", "!=", "in", "notin", "<", ">"):
            self.fail("=, ==, !=, in, notin, < or >")
        self.take()
        if operator in ("in", "notin"):
            return Requirement(key, operator, frozenset(self.several()))
        value = self.value()
        if operator in ("<", ">"):
            if _number(value) is None:
                raise self.error(f'"{value}" is no whole number')
            return Requirement(key, operator, frozenset({value}))
        return Requirement(key, "notin" if operator == "!=" else "in", frozenset({value}))

    def several(self) -> Iterator[str]:
        """The values in parentheses; one that is left out is the empty one."""
        self.take("(")
        yield self.value(")")
        while self.take(",", ")") == ",":
            yield self.value(")")

    def value(self, end: str = _END) -> str:
        return "" if self.next in (",", end) else self.word("label value", _problem_of_value)

    def fail(self, expected: str) -> NoReturn:
        found = f'"{self.next}"' if self.next else "the end"
        raise self.error(f"expected {expected}, found {found}")

    def error(self, problem: str) -> UsageError:
        return UsageError(
            f'"{self.text}" is not a selector: {problem}',
            "write it like -l 'team=payments,env in (dev,test),!old'",
        )


def _problem_of_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if not re.fullmatch(_NAME, name):
        return f"{_CHARACTERS}, at most 63"
    if slash and not (len(prefix) <= 253 and re.fullmatch(_PREFIX, prefix)):
        return "what stands before the / must be a DNS name"
    return ""


def _problem_of_value(value: str) -> str:
    return f"{_CHARACTERS}, at most 63" if value and not re.fullmatch(_NAME, value) else ""


_CHARACTERS = "letters, digits and -_. between letters or digits"


def _number(text: str) -> int | None:
    number = int(text) if re.fullmatch("[0-9]{1,63}", text) else None
    return number if number is None or number <= _LARGEST else None
