"""Spans of time in words, as short as kubectl's."""

from __future__ import annotations

from datetime import datetime, timedelta

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
