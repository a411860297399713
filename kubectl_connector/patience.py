"""A sign of life while something outside keeps us waiting: a lock, or a keyring.

Whoever waits does not know whether there is a person to tell. The command line says with
:func:`shown_by` how it is shown; by default it is not.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

SOON = 1.0
"""Seconds that people wait without wondering."""

Show = Callable[[str], AbstractContextManager[object]]
"""Shows a text until the block ends."""

_show: Show = nullcontext


def shown_by(show: Show) -> None:
    """Have ``show`` tell what is waited for, in this process."""
    global _show  # noqa: PLW0603 (as with logging: those who wait are many layers below)
    _show = show


@contextlib.contextmanager
def waiting(text: str) -> Iterator[Callable[[], None]]:
    """A wait for what ``text`` says. What is given back is called in each round of the wait.

    The first call later than :data:`SOON` shows the text; the end of the block takes it away.
    """
    begun = time.monotonic()
    with contextlib.ExitStack() as shown:
        pending = [text]

        def still() -> None:
            if pending and time.monotonic() - begun >= SOON:
                shown.enter_context(_show(pending.pop()))

        yield still
