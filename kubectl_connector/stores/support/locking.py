"""The locks of stores: one for a read-change-write, one for work that takes much memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kubectl_connector.errors import StoreError
from kubectl_connector.files import OwnLockError, own_lock

PATIENCE = 60.0
"""Seconds after which :func:`in_turn` no longer waits."""


@contextlib.contextmanager
def store_lock(path: str, timeout: float) -> Iterator[None]:
    """Hold ``<path>.lock`` against other processes; StoreError after ``timeout`` seconds."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(own_lock(path, timeout))
        except OwnLockError as error:
            raise StoreError(error.message, error.hint) from error
        yield


@contextlib.contextmanager
def in_turn(path: str) -> Iterator[None]:
    """Wait for other processes that do the same, so that a hundred at once don't take 12 GiB.

    The work goes on without the lock where there can be none, or where another process holds it
    for too long.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OwnLockError):
            held.enter_context(own_lock(path, PATIENCE))
        yield
