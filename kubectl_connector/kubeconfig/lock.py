"""kubectl's own lock: an empty file ``<kubeconfig>.lock``, made with O_EXCL (semantics W14-W19).

kubectl fails at once when it finds a lock. We wait, because a lock is held for milliseconds. A lock
does not say whether its maker is dead or slow, so a stale lock is broken only on request.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from types import FrameType
from typing import Any

from kubectl_connector import files
from kubectl_connector.durations import in_words
from kubectl_connector.errors import KubeconfigError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.patience import waiting

STALE_AFTER = 10.0
"""Seconds; writing a kubeconfig never takes as long."""
FIRST_WAIT = 0.005
LONGEST_WAIT = 0.1
"""Seconds between two tries."""


class LockFolderError(KubeconfigError):
    """No lock can be made in a kubeconfig's folder."""


@dataclass(frozen=True)
class FoundLock:
    """A lock on a kubeconfig that another program holds, or left."""

    path: str
    age: float
    """Seconds since it was made."""
    identity: tuple[int, int]


def find_lock(kubeconfig: str) -> FoundLock | None:
    """The lock that is beside a kubeconfig now, if any; raises OSError."""
    path = f"{kubeconfig}.lock"
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    age = max(0.0, time.time() - status.st_mtime)
    return FoundLock(path, age, (status.st_ino, status.st_mtime_ns))


def break_lock(lock: FoundLock, kubeconfig: str) -> None:
    """Remove a lock, unless another one has taken its place; raises OSError."""
    now = find_lock(kubeconfig)
    if now and now.identity == lock.identity:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(lock.path)


@contextlib.contextmanager
def kubectl_lock(
    kubeconfigs: Collection[str], timeout: float, break_stale: bool = False
) -> Iterator[None]:
    """Hold kubectl's locks of these files. They are taken in byte order, as kubectl takes them.

    Waits up to ``timeout`` seconds for each lock, and raises KubeconfigError if it is not released.
    A stale lock (older than ``timeout`` and STALE_AFTER) is an error at once; ``break_stale``
    removes it instead. Raises LockFolderError where no lock can be made. The locks are released
    when the block ends, also by Ctrl-C, or by a SIGTERM or SIGHUP that nothing else handles.
    """
    held: list[str] = []
    with _unwinding_signals():
        try:
            try:
                for path in sorted(set(kubeconfigs), key=os.fsencode):
                    _acquire(path, held, timeout, break_stale)
                yield
            finally:
                _release(held)
        finally:
            _release(held)  # in case Ctrl-C interrupted the first call


def _acquire(path: str, held: list[str], timeout: float, break_stale: bool) -> None:
    try:
        files.make_private_folder(os.path.dirname(path))
        if not _try(f"{path}.lock", held):
            _wait(path, held, timeout, break_stale)
    except OSError as error:
        folder = display_path(os.path.dirname(os.path.abspath(path)))
        raise LockFolderError(
            f"{display_path(path)} can't be locked: {error.strerror}",
            f"kubectl and this tool need to make files in {folder}",
        ) from error


def _wait(path: str, held: list[str], timeout: float, break_stale: bool) -> None:
    deadline = time.monotonic() + timeout
    wait = FIRST_WAIT
    with waiting(f"waiting for a program that is writing {display_path(path)}") as still:
        while not _try(f"{path}.lock", held):
            found = find_lock(path)
            if found and found.age > max(timeout, STALE_AFTER):
                if not break_stale:
                    raise _locked_error(path, found, stale=True)
                break_lock(found, path)
            elif found and time.monotonic() > deadline:
                raise _locked_error(path, found, stale=False)
            still()
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _release(held: list[str]) -> None:
    """Remove our locks, each once: a lock that appears there afterwards is not ours."""
    with _signals_held_back():
        while held:
            with contextlib.suppress(OSError):
                os.unlink(held[-1])
            held.pop()


def _try(lock: str, held: list[str]) -> bool:
    with _signals_held_back():  # Ctrl-C must not come between making the lock and noting it
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0)
        except FileExistsError:
            return False
        held.append(lock)
    os.close(handle)
    return True


def _locked_error(path: str, lock: FoundLock, stale: bool) -> KubeconfigError:
    name, age = os.path.basename(lock.path), in_words(timedelta(seconds=lock.age))
    return KubeconfigError(
        f"{display_path(path)} is locked by another program ({name}, {age} old)",
        "if nothing is writing it any more, break the lock: add --break-lock"
        if stale
        else "wait for that program to end, then run the command again",
    )


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    )
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _unwinding_signals() -> Iterator[None]:
    """Turn signals that would end the process at once into SystemExit."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    before: dict[int, Callable[..., Any] | int | None] = {
        number: signal.signal(number, _unwind)
        for number in numbers
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unwind(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
