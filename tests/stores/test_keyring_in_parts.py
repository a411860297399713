"""Keyrings whose items are too small: Windows' credential store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from keyring.backend import KeyringBackend

from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.files import locked
from kubectl_connector.model.secret import Secret
from kubectl_connector.stores import SecretStore, StoreOptions
from kubectl_connector.stores.keyring import KeyringStore
from tests.stores.conformance import ONE, StoreConformance
from tests.stores.keyrings import MeddlingKeyring, MemoryKeyring
from tests.stores.windows_vault import PowerCutError, WindowsVault

SHORT = Secret({"token": "short-s3cr3t"})
LONG = Secret({"token": "long-s3cr3t" * 400})
LONGER = Secret({"token": "longer-s3cr3t" * 700})


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
    """What lies in the vault."""

    def test_are_a_header_and_parts_of_their_own_names(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        store.set(ONE, LONG)
        service = f"kubectl-connector/{ONE}"
        parts = [f"{service}/a{number}" for number in (1, 2, 3, 4)]
        assert sorted(windows_vault.items) == [service, *parts]
        assert {item["UserName"] for item in windows_vault.items.values()} == {"kubectl-connector"}
        assert b"s3cr3t" not in windows_vault.items[service]["CredentialBlob"]

    def test_of_the_secret_before_are_gone(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        for old, new in ((LONGER, SHORT), (SHORT, LONG), (LONG, LONGER), (LONGER, LONG)):
            store.set(ONE, old)
            store.set(ONE, new)
            assert old["token"][:11] not in windows_vault.texts()

    def test_are_all_deleted(self, store: SecretStore, windows_vault: WindowsVault) -> None:
        store.set(ONE, LONG)
        store.set(ONE, LONGER)
        store.delete(ONE)
        assert windows_vault.items == {}


class TestInterruption:
    """Whenever the process ends, the secret is the old one or the new one."""

    @pytest.mark.parametrize(
        ("old", "new"), [(LONGER, SHORT), (SHORT, LONGER), (LONG, LONGER), (None, LONG)]
    )
    def test_of_a_change(
        self, store: SecretStore, windows_vault: WindowsVault, old: Secret | None, new: Secret
    ) -> None:
        for _ in interruptions(store, windows_vault, old, lambda: store.set(ONE, new)):
            assert found(store) in (old, new)
            store.set(ONE, SHORT)
            assert found(store) == SHORT
            assert "long" not in windows_vault.texts()
            store.delete(ONE)
            assert windows_vault.items == {}

    def test_of_a_deletion(self, store: SecretStore, windows_vault: WindowsVault) -> None:
        for _ in interruptions(store, windows_vault, LONG, lambda: store.delete(ONE)):
            assert found(store) in (LONG, None)
            store.delete(ONE)
            assert windows_vault.items == {}

    def test_of_a_deletion_of_what_was_changed_before(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        def change_and_delete() -> None:
            store.set(ONE, LONG)
            store.delete(ONE)

        for _ in interruptions(store, windows_vault, LONGER, change_and_delete):
            # The library's copy of the header before, if only that is left, leads to no parts.
            with contextlib.suppress(StoreError):
                assert found(store) in (LONGER, LONG, None)
            store.delete(ONE)
            assert windows_vault.items == {}


class TestDamage:
    """Parts that are not those that were written are never put together."""

    def test_to_any_item_shows_and_can_be_mended(
        self, store: SecretStore, windows_vault: WindowsVault
    ) -> None:
        store.set(ONE, LONG)
        whole = dict(windows_vault.items)
        for target, item in whole.items():
            altered = {**item, "CredentialBlob": "x".encode("utf-16-le")}
            windows_vault.items = {**whole, target: altered}
            with pytest.raises(StoreError, match="of no use"):
                store.get(ONE)
        store.set(ONE, SHORT)
        assert store.get(ONE) == SHORT

    def test_a_missing_part_shows(self, store: SecretStore, windows_vault: WindowsVault) -> None:
        store.set(ONE, LONG)
        windows_vault.items.pop(f"kubectl-connector/{ONE}/a2")
        with pytest.raises(StoreError, match="missing or altered"):
            store.get(ONE)

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "[]",
            '{"v": 2, "slot": "a", "parts": 1, "sha256": ""}',
            '{"v": 1, "slot": "c", "parts": 1, "sha256": ""}',
            '{"v": 1, "slot": "a", "parts": 1000000, "sha256": ""}',
            '{"v": 1, "slot": "a", "parts": "1", "sha256": ""}',
            '{"v": 1, "slot": "a"}',
            '{"v": 1, "values": {"token": "s3cr3t"}}',
        ],
    )
    def test_a_header_of_another_form_is_refused(self, options: StoreOptions, header: str) -> None:
        backend = MemoryKeyring()
        backend.set_password(f"kubectl-connector/{ONE}", "kubectl-connector", header)
        with pytest.raises(StoreError, match="of no use") as caught:
            KeyringStore(options, backend, item_size=200).get(ONE)
        assert "s3cr3t" not in str(caught.value)


class TestOthers:
    """Other processes read and write the same connector."""

    @pytest.mark.parametrize("new", [SHORT, LONGER, None])
    @pytest.mark.parametrize("part", ["a1", "a3"])
    def test_reading_during_a_change_finds_the_new(
        self, options: StoreOptions, part: str, new: Secret | None
    ) -> None:
        backend = MeddlingKeyring()
        store = KeyringStore(options, backend, item_size=1200)
        store.set(ONE, LONG)

        def change() -> None:
            if new:
                store.set(ONE, new)
            else:
                store.delete(ONE)

        backend.before_reading(f"kubectl-connector/{ONE}/{part}", change)
        assert found(store) == new

    def test_writers_take_turns(
        self, options: StoreOptions, windows_backend: KeyringBackend
    ) -> None:
        store = KeyringStore(replace(options, timeout=0.2), windows_backend)
        with locked(f"{options.folder}/keyring"):
            with pytest.raises(StoreError, match="in use"):
                store.set(ONE, SHORT)
            with pytest.raises(StoreError, match="in use"):
                store.delete(ONE)
            assert found(store) is None
        store.set(ONE, SHORT)


def found(store: SecretStore) -> Secret | None:
    """The secret; None where there is none, which is no error here."""
    try:
        return store.get(ONE)
    except NotFoundError:
        return None


def interruptions(
    store: SecretStore, vault: WindowsVault, old: Secret | None, action: Callable[[], None]
) -> Iterator[None]:
    """Begin with ``old``, cut ``action`` short after 0, 1, 2 … changes, till it gets through."""
    for changes in range(1000):
        if old is not None:
            store.set(ONE, old)
        vault.changes_before_power_cut = changes
        try:
            action()
        except PowerCutError:
            vault.changes_before_power_cut = None
            yield
            continue
        vault.changes_before_power_cut = None
        assert changes > 2
        return
