"""Which kubeconfig files kubectl reads, and which one a new entry goes to (semantics D1-D8, W3)."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Mapping
from types import ModuleType

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.frozen import dataclass

MISSING = ("does not exist", "exists")
EMPTY = ("is empty", "holds anything")
NO_CONTEXTS = ("has no contexts", "has a context")
"""What can be wrong with kubeconfig files: of a single one, and of none of several."""


@dataclass(frozen=True)
class KubeconfigFiles:
    """The files of one invocation, as named; relative paths count from the working directory."""

    paths: tuple[str, ...]
    """In order of precedence, without empty names and repeats of the same string (D3)."""
    explicit: bool = False
    """Whether ``--kubeconfig`` named the file."""
    legacy: str | None = None
    """What kubectl would copy to the home file if that is missing (D8)."""
    from_variable: bool = False
    """Whether KUBECONFIG named the files."""

    def lack(self, alone: str, each: str) -> KubeconfigError:
        """The error for files of which ``each`` is not true, such as "exists".

        ``alone`` says so of a single file, such as "does not exist".
        """
        if not self.paths:
            return KubeconfigError(
                "KUBECONFIG is set, but names no file", "set it to a path, or unset it"
            )
        named = ", ".join(map(display_path, self.paths))
        source = " (from KUBECONFIG)" if self.from_variable else ""
        problem = f"{named}{source} {alone}"
        if len(self.paths) > 1:
            problem = f"none of {named}{source} {each}"
        remedy = "name the right file with --kubeconfig FILE"
        mend = "set KUBECONFIG to the right file, or unset it" if source else "set KUBECONFIG"
        return KubeconfigError(f"no kubeconfig: {problem}", f"{remedy}, or {mend}")

    def check_named(self) -> None:
        """Raise KubeconfigError where ``--kubeconfig`` names a file that does not exist (D6)."""
        if self.explicit and not os.path.exists(self.paths[0]):
            raise KubeconfigError(
                f"{display_path(self.paths[0])} does not exist",
                "check the path given with --kubeconfig",
            )

    @property
    def listing(self) -> str:
        """Where to find the names of the contexts of these files, as a part of a hint."""
        return f"all names: kubectl config get-contexts -o name{self.option}"

    @property
    def option(self) -> str:
        """What a command in a hint ends with, to mean these files too."""
        from shlex import quote  # only an error needs it

        return f" --kubeconfig {quote(self.paths[0])}" if self.explicit else ""

    @property
    def default(self) -> str:
        """Where new entries go: the first file that exists, else the last one listed (W3).

        Raises KubeconfigError where KUBECONFIG has only empty names, and so names no file (D4).
        """
        if not self.paths:
            raise self.lack(*MISSING)
        existing = (path for path in self.paths if os.path.exists(self.source(path)))
        return next(existing, self.paths[-1])

    def source(self, path: str) -> str:
        """The file to read for ``path``: itself, or what kubectl would first copy there (D8)."""
        if self.legacy and not os.path.lexists(path) and os.path.isfile(self.legacy):
            return self.legacy
        return path


def kubeconfig_files(
    explicit: str | None, environ: Mapping[str, str], platform: str = os.name
) -> KubeconfigFiles:
    """The files that kubectl would use with ``--kubeconfig explicit`` in this environment.

    ``platform`` is ``os.name``: Windows (``nt``) has another list separator and home (D2, D7).
    """
    if explicit:
        return KubeconfigFiles((explicit,), explicit=True)
    listed = environ.get("KUBECONFIG")
    if listed:
        names = listed.split(";" if platform == "nt" else ":")
        paths = tuple(dict.fromkeys(name for name in names if name))
        return KubeconfigFiles(paths, from_variable=True)
    if platform == "nt":
        return KubeconfigFiles((_in_kube_folder(_windows_home(environ), "config", ntpath),))
    home = environ.get("HOME", "")
    return KubeconfigFiles(
        (_in_kube_folder(home, "config", posixpath),),
        legacy=_in_kube_folder(home, ".kubeconfig", posixpath),
    )


def display_path(path: str | os.PathLike[str]) -> str:
    """A path for people: ``~`` for the home folder, and nothing that a terminal would obey."""
    text = os.fsdecode(path)
    home = os.path.expanduser("~")
    if home not in ("~", "", os.sep) and (text == home or text.startswith(home + os.sep)):
        text = "~" + text[len(home) :]
    return "".join(char if char.isprintable() else "?" for char in text)


def typed_path(path: str | os.PathLike[str]) -> str:
    """A path as a word of a command to paste: as display_path, quoted for a shell.

    A shell expands ``~`` only outside of quotes, so that part stays before them.
    """
    import shlex

    text, home = display_path(path), f"~{os.sep}"
    if text.startswith(home) and not os.fsdecode(path).startswith(home):
        return home + shlex.quote(text[len(home) :])
    return shlex.quote(text)


def _in_kube_folder(home: str, name: str, flavour: ModuleType) -> str:
    return str(flavour.join(home, ".kube", name))


def _windows_home(environ: Mapping[str, str]) -> str:
    """The first home with a kubeconfig in it, else the first writable, existing, or set one."""
    home = environ.get("HOME", "")
    drive_path = environ.get("HOMEDRIVE", "") + environ.get("HOMEPATH", "")
    profile = environ.get("USERPROFILE", "")
    for candidate in (home, drive_path, profile):
        if candidate and os.path.exists(_in_kube_folder(candidate, "config", ntpath)):
            return candidate
    candidates = [candidate for candidate in (home, profile, drive_path) if candidate]
    for suits in (_is_writable, os.path.exists):
        for candidate in candidates:
            if suits(candidate):
                return candidate
    return candidates[0] if candidates else ""


def _is_writable(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK)
