"""Replace a file as a whole or not at all, and lock our own files.

This module uses ``os`` and not pathlib, because the kubeconfig engine and the credential path
import it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator

from kubectl_connector.errors import ConnectorError
from kubectl_connector.patience import SOON, waiting

TYPE_CHECKING = False  # importing typing for it would cost time
if TYPE_CHECKING:
    import filelock

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

MAX_BYTES = 64 * 1024 * 1024
"""What is read of a file that a user names, at most: about 12,000 contexts with certificates."""
LEFT_AFTER = 10.0
"""Seconds; a temporary file that is older has no writer any more. Writing takes milliseconds."""

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""How a temporary file is opened: as ``tempfile`` does, which imports much for it."""


def make_private_folder(path: str) -> None:
    """Make a folder, and its missing parents, that only its owner can enter (mode 0700)."""
    if path and not os.path.isdir(path):
        make_private_folder(os.path.dirname(path))
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, PRIVATE_FOLDER)


def replace_file(path: str, data: bytes, mode: int | None = None) -> None:
    """Replace the file that ``path`` leads to, so that a reader sees the old bytes or the new.

    A temporary file in the same folder is written, synced and renamed over the target. Symlinks
    are followed and stay. An existing file keeps its owner, and its mode unless ``mode`` gives
    another; a new file gets 0600. If this raises OSError, the old file is whole and no temporary
    file is left.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    temporary = os.path.join(folder, temporary_prefix(target) + os.urandom(4).hex())
    handle = os.open(temporary, _NEW_FILE, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            _copy_owner_and_mode(target, temporary)
            if mode is not None:
                os.chmod(temporary, mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(folder)


def read_regular(path: str) -> bytes:
    """The bytes of a regular file; OSError where it is none, or larger than MAX_BYTES.

    A device may have no end, and a FIFO no writer.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", path)
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES // 1024 // 1024} MiB", path)
    return data


def remove_leftovers(path: str) -> None:
    """Remove the temporary files that writers of a file left when they were killed.

    The caller holds the file's lock. A link to the file may have another lock, and its holder may
    be writing: so only files older than LEFT_AFTER go. What can't be removed stays.
    """
    target = os.path.realpath(path)
    prefix = temporary_prefix(target)
    with contextlib.suppress(OSError):
        for found in os.scandir(os.path.dirname(target)):
            if found.name.startswith(prefix) and _is_random(found.name[len(prefix) :]):
                status = found.stat(follow_symlinks=False)
                mine = os.name == "nt" or status.st_uid == os.geteuid()
                old = time.time() - status.st_mtime > LEFT_AFTER
                if stat.S_ISREG(status.st_mode) and mine and old:
                    os.unlink(found.path)


def _is_random(text: str) -> bool:
    """Whether it ends a temporary file's name: hex digits; tempfile's were of more letters."""
    return len(text) == 8 and all(each in "abcdefghijklmnopqrstuvwxyz0123456789_" for each in text)


def temporary_prefix(target: str) -> str:
    """How the names of a file's temporary files begin; no other program's file has this name."""
    return f".{os.path.basename(target)}.kubectl-connector-"


class OwnLockError(ConnectorError):
    """The lock of one of our own files can't be had."""


@contextlib.contextmanager
def own_lock(path: str, timeout: float = 10.0) -> Iterator[None]:
    """Hold the lock of one of our own files (``<path>.lock``, freed by the system at exit).

    ``timeout`` is in seconds. Raises OwnLockError when another process holds the lock for longer,
    and where the file can't be locked.
    """
    import filelock

    lock = filelock.FileLock(f"{path}.lock", timeout=timeout, mode=PRIVATE_FILE)
    try:
        make_private_folder(os.path.dirname(path))
        _acquire(lock, path, timeout)
    except filelock.Timeout as error:
        raise OwnLockError(
            f"{path} is in use by another kubectl-connector",
            "wait for it to end, then run the command again",
        ) from error
    except (OSError, NotImplementedError) as error:
        raise OwnLockError(
            f"{path} can't be locked: {getattr(error, 'strerror', None) or error}",
            "make sure that its folder is yours and can be written",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: filelock.BaseFileLock, path: str, timeout: float) -> None:
    """Take a lock, and say so where that takes a while."""
    import filelock

    with waiting(f"waiting for another kubectl-connector, which holds {path}") as still:
        try:
            lock.acquire(timeout=min(SOON, timeout))
        except filelock.Timeout:
            still()
            lock.acquire(timeout=max(timeout - SOON, 0))


def _copy_owner_and_mode(source: str, target: str) -> None:
    try:
        status = os.stat(source)
    except FileNotFoundError:
        return  # it was made 0600, ours
    if hasattr(os, "chown"):  # not on Windows
        with contextlib.suppress(PermissionError):  # only root gives files away
            os.chown(target, status.st_uid, status.st_gid)
    os.chmod(target, stat.S_IMODE(status.st_mode))


def sync_folder(folder: str) -> None:
    """Make new and renamed files in a folder durable; does nothing on Windows."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
