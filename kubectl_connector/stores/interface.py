"""What every secret store can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from kubectl_connector.errors import StoreError
from kubectl_connector.model.secret import Item


class StoreTimeoutError(StoreError):
    """The store gave no answer in time; what was asked for may have been done, or may yet be."""


class SecretStore(Protocol):
    """Keeps items, each under a reference of its own, and never changes one.

    A reference is a word without slashes that nobody has used before; the catalog says which one
    counts. So nothing has to be undone: an item that no connector refers to is harmless. Whatever
    goes wrong is a StoreError: a store never answers "none" for "I could not look".
    """

    name: str
    """What the store is called on the command line and in the catalog."""

    def put(self, ref: str, item: Item) -> None:
        """Keep an item: wholly, or the call fails. StoreError where the reference has one."""

    def get(self, ref: str) -> Item:
        """The item; NotFoundError where the store holds none."""

    def drop(self, ref: str) -> None:
        """Remove the item, and what an interrupted ``put`` left of it; nothing there is fine."""

    def check(self) -> None:
        """Raise StoreError when the store can't be used now. Never prompts."""


class PassphraseSource(Protocol):
    """Where a store that needs a passphrase gets it from."""

    def __call__(self, confirm: bool) -> str:
        """The passphrase; ``confirm``: it is a new one, so ask twice.

        StoreError when there is no way to ask.
        """


@dataclass(frozen=True)
class StoreOptions:
    """What a store may need to know; each takes what it uses."""

    folder: str
    """The folder for the files of stores that have any."""
    passphrase: PassphraseSource = field(repr=False)
    timeout: float = 30.0
    """Seconds that one call may take, the user's time at a passphrase prompt not counted."""
    interactive: bool = True
    """Whether the user may be asked to unlock the store, in a window where there is one."""
