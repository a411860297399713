"""The system's keyring: a real one if there is one, and keyrings with faults."""

from __future__ import annotations

import _thread
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import keyring.errors
import pytest
import secretstorage

from kubectl_connector import dbus
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.stores import SecretStore, StoreOptions, open_store
from kubectl_connector.stores.keyring import KeyringStore
from kubectl_connector.stores.support.keyring_backends import (
    SECRET_SERVICE,
    candidates,
    choose_backend,
)
from tests.secret_service import lock, require_secret_service, secret_service, silent_prompter
from tests.stores.conformance import ITEMS, ONE, OTHER, StoreConformance
from tests.stores.keyrings import (
    BlockingKeyring,
    FailingKeyring,
    ForgetfulKeyring,
    LockedKeyring,
    MemoryKeyring,
    RaisingKeyring,
    UndeletingKeyring,
)

SERVICE = f"kubectl-connector/{ONE}"


class TestConformance(StoreConformance):
    """What holds for every store, in a keyring that works."""

    @pytest.fixture
    def store(self, options: StoreOptions) -> SecretStore:
        return KeyringStore(options, MemoryKeyring())


class TestSecretServiceConformance(StoreConformance):
    """What holds for every store, in a real gnome-keyring."""

    @pytest.fixture
    def store(
        self,
        options: StoreOptions,
        shared_service: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[SecretStore]:
        address = shared_service["DBUS_SESSION_BUS_ADDRESS"]
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        store = open_store("keyring", options)
        yield store
        store.drop(ONE)
        store.drop(OTHER)


def calls(store: SecretStore) -> list[Callable[[], object]]:
    """Each thing that a store does with a secret."""
    return [
        lambda: store.get(ONE),
        lambda: store.put(ONE, ITEMS["token"]),
        lambda: store.drop(ONE),
    ]


class TestItem:
    """The item that a person finds in the keyring."""

    def test_is_one_named_by_its_reference(self, options: StoreOptions) -> None:
        backend = MemoryKeyring()
        KeyringStore(options, backend).put(ONE, ITEMS["20 kB"])
        ((service, username), text) = next(iter(backend.items.items()))
        assert (service, username) == (SERVICE, "kubectl-connector")
        assert json.loads(text) == {"v": 2, "secret": dict(ITEMS["20 kB"].secret)}
        assert len(backend.items) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "eyJhbGciOi-s3cr3t",
            "[]",
            '{"v": 3, "secret": {}}',
            '{"v": 2, "values": {"token": "s3cr3t"}}',
            '{"v": 1, "values": {"a": 1}}',
            '{"v": 2, "secret": {"token": ["s3cr3t"]}}',
            '{"v": 2, "secret": {}, "proxyUrl": 1}',
            '{"v": 2, "secret": {}, "ready": {"expirationTimestamp": "s3cr3t"}}',
        ],
    )
    def test_that_is_not_ours_is_an_error_that_does_not_quote_it(
        self, options: StoreOptions, text: str
    ) -> None:
        backend = MemoryKeyring()
        backend.set_password(SERVICE, "kubectl-connector", text)
        with pytest.raises(StoreError, match="of no use") as caught:
            KeyringStore(options, backend).get(ONE)
        assert "s3cr3t" not in told_by(caught.value)


class TestTrouble:
    """The store never takes a keyring that fails for an empty one."""

    def test_locked(self, options: StoreOptions) -> None:
        for call in calls(KeyringStore(options, LockedKeyring())):
            with pytest.raises(StoreError) as caught:
                call()
            assert caught.value.message == "the keyring is locked"
            assert "unlock" in caught.value.hint
            assert "config set store file" in caught.value.hint

    def test_failing(self, options: StoreOptions) -> None:
        for call in calls(KeyringStore(options, FailingKeyring())):
            with pytest.raises(StoreError, match="the disk is full") as caught:
                call()
            assert isinstance(caught.value.__cause__, keyring.errors.KeyringError)

    @pytest.mark.parametrize(
        "error",
        [
            UnicodeDecodeError("utf-8", b"s3cr3t", 0, 1, "bad"),
            TypeError("s3cr3t"),
            KeyError("s3cr3t"),
            AssertionError("s3cr3t"),
        ],
    )
    def test_errors_that_may_hold_the_secret_are_not_passed_on(
        self, options: StoreOptions, error: Exception
    ) -> None:
        for call in calls(KeyringStore(options, RaisingKeyring(error))):
            with pytest.raises(StoreError, match=type(error).__name__) as caught:
                call()
            assert "s3cr3t" not in told_by(caught.value)

    def test_a_refused_deletion_is_not_a_missing_item(self, options: StoreOptions) -> None:
        store = KeyringStore(options, UndeletingKeyring())
        store.drop(ONE)
        store.put(ONE, ITEMS["token"])
        with pytest.raises(StoreError, match="cancelled by user"):
            store.drop(ONE)

    def test_an_item_that_goes_while_it_is_read_is_not_there(self, options: StoreOptions) -> None:
        """Another process drops it between the search and the look (the Secret Service)."""
        error = secretstorage.exceptions.ItemNotFoundException("gone")
        store = KeyringStore(options, RaisingKeyring(error))
        with pytest.raises(NotFoundError):
            store.get(ONE)
        store.drop(ONE)

    def test_a_silently_lost_item_is_noticed(self, options: StoreOptions) -> None:
        with pytest.raises(StoreError, match="not kept"):
            KeyringStore(options, ForgetfulKeyring()).put(ONE, ITEMS["token"])


class TestTimeLimit:
    """A keyring that waits to be unlocked does not block us."""

    @pytest.fixture
    def backend(self) -> Iterator[BlockingKeyring]:
        backend = BlockingKeyring()
        yield backend
        backend.unlocked.set()

    def test_every_call_ends(self, options: StoreOptions, backend: BlockingKeyring) -> None:
        for call in calls(KeyringStore(replace(options, timeout=0.2), backend)):
            start = time.monotonic()
            with pytest.raises(StoreError, match=r"did not answer in 0\.2 s") as caught:
                call()
            assert 0.2 <= time.monotonic() - start < 1.0
            assert "waiting to be unlocked" in caught.value.message
            assert "config set store file" in caught.value.hint

    def test_an_answer_in_time_is_waited_for(
        self, options: StoreOptions, backend: BlockingKeyring
    ) -> None:
        threading.Timer(0.3, backend.unlocked.set).start()
        KeyringStore(options, backend).put(ONE, ITEMS["token"])
        assert len(backend.items) == 1

    def test_ctrl_c_works_meanwhile(self, options: StoreOptions, backend: BlockingKeyring) -> None:
        threading.Timer(0.2, _thread.interrupt_main).start()
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            KeyringStore(options, backend).get(ONE)
        assert time.monotonic() - start < 2.0

    def test_the_process_ends_though_the_keyring_does_not_answer(self) -> None:
        program = """
from kubectl_connector.errors import StoreError
from kubectl_connector.stores import StoreOptions
from kubectl_connector.stores.keyring import KeyringStore
from tests.stores.keyrings import BlockingKeyring
store = KeyringStore(StoreOptions("/nowhere", lambda confirm: "", timeout=0.1), BlockingKeyring())
try:
    store.get("an id")
except StoreError as error:
    print(error)
"""
        run = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, timeout=10, check=True
        )
        assert b"did not answer" in run.stdout
        assert run.stderr == b""


class TestChoice:
    """The store takes the system's backend, whatever else is installed or configured."""

    @pytest.mark.parametrize(
        "name",
        [
            "keyring.backends.null.Keyring",
            "keyring.backends.fail.Keyring",
            "keyrings.alt.file.PlaintextKeyring",
            "no.such.Backend",
            "nonsense",
        ],
    )
    @pytest.mark.parametrize("where", ["environment", "keyringrc.cfg"])
    def test_others_are_refused_by_name(
        self,
        options: StoreOptions,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        name: str,
        where: str,
    ) -> None:
        if where == "environment":
            monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
        else:
            configure(tmp_path, monkeypatch, f"[backend]\ndefault-keyring={name}\n")
        store = open_store("keyring", options)
        for call in (store.check, *calls(store)):
            with pytest.raises(StoreError, match=name) as caught:
                call()
            assert caught.value.message.startswith(
                "PYTHON_KEYRING_BACKEND" if where == "environment" else str(tmp_path)
            )
            assert "config set store file" in caught.value.hint

    def test_a_broken_configuration_is_not_guessed_at(
        self, options: StoreOptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        configure(tmp_path, monkeypatch, "default-keyring=x\n")
        with pytest.raises(StoreError, match=r"keyringrc\.cfg can't be understood"):
            open_store("keyring", options).check()

    @pytest.mark.skipif(sys.platform != "linux", reason="a backend of another system")
    def test_another_systems_is_not_replaced(
        self, options: StoreOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.macOS.Keyring")
        with pytest.raises(StoreError, match="macOS required"):
            open_store("keyring", options).check()

    @pytest.mark.parametrize(
        "name",
        ["keyring.backends.SecretService.Keyring", "keyring.backends.chainer.ChainerBackend"],
    )
    def test_the_systems_own_may_be_named(
        self,
        options: StoreOptions,
        own_service: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
        name: str,
    ) -> None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
        store = open_store("keyring", options)
        store.put(ONE, ITEMS["token"])
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        assert open_store("keyring", options).get(ONE) == ITEMS["token"]


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
class TestSecretService:
    """A real Secret Service that is absent, gone or locked."""

    @pytest.mark.parametrize(
        "address", [None, "unix:path=/nowhere/bus", "tcp:host=127.0.0.1,port=1", "nonsense"]
    )
    def test_without_a_bus(
        self, options: StoreOptions, monkeypatch: pytest.MonkeyPatch, address: str | None
    ) -> None:
        if address is not None:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        store = open_store("keyring", options)
        for call in (store.check, *calls(store)):
            with pytest.raises(StoreError, match=r"here: there is no session bus$") as caught:
                call()
            assert caught.value.hint.endswith("kubectl connector config set store file")

    def test_gone(self, options: StoreOptions, monkeypatch: pytest.MonkeyPatch) -> None:
        require_secret_service()
        with secret_service() as environment:
            address = environment["DBUS_SESSION_BUS_ADDRESS"]
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            store = open_store("keyring", options)
            store.put(ONE, ITEMS["token"])
        for call in calls(store):
            with pytest.raises(StoreError, match="the keyring failed"):
                call()

    def test_locked_without_a_desktop(
        self, options: StoreOptions, own_service: dict[str, str]
    ) -> None:
        open_store("keyring", options).put(ONE, ITEMS["token"])
        lock(own_service)
        with silent_prompter(own_service):  # if we asked it, it would not answer
            store = open_store("keyring", options)
            for call in (store.check, *calls(store)):
                with pytest.raises(StoreError, match="locked and there is no desktop"):
                    call()

    def test_locked_and_nobody_answers(
        self,
        options: StoreOptions,
        own_service: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        open_store("keyring", options).put(ONE, ITEMS["token"])
        lock(own_service)
        monkeypatch.setenv("DISPLAY", ":0")
        with silent_prompter(own_service):
            store = open_store("keyring", replace(options, timeout=0.5))
            store.check()
            for call in (lambda: store.get(ONE), lambda: store.check(unlock=True)):
                with pytest.raises(StoreError, match=r"did not answer in 0\.5 s"):
                    call()

    def test_locked_and_the_prompt_fails(
        self,
        options: StoreOptions,
        own_service: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        lock(own_service)
        monkeypatch.setenv("DISPLAY", ":0")
        store = open_store("keyring", options)
        for call in calls(store):
            with pytest.raises(StoreError, match="the keyring is locked"):
                call()

    def test_before_the_first_login(
        self, options: StoreOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        require_secret_service()
        with secret_service(collection=False) as environment:
            address = environment["DBUS_SESSION_BUS_ADDRESS"]
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            store = open_store("keyring", options)
            for call in (store.check, *calls(store)):
                with pytest.raises(StoreError, match="no desktop"):
                    call()

    @pytest.mark.usefixtures("own_service")
    def test_an_item_removed_by_hand_is_not_found(self, options: StoreOptions) -> None:
        store = open_store("keyring", options)
        store.put(ONE, ITEMS["token"])
        choose_backend(os.environ).delete_password(SERVICE, "kubectl-connector")
        with pytest.raises(NotFoundError):
            store.get(ONE)


def configure(home: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Write the keyring library's own configuration file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("LOCALAPPDATA", str(home))
    for name in ("python_keyring", "Python Keyring"):
        (home / name).mkdir()
        (home / name / "keyringrc.cfg").write_text(text)


def told_by(error: BaseException | None) -> str:
    """The text of everything that an error and its causes could show."""
    told = ""
    while error:
        told += f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
@pytest.mark.parametrize(
    ("variables", "keyringrc", "fast"),
    [
        ({}, None, True),
        ({"XDG_CURRENT_DESKTOP": ""}, None, True),
        ({"XDG_CURRENT_DESKTOP": "GNOME"}, None, True),
        ({"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}, None, True),
        ({"XDG_CURRENT_DESKTOP": "KDE"}, None, False),
        ({"XDG_CURRENT_DESKTOP": "KDE:plasma"}, None, False),
        ({"XDG_CURRENT_DESKTOP": "neon:KDE"}, None, False),
        ({"XDG_CURRENT_DESKTOP": "NOTKDE"}, None, True),
        ({"XDG_CURRENT_DESKTOP": "kde"}, None, True),
        ({"PYTHON_KEYRING_BACKEND": ""}, None, False),
        ({"PYTHON_KEYRING_BACKEND": SECRET_SERVICE}, None, False),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.kwallet.DBusKeyring"}, None, False),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, None, False),
        ({}, "", False),
        ({}, "[backend]\ndefault-keyring=keyring.backends.kwallet.DBusKeyring\n", False),
        ({}, "not INI", False),
        ({"XDG_CONFIG_HOME": ""}, None, True),
        (
            {"XDG_CONFIG_HOME": ""},
            "[backend]\ndefault-keyring=keyring.backends.null.Keyring",
            False,
        ),
    ],
)
def test_our_own_client_reads_only_where_the_library_would_take_the_secret_service(
    variables: dict[str, str],
    keyringrc: str | None,
    fast: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("XDG_CURRENT_DESKTOP", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if keyringrc is not None:
        config = Path(os.environ["XDG_CONFIG_HOME"] or tmp_path / ".config")
        (config / "python_keyring").mkdir(parents=True)
        (config / "python_keyring" / "keyringrc.cfg").write_text(keyringrc)
    assert dbus.is_chosen(os.environ) == fast
    if fast:
        assert candidates(os.environ)[0] == SECRET_SERVICE
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dbus, "is_chosen", lambda _: False)
            assert candidates(os.environ)[0] == SECRET_SERVICE  # by the library's own settings
    elif not variables.keys() - {"XDG_CURRENT_DESKTOP"} and keyringrc is None:
        assert candidates(os.environ)[0] != SECRET_SERVICE  # no slower than it has to be
