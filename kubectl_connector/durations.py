"""Spans of time in words, as short as kubectl's."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from kubectl_connector.errors import UsageError

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def in_words(span: timedelta) -> str:
    """A span such as ``11 h``, ``3 d`` or ``40 s``: the largest unit that makes two or more.

    Days from 48 h on, hours from 120 min on, as in client-go's HumanDuration.
    """
    seconds = max(0, int(span.total_seconds()))
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def ago(moment: datetime, now: datetime) -> str:
    """``3 d ago`` for a past moment, ``in 3 d`` for a future one."""
    return f"in {in_words(moment - now)}" if moment > now else f"{in_words(now - moment)} ago"


def parse_span(text: str) -> timedelta:
    """A span such as ``90s``, ``1h30m`` or ``7d``, as in Go, and with days; ValueError."""
    if not re.fullmatch(r"(?:\d{1,9}[smhd])+", text, re.ASCII):
        raise ValueError(f'"{text}" is not a span of time like 30m, 8h, 1h30m or 7d')
    parts = re.findall(r"(\d+)([smhd])", text)
    return timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in parts))


def span_given(option: str, text: str) -> timedelta:
    """The value of an option that takes a span; UsageError."""
    try:
        return parse_span(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}", f"for example {option} 7d") from None


_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
