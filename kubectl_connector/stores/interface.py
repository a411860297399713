"""What every secret store can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from kubectl_connector.errors import StoreError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.model.secret import Item


class StoreTimeoutError(StoreError):
    """The store did not answer in time; it may have done what it was asked, or may do it later."""


class SecretStore(Protocol):
    """Keeps items, each under a reference of its own, and never changes one.

    A reference is a word without slashes that was never used before. The catalog says which
    references count, so nothing has to be undone: an item that no connector refers to is harmless.
    Every failure is a StoreError: a store that could not look never answers that there is no item.
    """

    name: str
    """What the store is called on the command line and in the catalog."""

    def put(self, ref: str, item: Item) -> None:
        """Keep the whole item, or raise StoreError; raise it also where the reference has one."""

    def get(self, ref: str) -> Item:
        """The item; NotFoundError where the store does not hold it."""

    def drop(self, ref: str) -> None:
        """Remove the item, or what an interrupted ``put`` left of it; do nothing if it is gone."""

    def check(self, unlock: bool = False) -> None:
        """Raise StoreError when the store can't be used now.

        With ``unlock`` it may ask the user whatever :meth:`drop` would ask; else it never prompts.
        """


SHORTEST_PASSPHRASE = 8
"""How many characters a new passphrase must have; one that is in use already may be shorter."""


def check_new_passphrase(passphrase: str) -> str:
    """``passphrase`` if a new file may have it; StoreError for one that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise StoreError(
            "the new passphrase is too short: whoever gets the file could guess it",
            f"choose one of {SHORTEST_PASSPHRASE} characters or more; several words are best",
        )
    return passphrase


class PassphraseSource(Protocol):
    """Where a store that needs a passphrase gets it from."""

    def __call__(self, confirm: bool) -> str:
        """The passphrase; ``confirm`` means that it is a new one, so the user is asked twice.

        Raises StoreError when there is no way to ask.
        """


@runtime_checkable
class PassphraseStore(SecretStore, Protocol):
    """A store that one passphrase guards."""

    def change_passphrase(self, new: Callable[[], str]) -> None:
        """Have another passphrase guard the store; ask for today's first, then ``new`` for it.

        Raises StoreError, and leaves the store as it was.
        """

    def lock(self) -> None:
        """Forget what opens the store, so that the next to need it is asked. Raises StoreError."""


def unset(name: str) -> str:
    """The value of no setting: ``open_store`` replaces this with the defaults."""
    raise KeyError(name)


@dataclass(frozen=True)
class StoreOptions:
    """What a store may need to know; each store uses a part of it."""

    folder: str
    """The folder for the files of stores that have any."""
    passphrase: PassphraseSource = field(repr=False)
    timeout: float = 30.0
    """Seconds that one call may take, without the time that the user spends at a prompt."""
    interactive: bool = True
    """Whether the user may be asked to unlock the store, in a window where there is one."""
    setting: Callable[[str], str] = field(default=unset, repr=False)
    """The value of a setting that the store's module has in ``SETTINGS``; else its default."""
    tries: int = 1
    """How often a passphrase is asked for while it is wrong; more than once for a person."""
    anew: bool = False
    """Whether what opens the store has to be given again, where it is still remembered."""
