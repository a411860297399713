"""Install the file by which kubectl finds our completion, where no package manager does so.

kubectl looks on PATH for ``kubectl_complete-connector``. pip, pipx and uv install it beside the
program. krew installs one executable only, and so does a user who unpacks an archive.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from kubectl_connector import files
from kubectl_connector.completion.scripts import FOR_KUBECTL, FOR_KUBECTL_ON_WINDOWS, MARK
from kubectl_connector.errors import ConnectorError, NotFoundError
from kubectl_connector.frozen import dataclass

NAME = "kubectl_complete-connector"
_EXECUTABLE = 0o755
_HERE = "kubectl connector completion install --dir DIR"


@dataclass(frozen=True)
class Installed:
    """Where :func:`install` put the file, and what kubectl makes of it."""

    path: str
    changed: bool
    on_path: bool
    """Whether kubectl looks in that folder."""
    found_first: str | None = None
    """The file that kubectl finds instead, if there is one."""


@dataclass(frozen=True)
class Place:
    """What matters of the machine. The caller passes it in, so that tests can pass another."""

    program: str | None
    """The path of our own executable; None where it is not known."""
    environ: Mapping[str, str]
    windows: bool = os.name == "nt"

    @property
    def folders(self) -> list[str]:
        """The folders on PATH, in its order."""
        listed = self.environ.get("PATH", "").split(";" if self.windows else ":")
        return [folder for folder in listed if os.path.isabs(folder)]

    @property
    def file_name(self) -> str:
        """The script's file name; on Windows it needs an extension."""
        return f"{NAME}.cmd" if self.windows else NAME

    def has(self, folder: str) -> bool:
        """Whether a folder is on PATH, in whatever spelling."""
        wanted = _normal(folder)
        return any(_normal(each) == wanted for each in self.folders)


def install(place: Place, folder: str | None = None) -> Installed:
    """Write the script to ``folder``, else where kubectl finds ours, else to a folder on PATH.

    Raises ConnectorError where the folder can't be written, or holds a file of that name that is
    not ours.
    """
    first = _first_on_path(place)
    if folder:
        path = os.path.join(os.path.abspath(folder), place.file_name)
    elif first and _is_ours(first):
        path = first
    else:
        path = os.path.join(_best_folder(place), place.file_name)
    changed = _write(path, (FOR_KUBECTL_ON_WINDOWS if place.windows else FOR_KUBECTL).encode())
    first = _first_on_path(place)
    other = first if first and _normal(first) != _normal(path) else None
    return Installed(path, changed, place.has(os.path.dirname(path)), other)


def uninstall(place: Place, folder: str | None = None) -> list[str]:
    """Remove the scripts that :func:`install` wrote, on PATH or in ``folder``; return their paths.

    Raises NotFoundError where there is none. It leaves what pip or krew installed to them.
    """
    removed = []
    for each in [folder] if folder else place.folders:
        path = os.path.join(os.path.abspath(each), place.file_name)
        if MARK.encode() in _content(path):
            try:
                os.unlink(path)
            except OSError as error:
                raise ConnectorError(
                    f"{path} can't be removed: {error.strerror}", "check the folder's owner"
                ) from error
            removed.append(path)
    if not removed:
        raise NotFoundError(
            f"there is no {place.file_name} that this program wrote",
            "name the folder that it is in: kubectl connector completion uninstall --dir DIR",
        )
    return removed


def _first_on_path(place: Place) -> str | None:
    """The completion script that kubectl would run."""
    names = [NAME + ending for ending in (".exe", ".cmd")] if place.windows else [NAME]
    paths = (os.path.join(folder, name) for folder in place.folders for name in names)
    return next(filter(os.path.isfile, paths), None)


def _best_folder(place: Place) -> str:
    """Our program's folder, else the user's own folders, if kubectl looks there."""
    home = place.environ.get("USERPROFILE" if place.windows else "HOME", "")
    start = os.path.join(_normal(home), "")
    own = [each for each in place.folders if _is_home(home) and _normal(each).startswith(start)]
    favourite = os.path.join(home, ".local", "bin")
    own.sort(key=lambda folder: _normal(folder) != _normal(favourite))
    for folder in filter(None, [_program_folder(place), *own]):
        if place.has(folder) and os.path.isdir(folder) and os.access(folder, os.W_OK):
            return folder
    raise ConnectorError(
        "no folder of yours is on PATH that the script could go to",
        f"name one that is: {_HERE}",
    )


def _is_home(path: str) -> bool:
    """Whether the path is a user's own home, and not the root folder, which services have."""
    return bool(path) and os.path.dirname(os.path.abspath(path)) != os.path.abspath(path)


def _program_folder(place: Place) -> str:
    return os.path.dirname(os.path.abspath(place.program)) if place.program else ""


def _write(path: str, text: bytes) -> bool:
    """Write the script if it is missing or outdated; return whether anything was written."""
    if os.path.lexists(path):
        if not _is_ours(path):
            raise ConnectorError(
                f"{path} is there, and not written by this program",
                f"move it away, or name another folder on PATH: {_HERE}",
            )
        if MARK.encode() not in _content(path) or _content(path) == text:
            return False
    try:
        _replace(path, text)
    except OSError as error:
        raise ConnectorError(
            f"{path} can't be written: {error.strerror}",
            f"name a folder that is on PATH and yours: {_HERE}",
        ) from error
    return True


def _replace(path: str, text: bytes) -> None:
    """Never what somebody else has put there in the meantime."""
    if os.path.lexists(path):
        files.replace_file(path, text)
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _EXECUTABLE)
    with os.fdopen(handle, "wb") as file:
        file.write(text)


def _is_ours(path: str) -> bool:
    """Whether the file is this script, or a package manager's launcher of the program."""
    content = _content(path)
    return MARK.encode() in content or b"kubectl_connector.__main__" in content


def _content(path: str) -> bytes:
    """A file's first million bytes; empty where the file can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read(1_000_000)
    except OSError:
        return b""


def _normal(folder: str) -> str:
    return os.path.normcase(os.path.realpath(folder))
