"""The system's keyring: Secret Service, KWallet, macOS Keychain, Windows Credential Manager.

Every call has a time limit, because a locked keyring may wait for the user without end. No call
takes a failure of the keyring for a missing item.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kubectl_connector import dbus
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.secret import Item
from kubectl_connector.ready import USERNAME, service_name
from kubectl_connector.stores.interface import StoreOptions
from kubectl_connector.stores.support.deadline import within
from kubectl_connector.stores.support.item_document import dump_item, load_item
from kubectl_connector.stores.support.keyring_backends import (
    SECRET_SERVICE,
    backend_name,
    choose_backend,
    largest_item,
)
from kubectl_connector.stores.support.keyring_errors import explain, locked_error
from kubectl_connector.stores.support.keyring_items import (
    ItemError,
    Items,
    SplitItems,
    WholeItems,
)
from kubectl_connector.stores.support.unlocking import has_desktop, would_ask

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

_NO_REF = "none"
"""The reference of no item."""


class KeyringStore:
    """Items in the system's keyring: each is one keyring item, or several where those are small.

    ``backend`` and ``item_size`` (the most characters that a keyring item takes) replace what
    the store would find on this system.
    """

    name = "keyring"

    def __init__(
        self,
        options: StoreOptions,
        backend: KeyringBackend | None = None,
        item_size: int | None = None,
    ) -> None:
        self._options = options
        self._backend = backend
        self._item_size = item_size

    def put(self, ref: str, item: Item) -> None:
        """Add the item, and check that the keyring kept it."""
        document = dump_item(item)
        self._call(lambda: self._items().write(ref, document))

    def get(self, ref: str) -> Item:
        """Read the item; the system may ask the user to unlock the keyring."""
        document = self._call(lambda: self._read_directly(ref) or self._items().read(ref))
        if document is None:
            raise NotFoundError(
                f"the keyring holds no item {ref}",
                "was it removed there? Register the connector again",
            )
        try:
            return load_item(document)
        except ValueError as error:
            raise explain(ItemError(str(error)), self._options.timeout) from error

    def drop(self, ref: str) -> None:
        """Remove the item."""
        self._call(lambda: self._items().delete(ref))

    def check(self, unlock: bool = False) -> None:
        """Find the keyring; StoreError where it is locked and the user can't or may not be asked.

        With ``unlock`` the system asks the user to unlock it, as it does when an item is read.
        """
        self._call(lambda: self._items().read(_NO_REF) if unlock else self._items())

    def _read_directly(self, ref: str) -> str | None:
        """The document, without the ``keyring`` library, which takes long to import.

        None where the Secret Service is not the one to ask, or has no answer that is clear. The
        library then finds out why, and asks the user where that helps.
        """
        if self._backend or not dbus.is_chosen(os.environ):
            return None
        try:
            found = dbus.read({"service": service_name(ref), "username": USERNAME})
            return found.decode("ascii") if found else None
        except dbus.ERRORS:
            return None

    def _items(self) -> Items:
        backend = self._backend = self._backend or choose_backend(os.environ)
        if (
            backend_name(backend) == SECRET_SERVICE
            and not (self._options.interactive and has_desktop(os.environ))
            and would_ask(backend)
        ):
            why = "there is no desktop to unlock it at"
            if not self._options.interactive:
                why = "nobody may be asked to unlock it now"
            raise locked_error(f"the keyring is locked and {why}")
        size = self._item_size or largest_item(backend)
        return SplitItems(backend, size) if size else WholeItems(backend)

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return within(self._options.timeout, work, "waiting for the keyring")
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  backends raise what their systems raise
            failure = explain(error, self._options.timeout)
        raise failure  # outside the except: the chained error could hold the secret


def open_store(options: StoreOptions) -> KeyringStore:
    """The keyring of this system."""
    return KeyringStore(options)
