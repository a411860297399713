"""How other programs run this one: by which path, and with what in the environment."""

from __future__ import annotations

import os
import sys

from kubectl_connector.errors import KubeconfigError, UsageError
from kubectl_connector.home import HOME_VARIABLE, home_folder

NAME = "kubectl-connector"
WAYS = ("auto", "path", "name")

_ON_EVERY_PATH = ("/bin", "/usr/bin", "/usr/local/bin")
"""The folders on the PATH of sudo, and of programs that no shell started."""


def command(how: str) -> str | None:
    """How an exec stanza should name us: by ``path``, by ``name``, or as ``auto`` finds best.

    The path is the one that we were run by, links not followed: krew's and pipx's links stay when
    what they lead to is upgraded. It works where PATH is another, as in GUI programs and under sudo
    (semantics X13). A bare name is best only in folders that are on everybody's PATH: kubectl then
    shows the stanza's hint when we are gone (X12). None where we were not run as a program and are
    not on the PATH. Raises UsageError.
    """
    if how not in WAYS:
        raise UsageError(f'no way to name us "{how}"', f"choose one of {', '.join(WAYS)}")
    if how == "name":
        return NAME
    found = _own_path() or _which(NAME)
    if not found:
        return None
    path = os.path.abspath(found)
    return NAME if how == "auto" and os.path.dirname(path) in _ON_EVERY_PATH else path


def needed_environment(command: str | None) -> tuple[tuple[str, str], ...]:
    """Where our files are: sudo has another home, and a GUI program may have other XDG folders.

    Nothing with a bare name, which is for machines that differ, unless the user moved the files.
    """
    if os.environ.get(HOME_VARIABLE) or (command and os.path.isabs(command)):
        return ((HOME_VARIABLE, home_folder(os.environ)),)
    return ()


def kubectls_refusal(command: str) -> str | None:
    """Why kubectl's preferences keep it from running us, and what to change; None: they don't."""
    from kubectl_connector.kubeconfig.kuberc import refusal

    return refusal(command, _which(command) or command, os.environ)


def told_refusal(command: str | None) -> str | None:
    """As :func:`kubectls_refusal`, for people; where kubectl's preferences are broken, that."""
    try:
        return kubectls_refusal(command) if command else None
    except KubeconfigError as error:
        return f"{error.message}: {error.hint}"


def _which(name: str) -> str | None:
    import shutil

    return shutil.which(name)


def _own_path() -> str | None:
    """The path we were run by; None where that was through the interpreter (``python -m``)."""
    path = sys.executable if getattr(sys, "frozen", False) else sys.argv[0]
    name = os.path.basename(path).removesuffix(".exe")
    return path if name == NAME and os.path.dirname(path) else None
