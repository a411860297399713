"""What holds for every secret store: inherit, and give the ``store`` fixture."""

from __future__ import annotations

import pytest

from kubectl_connector.errors import NotFoundError
from kubectl_connector.model.secret import Secret
from kubectl_connector.stores import SecretStore

ONE = "5f0c7c1e-2b0e-4f5e-9a43-3d1f0c4b7a11"
OTHER = "0b8e6a9d-5c6f-4a53-8f0e-6a2a9c7e1f22"

PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL\n" * 310
    + "-----END RSA PRIVATE KEY-----\n"
)

SECRETS = {
    "token": Secret({"token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}),
    "several": Secret({"client_key": PEM, "client_certificate": PEM[:2000]}),
    "unicode": Secret({"password": "pässwörd ✓ 密码 🔑 \u0000 \ud800 \r\n\t\"'\\"}),
    "odd names": Secret({"": "empty", "v": "1", "values": "{}", "ключ": "x"}),
    "an empty text": Secret({"token": ""}),
    "nothing": Secret(),
    "20 kB": Secret({"client_key": PEM}),
}


class StoreConformance:
    """Inherited by the tests of every store."""

    @pytest.fixture
    def store(self) -> SecretStore:
        """A usable store without secrets."""
        raise NotImplementedError

    @pytest.mark.parametrize("secret", SECRETS.values(), ids=list(SECRETS))
    def test_keeps_a_secret_as_it_is(self, store: SecretStore, secret: Secret) -> None:
        store.set(ONE, secret)
        assert store.get(ONE) == secret

    @pytest.mark.parametrize("new", ["token", "20 kB", "nothing"])
    def test_the_last_secret_counts(self, store: SecretStore, new: str) -> None:
        store.set(ONE, SECRETS["several"])
        store.set(ONE, SECRETS[new])
        assert store.get(ONE) == SECRETS[new]

    def test_keeping_the_same_secret_twice_is_fine(self, store: SecretStore) -> None:
        store.set(ONE, SECRETS["several"])
        store.set(ONE, SECRETS["several"])
        assert store.get(ONE) == SECRETS["several"]

    def test_has_nothing_before(self, store: SecretStore) -> None:
        with pytest.raises(NotFoundError) as caught:
            store.get(ONE)
        assert ONE in caught.value.message
        assert caught.value.hint

    def test_connectors_do_not_mix(self, store: SecretStore) -> None:
        store.set(ONE, SECRETS["20 kB"])
        with pytest.raises(NotFoundError):
            store.get(OTHER)
        store.set(OTHER, SECRETS["token"])
        assert store.get(ONE) == SECRETS["20 kB"]
        store.delete(ONE)
        assert store.get(OTHER) == SECRETS["token"]

    @pytest.mark.parametrize("secret", ["token", "20 kB", "nothing"])
    def test_a_deleted_secret_is_gone(self, store: SecretStore, secret: str) -> None:
        store.set(ONE, SECRETS[secret])
        store.delete(ONE)
        with pytest.raises(NotFoundError):
            store.get(ONE)

    def test_deleting_is_idempotent(self, store: SecretStore) -> None:
        store.delete(ONE)
        store.set(ONE, SECRETS["token"])
        store.delete(ONE)
        store.delete(ONE)

    def test_keeps_again_what_was_deleted(self, store: SecretStore) -> None:
        store.set(ONE, SECRETS["20 kB"])
        store.delete(ONE)
        store.set(ONE, SECRETS["token"])
        assert store.get(ONE) == SECRETS["token"]

    def test_is_usable_with_and_without_secrets(self, store: SecretStore) -> None:
        store.check()
        store.set(ONE, SECRETS["token"])
        store.check()

    def test_its_repr_tells_nothing(self, store: SecretStore) -> None:
        store.set(ONE, SECRETS["token"])
        shown = f"{store!r} {store} {store.get(ONE)!r} {store.get(ONE)}"
        assert SECRETS["token"]["token"] not in shown
