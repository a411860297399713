"""Reading and writing kubeconfig files whole, with errors that users understand."""

from __future__ import annotations

import errno
import os
import select
import stat

from kubectl_connector import files
from kubectl_connector.errors import KubeconfigError
from kubectl_connector.files import MAX_BYTES
from kubectl_connector.kubeconfig.paths import display_path, typed_path

FIFO_TIMEOUT = 10.0
"""Seconds to wait until a program writes to a FIFO."""


def read_kubeconfig(path: str, for_edit: bool = False) -> bytes | None:
    """A kubeconfig's bytes, None for a missing file (D5).

    Raises KubeconfigError for a file that can't be read or is larger than MAX_BYTES, and
    ``for_edit`` also for a FIFO or device.
    """
    try:
        status = os.stat(path)
        if for_edit and not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise KubeconfigError(
                f"{display_path(path)} is not a regular file",
                "only a kubeconfig that is a regular file can be changed",
            )
        data = _read(path, status)
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise KubeconfigError(
            f"{display_path(path)} can't be read: it is a folder",
            "name a file in it with --kubeconfig or KUBECONFIG",
        ) from error
    except OSError as error:
        raise KubeconfigError(
            f"{display_path(path)} can't be read: {error.strerror}",
            "check its owner and mode, and the KUBECONFIG variable",
        ) from error
    if len(data) > MAX_BYTES:
        raise KubeconfigError(
            f"{display_path(path)} is larger than {MAX_BYTES // 1024 // 1024} MiB",
            "that is no kubeconfig: check the KUBECONFIG variable",
        )
    return data


def _read(path: str, status: os.stat_result) -> bytes:
    fifo = stat.S_ISFIFO(status.st_mode)
    handle = os.open(path, os.O_RDONLY | (os.O_NONBLOCK if fifo else 0))
    with os.fdopen(handle, "rb") as file:
        if fifo:
            if not select.select([file], [], [], FIFO_TIMEOUT)[0]:
                raise TimeoutError(errno.ETIMEDOUT, "nothing was written to it", path)
            os.set_blocking(handle, True)
        return file.read(MAX_BYTES + 1)


class PublicKubeconfigError(KubeconfigError):
    """Others can read a kubeconfig that a credential is to go into."""

    def __init__(self, path: str, mode: int) -> None:
        """``path`` is the kubeconfig, as it was named."""
        super().__init__(
            f"{display_path(path)} can be read by others (mode {mode:04o});"
            " login would write a credential into it",
            f"chmod 600 {typed_path(path)}",
        )
        self.path = path


def make_private(path: str) -> None:
    """Let nobody but its owner read a kubeconfig; raises KubeconfigError."""
    try:
        os.chmod(path, files.PRIVATE_FILE)
    except OSError as error:
        raise KubeconfigError(
            f"the mode of {display_path(path)} can't be changed: {error.strerror}",
            "ask its owner, or name another file with --kubeconfig",
        ) from error


def write_kubeconfig(path: str, data: bytes) -> None:
    """Replace a kubeconfig, or make it with mode 0600.

    Replacing a file parts it from its hard links, so a file that has any is refused. A file that
    may not be written is refused too, as kubectl refuses it, although its folder may be. Where a
    KubeconfigError is raised, the old file is whole.
    """
    _refuse_read_only(path)
    try:
        if os.path.exists(path) and os.stat(path).st_nlink > 1:
            raise KubeconfigError(
                f"{display_path(path)} has a second name (a hard link), which a change would part",
                "use a symbolic link for one of the names",
            )
        files.replace_file(path, data)
    except OSError as error:
        raise KubeconfigError(
            f"{display_path(path)} can't be written: {error.strerror}",
            "nothing was changed; check the folder's owner, mode and free space",
        ) from error
    files.remove_leftovers(path)


def _refuse_read_only(path: str) -> None:
    """Raise KubeconfigError for an existing file that its mode keeps from being written."""
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise KubeconfigError(
            f"{display_path(path)} can't be written: {os.strerror(errno.EACCES)}",
            f"if it is to be changed: chmod u+w {typed_path(path)}",
        )


def refuse_public(path: str) -> None:
    """Raise PublicKubeconfigError where others could read what is to be written.

    KubeconfigError where that can't be told.
    """
    if os.name == "nt":
        return  # there the folder's access list decides, and the profile's is private
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return  # the new file will be 0600
    except OSError as error:
        raise KubeconfigError(
            f"{display_path(path)} can't be read: {error.strerror}", "check its folder"
        ) from error
    if mode & 0o077:
        raise PublicKubeconfigError(path, mode)


def remove_kubeconfig(path: str) -> None:
    """Remove a kubeconfig that login made; a symbolic link to it stays. KubeconfigError."""
    _refuse_read_only(path)
    try:
        os.unlink(os.path.realpath(path))
    except OSError as error:
        raise KubeconfigError(
            f"{display_path(path)} can't be removed: {error.strerror}",
            "nothing was changed; check the folder's owner and mode",
        ) from error
    files.remove_leftovers(path)
