"""The system's keyring: Secret Service, KWallet, macOS Keychain, Windows Credential Manager.

A call is over after a while whatever the keyring does: one that is locked may wait for ever for
somebody to unlock it. No call answers "none" for a keyring that failed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.secret import Secret
from kubectl_connector.stores.interface import StoreOptions
from kubectl_connector.stores.support.deadline import within
from kubectl_connector.stores.support.document import dump_secret, load_secret
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
from kubectl_connector.stores.support.locking import store_locked
from kubectl_connector.stores.support.secret_service import has_desktop, would_ask

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")


class KeyringStore:
    """Secrets in the system's keyring, one item a connector (several where items are small).

    ``backend`` and ``item_size`` (the most characters that an item takes) stand in for what
    would be found on this system.
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

    def get(self, connector_id: str) -> Secret:
        """Read the connector's item; the system may ask the user to unlock the keyring."""
        document = self._call(lambda: self._items().read(connector_id))
        if document is None:
            raise NotFoundError(
                f"the keyring holds no secret for connector {connector_id}",
                "was it removed there? Register the connector again",
            )
        try:
            return load_secret(document)
        except ValueError as error:
            raise explain(ItemError(str(error)), self._options.timeout) from error

    def set(self, connector_id: str, secret: Secret) -> None:
        """Replace the connector's item, and look whether it was kept."""
        document = dump_secret(secret)
        self._call(lambda: self._change(lambda items: items.write(connector_id, document)))

    def delete(self, connector_id: str) -> None:
        """Remove the connector's item."""
        self._call(lambda: self._change(lambda items: items.delete(connector_id)))

    def check(self) -> None:
        """Find the keyring; fails when it is locked and there is no desktop to unlock it at."""
        self._call(self._items)

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

    def _change(self, change: Callable[[Items], None]) -> None:
        items = self._items()
        if isinstance(items, WholeItems):
            change(items)
            return
        # Half the time, so that it is said who is waited for: a process, not the keyring.
        patience = self._options.timeout / 2
        with store_locked(os.path.join(self._options.folder, "keyring"), patience):
            change(items)

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return within(self._options.timeout, work)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  backends raise what their systems do
            failure = explain(error, self._options.timeout)
        raise failure  # out here, so that it does not carry an error that may hold the secret


def open_store(options: StoreOptions) -> KeyringStore:
    """The keyring of this system."""
    return KeyringStore(options)
