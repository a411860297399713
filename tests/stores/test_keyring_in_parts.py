"""A keyring whose items are too small for a document: Windows' credential store."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from keyring.backend import KeyringBackend

from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.stores import SecretStore, StoreOptions
from kubectl_connector.stores.keyring import KeyringStore
from tests.stores.conformance import ONE, StoreConformance
from tests.stores.keyrings import MeddlingKeyring, MemoryKeyring
from tests.stores.windows_vault import PowerCutError, WindowsVault

SHORT = Item(Secret({"token": "short-s3cr3t"}))
LONG = Item(Secret({"token": "long-s3cr3t" * 400}))
LONGER = Item(Secret({"token": "longer-s3cr3t" * 700}))


class TestConformance(StoreConformance):
    """What holds for every store."""

    @pytest.fixture
    def store(self, options: StoreOptions, windows_backend: KeyringBackend) -> SecretStore:
        return KeyringStore(options, windows_backend)


class TestConformanceInSmallestParts(StoreConformance):
    """The same, with hundreds of parts."""

    @pytest.fixture
    def store(self, options: StoreOptions) -> SecretStore:
        return KeyringStore(options, MemoryKeyring(), item_size=200)


@pytest.fixture
def store(options: StoreOptions, windows_backend: KeyringBackend) -> SecretStore:
    return KeyringStore(options, windows_backend)


class TestItems:
    """The items in the vault."""

    def test_are_a_header_and_parts_of_their_own_names(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        store.put(ONE, LONG)
        service = f"kubectl-connector/{ONE}"
        parts = [f"{service}/{number}" for number in (1, 2, 3, 4)]
        assert sorted(windows_vault.items) == [service, *parts]
        assert {item["UserName"] for item in windows_vault.items.values()} == {"kubectl-connector"}
        assert b"s3cr3t" not in windows_vault.items[service]["CredentialBlob"]

    def test_are_all_dropped(self, store: SecretStore, windows_vault: WindowsVault) -> None:
        for item in (LONG, SHORT, LONGER):
            store.put(ONE, item)
            store.drop(ONE)
            assert windows_vault.items == {}


class TestInterruption:
    """At whatever moment the process ends, the item is whole or missing, and can be dropped."""

    @pytest.mark.parametrize("item", [SHORT, LONG, LONGER])
    def test_of_a_put(self, store: SecretStore, windows_vault: WindowsVault, item: Item) -> None:
        def put() -> None:
            store.put(ONE, item)

        for _ in interruptions(windows_vault, put):
            assert found(store) is None
            store.drop(ONE)
            assert windows_vault.items == {}
        assert found(store) == item

    def test_of_a_drop(self, store: SecretStore, windows_vault: WindowsVault) -> None:
        store.put(ONE, LONG)
        for _ in interruptions(windows_vault, lambda: store.drop(ONE)):
            assert found(store) in (LONG, None)
            windows_vault.items.clear()
            store.put(ONE, LONG)
        assert windows_vault.items == {}

    def test_of_a_drop_can_be_taken_up_again(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        store.put(ONE, LONGER)
        for _ in interruptions(windows_vault, lambda: store.drop(ONE), start=1, step=0):
            if not windows_vault.items:
                break
        assert windows_vault.items == {}


class TestDamage:
    """The store never joins parts that differ from those it wrote."""

    def test_to_any_item_shows_and_can_be_mended(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        store.put(ONE, LONG)
        whole = dict(windows_vault.items)
        for target, item in whole.items():
            altered = {**item, "CredentialBlob": "x".encode("utf-16-le")}
            windows_vault.items = {**whole, target: altered}
            with pytest.raises(StoreError, match="of no use"):
                store.get(ONE)
        store.drop(ONE)
        store.put(ONE, SHORT)
        assert store.get(ONE) == SHORT

    def test_a_missing_part_shows(self, store: SecretStore, windows_vault: WindowsVault) -> None:
        store.put(ONE, LONG)
        windows_vault.items.pop(f"kubectl-connector/{ONE}/2")
        with pytest.raises(StoreError, match="missing or altered"):
            store.get(ONE)

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "[]",
            '{"v": 3, "parts": 1, "sha256": ""}',
            '{"v": 2, "slot": "a", "parts": 1, "sha256": ""}',
            '{"v": 2, "parts": 1000000, "sha256": ""}',
            '{"v": 2, "parts": "1", "sha256": ""}',
            '{"v": 2, "parts": 1}',
            '{"v": 1, "slot": "c", "parts": 1, "sha256": ""}',
            '{"v": 1, "parts": 1, "sha256": ""}',
            '{"v": 1, "values": {"token": "s3cr3t"}}',
            '{"v": 2, "secret": {"token": "s3cr3t"}}',
        ],
    )
    def test_a_header_of_another_form_is_refused(self, options: StoreOptions, header: str) -> None:
        backend = MemoryKeyring()
        backend.set_password(f"kubectl-connector/{ONE}", "kubectl-connector", header)
        with pytest.raises(StoreError, match="of no use") as caught:
            KeyringStore(options, backend, item_size=200).get(ONE)
        assert "s3cr3t" not in str(caught.value)


class TestOthers:
    """Other processes read and drop the same item."""

    @pytest.mark.parametrize("part", ["1", "3"])
    def test_reading_what_is_being_dropped_finds_nothing(
        self, options: StoreOptions, part: str
    ) -> None:
        backend = MeddlingKeyring()
        store = KeyringStore(options, backend, item_size=1200)
        store.put(ONE, LONG)
        backend.before_reading(f"kubectl-connector/{ONE}/{part}", lambda: store.drop(ONE))
        assert found(store) is None


def found(store: SecretStore) -> Item | None:
    """The item, or None where there is none."""
    try:
        return store.get(ONE)
    except NotFoundError:
        return None


def interruptions(
    vault: WindowsVault, action: Callable[[], None], start: int = 0, step: int = 1
) -> Iterator[None]:
    """Interrupt ``action`` after 0, 1, 2 … changes, until it completes."""
    changes = start
    for _ in range(1000):
        vault.changes_before_power_cut = changes
        try:
            action()
        except PowerCutError:
            vault.changes_before_power_cut = None
            yield
            changes += step
            continue
        vault.changes_before_power_cut = None
        assert not step or changes > 1
        return
