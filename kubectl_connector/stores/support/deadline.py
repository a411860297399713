"""A time limit for calls that have none of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from kubectl_connector.patience import waiting

T = TypeVar("T")

_GLANCE = 0.1
"""The longest single wait in seconds: on Windows Python sees Ctrl-C only between waits."""


class DeadlineError(Exception):
    """The work did not end in time; its thread is still running."""


def within(seconds: float, work: Callable[[], T], what: str) -> T:
    """Return or raise what ``work`` does; DeadlineError when it takes longer than ``seconds``.

    ``what`` says for people what is waited for.

    The work runs in a daemon thread. Nothing can stop that thread, but neither Ctrl-C nor the end
    of the process waits for it.
    """
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  it belongs to the caller's thread
            failures.append(error)

    thread = threading.Thread(target=run, name="secret store", daemon=True)
    end = time.monotonic() + seconds
    thread.start()
    with waiting(what) as still:
        while thread.is_alive() and (left := end - time.monotonic()) > 0:
            thread.join(min(left, _GLANCE))
            still()
    if failures:
        raise failures[0]
    if not results:
        raise DeadlineError
    return results[0]
