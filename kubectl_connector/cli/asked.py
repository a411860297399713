"""Nobody is asked twice in one kubectl call.

kubectl runs a plugin that failed again, up to five times in one call (semantics X10). A file named
after the kubectl process says that it has had its one run that may ask.
"""

from __future__ import annotations

import contextlib
import os
import time

from kubectl_connector import files
from kubectl_connector.cli.environment import home

_FORGET_AFTER = 3_600.0
"""Seconds after which a process of the same number is taken for another one."""


def first_time() -> bool:
    """Whether this run may ask: no earlier one under this kubectl did. The next one may not."""
    folder = os.path.join(home(), "asked")
    try:
        files.make_private_folder(folder)
        _forget_old(folder)
        handle = os.open(os.path.join(folder, _parent()), os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return False  # the file is there, or can't be made: nobody is asked, to be safe
    os.close(handle)
    return True


def _parent() -> str:
    """The number of the process that runs us, with its start time where that is known."""
    parent = os.getppid()
    with contextlib.suppress(OSError, IndexError), open(f"/proc/{parent}/stat", "rb") as file:
        started = file.read().rpartition(b")")[2].split()[19]
        return f"{parent}-{int(started)}"
    return str(parent)


def _forget_old(folder: str) -> None:
    for entry in os.scandir(folder):
        ours = entry.name.replace("-", "").isdecimal() and entry.is_file(follow_symlinks=False)
        with contextlib.suppress(OSError):
            if ours and entry.stat().st_mtime < time.time() - _FORGET_AFTER:
                os.unlink(entry.path)
