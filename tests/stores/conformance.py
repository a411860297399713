"""The tests that every secret store must pass: inherit them, and define the ``store`` fixture."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.secret import Credential, Item, Secret
from kubectl_connector.stores import SecretStore

ONE = "5f0c7c1e-2b0e-4f5e-9a43-3d1f0c4b7a11"
OTHER = "0b8e6a9d-5c6f-4a53-8f0e-6a2a9c7e1f22"

PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL\n" * 310
    + "-----END RSA PRIVATE KEY-----\n"
)

ITEMS = {
    "token": Item(Secret({"token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"})),
    "several": Item(Secret({"client_key": PEM, "client_certificate": PEM[:2000]})),
    "unicode": Item(Secret({"password": "pässwörd ✓ 密码 🔑 \u0000 \ud800 \r\n\t\"'\\"})),
    "odd names": Item(Secret({"": "empty", "v": "1", "values": "{}", "ключ": "x"})),
    "an empty text": Item(Secret({"token": ""})),
    "nothing": Item(),
    "20 kB": Item(Secret({"client_key": PEM})),
    "ready": Item(
        Secret({"token": "t", "expires_at": "x", "proxy_url": "y"}),
        "http://jane:hunter2@proxy:1",
        Credential("t", None, None, PEM[:2000], PEM, datetime(2126, 1, 1, tzinfo=timezone.utc)),
    ),
}


class StoreConformance:
    """The base class of every store's own tests."""

    @pytest.fixture
    def store(self) -> SecretStore:
        """A usable store without items."""
        raise NotImplementedError

    @pytest.mark.parametrize("item", ITEMS.values(), ids=list(ITEMS))
    def test_keeps_an_item_as_it_is(self, store: SecretStore, item: Item) -> None:
        store.put(ONE, item)
        assert store.get(ONE) == item

    @pytest.mark.parametrize("new", ["token", "20 kB", "several"])
    def test_never_replaces_an_item(self, store: SecretStore, new: str) -> None:
        store.put(ONE, ITEMS["several"])
        with pytest.raises(StoreError):
            store.put(ONE, ITEMS[new])
        assert store.get(ONE) == ITEMS["several"]

    def test_has_nothing_before(self, store: SecretStore) -> None:
        with pytest.raises(NotFoundError) as caught:
            store.get(ONE)
        assert ONE in caught.value.message
        assert caught.value.hint

    def test_items_do_not_mix(self, store: SecretStore) -> None:
        store.put(ONE, ITEMS["20 kB"])
        with pytest.raises(NotFoundError):
            store.get(OTHER)
        store.put(OTHER, ITEMS["token"])
        assert store.get(ONE) == ITEMS["20 kB"]
        store.drop(ONE)
        assert store.get(OTHER) == ITEMS["token"]

    @pytest.mark.parametrize("item", ["token", "20 kB", "nothing"])
    def test_a_dropped_item_is_gone(self, store: SecretStore, item: str) -> None:
        store.put(ONE, ITEMS[item])
        store.drop(ONE)
        with pytest.raises(NotFoundError):
            store.get(ONE)

    def test_dropping_is_idempotent(self, store: SecretStore) -> None:
        store.drop(ONE)
        store.put(ONE, ITEMS["token"])
        store.drop(ONE)
        store.drop(ONE)

    def test_keeps_again_what_was_dropped(self, store: SecretStore) -> None:
        store.put(ONE, ITEMS["20 kB"])
        store.drop(ONE)
        store.put(ONE, ITEMS["token"])
        assert store.get(ONE) == ITEMS["token"]

    def test_is_usable_with_and_without_items(self, store: SecretStore) -> None:
        store.check()
        store.put(ONE, ITEMS["token"])
        store.check()

    def test_its_repr_tells_nothing(self, store: SecretStore) -> None:
        store.put(ONE, ITEMS["token"])
        shown = f"{store!r} {store} {store.get(ONE)!r} {store.get(ONE)}"
        assert ITEMS["token"].secret["token"] not in shown
