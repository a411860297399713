"""The process's own environment, read in this one place and made into a workspace."""

from __future__ import annotations

import functools
import getpass
import os

from kubectl_connector.catalog import Catalog
from kubectl_connector.cli import console
from kubectl_connector.home import home_folder
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path, kubeconfig_files
from kubectl_connector.model.connector import check_login_mode
from kubectl_connector.model.kubeconfig import api_version_called
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.settings import PASSPHRASE_VARIABLE, Settings, check_switch, passphrase
from kubectl_connector.stores import (
    SHORTEST_PASSPHRASE,
    PassphraseSource,
    SecretStore,
    StoreOptions,
    check_store_name,
    open_store,
    store_settings,
)

DEFAULT_TIMEOUT = 10.0

_TRIES = 3
"""How often a person may type a wrong passphrase."""


def home() -> str:
    """The folder of our own files."""
    return home_folder(os.environ)


def workspace(
    timeout: float = DEFAULT_TIMEOUT,
    interactive: bool | None = None,
    anew: bool = False,
    unasked: PassphraseSource | None = None,
) -> Workspace:
    """The user's own files, stores and terminal; ``timeout`` in seconds, for a cluster.

    ``interactive`` says whether anything may be asked; None: where there is a terminal. ``anew``
    says that a passphrase must be given, also where its key is remembered.
    ``unasked`` gives it where nobody may be asked; None: the environment does.
    """
    folder = home()
    asking = console.at_terminal() if interactive is None else interactive

    may_ask = asking or (interactive is None and console.has_terminal())

    @functools.cache  # a run has one store of a name, which asks for its passphrase once
    def store(name: str) -> SecretStore:
        passphrase = _asking() if may_ask else unasked or passphrase_of_environment
        options = StoreOptions(
            folder,
            passphrase,
            interactive=asking,
            setting=functools.cache(settings().get),
            tries=_TRIES if may_ask and not os.environ.get(PASSPHRASE_VARIABLE) else 1,
            anew=anew,
        )
        return open_store(name, options)

    return Workspace(
        Catalog(folder),
        store,
        owner=_owner(),
        interactive=asking,
        timeout=timeout,
        progress=console.spinner,
        tell=console.note,
    )


def settings() -> Settings:
    """The user's settings."""
    checks = {
        "store": check_store_name,
        "login.mode": check_login_mode,
        "login.exec-api-version": api_version_called,
        "warn": check_switch,
    }
    return Settings(home(), checks, store_settings)


def kubeconfigs(explicit: str | None = None) -> KubeconfigFiles:
    """The kubeconfig files, as kubectl finds them."""
    return kubeconfig_files(explicit, os.environ)


def _asking() -> PassphraseSource:
    """Asks the person for the file store's passphrase; a store asks again for one that is wrong."""
    asked = False

    def ask(confirm: bool) -> str:
        nonlocal asked
        if asked and not confirm:
            console.note("Wrong passphrase. Try again.")
        asked = asked or not confirm
        return ask_passphrase(confirm)

    return ask


def ask_passphrase(confirm: bool) -> str:
    """The file store's passphrase: from the environment, else from the person."""
    if os.environ.get(PASSPHRASE_VARIABLE):
        return passphrase_of_environment(confirm)
    if not confirm:
        return console.Terminal().secret("Passphrase of the file store", "")
    console.note(
        f"There is no encrypted file in {display_path(home())} yet, so it gets a passphrase now."
        " Nobody can recover it."
    )
    return choose_passphrase("New passphrase of the file store")


def new_passphrase(question: str, variable: str) -> str:
    """A passphrase that is yet to be: from the variable, else from the person.

    Raises StoreError where it is not set and nobody can be asked.
    """
    if os.environ.get(variable) or not console.has_terminal():
        return passphrase(os.environ, variable)
    return choose_passphrase(question)


def known_passphrase(question: str, variable: str) -> str:
    """A passphrase that something has: from the variable, else from the person; StoreError."""
    if os.environ.get(variable) or not console.has_terminal():
        return passphrase(os.environ, variable)
    return console.Terminal().secret(question, "")


def choose_passphrase(question: str) -> str:
    """What a person types twice; asked again while it is too short, or the two differ."""
    terminal = console.Terminal()
    while True:
        typed = terminal.secret(f"{question} ({SHORTEST_PASSPHRASE} characters or more)", "")
        if len(typed) < SHORTEST_PASSPHRASE:
            console.note("That is too short.")
        elif terminal.secret("The same again", "") != typed:
            console.note("The two differ.")
        else:
            return typed


def passphrase_of_environment(confirm: bool) -> str:  # noqa: ARG001
    """The file store's passphrase, from the environment alone; StoreError where it is not set."""
    return passphrase(os.environ)


def _owner() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
