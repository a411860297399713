"""What a plain YAML scalar means to kubectl, and how to write a string.

kubectl reads YAML 1.1 as go-yaml v2 does (semantics M7). PyYAML's resolver does otherwise: it takes
``y``, ``089``, ``1e3`` and ``0o17`` for strings, and kubectl does not. Pure functions, no I/O.
"""

from __future__ import annotations

import json
import math
import re

Scalar = str | int | float | bool | None

_KEYWORDS = {
    word: value
    for value, lower_case in (
        (True, ("y", "yes", "on", "true")),
        (False, ("n", "no", "off", "false")),
        (None, ("null",)),
    )
    for lower in lower_case
    for word in (lower, lower.capitalize(), lower.upper())
} | {"": None, "~": None}
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASES = {"x": 16, "b": 2, "o": 8}
_PLAIN = re.compile(r"[A-Za-z_/](?:[A-Za-z0-9_./@%+=-]|:(?=[A-Za-z0-9_./@%+=-]))*")
_TOKEN = re.compile("[A-Za-z0-9_./@%+=-]+")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted, untagged scalar as kubectl sees it (M7).

    Dates and ``12:30`` are strings. Infinities and NaN come back as NaN, which kubectl has no
    place for.
    """
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INFINITE.fullmatch(text):
        return math.nan
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        number = _integer(digits)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.fullmatch(digits) and math.isfinite(value := float(digits)):
        return value
    return text


def _integer(digits: str) -> int:
    body = digits.lstrip("+-")
    base = _BASES.get(body[1:2].lower()) or (8 if body[0] == "0" else 10)
    return int(digits, base)


def quote(text: str) -> str:
    """A string as a double-quoted scalar, valid as YAML and as JSON, on one line."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def write_string(text: str) -> str:
    """A string as one scalar: plain where every YAML reader takes it for a string (W21)."""
    if _PLAIN.fullmatch(text) and text.lower() not in _KEYWORDS:
        return text
    return quote(text)


def has_one_spelling(text: str) -> bool:
    """Whether a string, where it is a scalar of a text, is always one of its :func:`tokens`."""
    return bool(_TOKEN.fullmatch(text))


def tokens(text: str) -> list[str]:
    """The runs of characters in a text that need no quotes and no escapes in any scalar."""
    return _TOKEN.findall(text)
