"""Nobody who failed to answer is asked again in the same kubectl call.

kubectl runs a plugin that failed again, up to five times in one call (semantics X10). So a run that
may ask leaves a file named after the process that runs us, and takes it away where it succeeds: the
file is the mark of a failure, however the run ended. Who answered well may be asked again. Google
Cloud's kubectl, for one, runs the plugin itself and then becomes another kubectl, as the same
process, which runs the plugin again.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from kubectl_connector import files
from kubectl_connector.cli.environment import home, passphrase_of_environment
from kubectl_connector.errors import StoreError

_FORGET_AFTER = 3_600.0
"""Seconds after which a process of the same number is taken for another one."""


@contextlib.contextmanager
def unless_it_failed() -> Iterator[bool]:
    """Whether this run may ask: none that might have asked under this kubectl has failed.

    The run is what is done within; an exception is its failure.
    """
    mark = _mark()
    yield mark is not None
    if mark is not None:
        with contextlib.suppress(OSError):
            os.unlink(mark)


def not_again(confirm: bool) -> str:
    """The passphrase where a run under this kubectl has failed: the environment's; StoreError."""
    try:
        return passphrase_of_environment(confirm)
    except StoreError:
        raise StoreError(
            "nobody is asked twice for the passphrase in one kubectl call",
            "see whether it is the right one: kubectl connector verify --all",
        ) from None


def _mark() -> str | None:
    """Leave the mark of a run; None where there is one, or can be none: then nobody is asked."""
    folder = os.path.join(home(), "asked")
    path = os.path.join(folder, _parent())
    try:
        files.make_private_folder(folder)
        _forget_old(folder)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return None
    return path


def _parent() -> str:
    """The number of the process that runs us, with its start time where that is known."""
    parent = os.getppid()
    with contextlib.suppress(OSError, IndexError), open(f"/proc/{parent}/stat", "rb") as file:
        started = file.read().rpartition(b")")[2].split()[19]
        return f"{parent}-{int(started)}"
    return str(parent)


def _forget_old(folder: str) -> None:
    if os.path.islink(folder):
        return  # what it leads to is not ours
    for entry in os.scandir(folder):
        ours = entry.name.replace("-", "").isdecimal() and entry.is_file(follow_symlinks=False)
        with contextlib.suppress(OSError):
            if ours and entry.stat().st_mtime < time.time() - _FORGET_AFTER:
                os.unlink(entry.path)
