"""The process's own environment, read in this one place and made into a workspace."""

from __future__ import annotations

import functools
import getpass
import os

from kubectl_connector.catalog import Catalog
from kubectl_connector.cli import console
from kubectl_connector.errors import StoreError
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.settings import PASSPHRASE_VARIABLE, Settings, home_folder
from kubectl_connector.stores import SecretStore, StoreOptions, open_store

DEFAULT_TIMEOUT = 10.0


def workspace(timeout: float = DEFAULT_TIMEOUT) -> Workspace:
    """The user's own files, stores and terminal; ``timeout`` in seconds, for a cluster."""
    folder = home_folder(os.environ)

    @functools.cache  # one store a run: it asks for its passphrase once
    def store(name: str) -> SecretStore:
        return open_store(name, StoreOptions(folder, ask_passphrase))

    return Workspace(
        Catalog(folder),
        store,
        owner=_owner(),
        interactive=console.at_terminal(),
        timeout=timeout,
        progress=console.spinner,
    )


def settings() -> Settings:
    """The user's settings."""
    return Settings(home_folder(os.environ))


def kubeconfigs(explicit: str | None = None) -> KubeconfigFiles:
    """The kubeconfig files, as kubectl finds them."""
    return kubeconfig_files(explicit, os.environ)


def ask_passphrase(confirm: bool) -> str:
    """The file store's passphrase: from the environment, else from the person."""
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given:
        return given
    if not console.at_terminal():
        raise StoreError(
            "the file store needs its passphrase, and there is no terminal to ask at",
            f"set {PASSPHRASE_VARIABLE} in the environment",
        )
    terminal = console.Terminal()
    passphrase = terminal.secret("Passphrase of the file store", "")
    if confirm and terminal.secret("The same again", "") != passphrase:
        raise StoreError("the two passphrases differ", "run the command again; nothing was kept")
    return passphrase


def _owner() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
