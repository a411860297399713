"""How far this machine's clock is from a server's, by the ``Date`` of its answers (RFC 9110)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from kubectl_connector.durations import in_words

_CLOSE = timedelta(minutes=1)
"""Clocks that differ by less disturb nobody; a ``Date`` is a whole second, and old on arrival."""


def skew(date: str | None, now: datetime) -> str:
    """``3 h ahead of the server's``, or ``behind`` it; empty where the clocks agree or none tells.

    ``date`` is the header, and ``now`` our own time.
    """
    try:
        theirs = parsedate_to_datetime(date or "")
    except (ValueError, TypeError):
        return ""
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=timezone.utc)
    off = now - theirs
    if abs(off) < _CLOSE:
        return ""
    return f"{in_words(abs(off))} {'ahead of' if off > timedelta(0) else 'behind'} the server's"
