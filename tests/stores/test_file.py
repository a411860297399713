"""The encrypted file."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector import kernel_keyring
from kubectl_connector.errors import ConnectorError, NotFoundError, StoreError
from kubectl_connector.files import own_lock
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.stores import SecretStore, StoreOptions, open_store
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.support.encrypted_file import EncryptedFile
from kubectl_connector.stores.support.sealing import KeyRecipe, ScryptCost, derive_key
from kubectl_connector.unlocked import key_name
from tests.conftest import require_kernel_keyring
from tests.stores.conformance import ITEMS, ONE, OTHER, PEM, StoreConformance
from tests.stores.conftest import no_passphrase

CHEAP = ScryptCost(n=2**14)
"""The lowest cost that a file may have."""

Alter = Callable[[dict[str, Any]], object]


class Passphrases:
    """Answers with one passphrase, and records how the store asked."""

    def __init__(self, passphrase: str = "correct horse battery staple") -> None:
        self.passphrase = passphrase
        self.asked: list[bool] = []

    def __call__(self, confirm: bool) -> str:
        self.asked.append(confirm)
        return self.passphrase


@pytest.fixture
def passphrases() -> Passphrases:
    return Passphrases()


@pytest.fixture
def options(tmp_path: Path, passphrases: Passphrases) -> StoreOptions:
    return StoreOptions(str(tmp_path / "deep" / "connectors"), passphrases, timeout=10.0)


@pytest.fixture
def path(options: StoreOptions) -> Path:
    return Path(options.folder, "secrets.json")


@pytest.fixture
def reopen(options: StoreOptions) -> Callable[[str], FileStore]:
    """Open the file again with a passphrase, as the next process would."""
    return lambda passphrase: FileStore(replace(options, passphrase=Passphrases(passphrase)), CHEAP)


@pytest.fixture
def store(options: StoreOptions) -> SecretStore:
    return FileStore(options, CHEAP)


@pytest.fixture(scope="module")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a file with a token for ONE, several values for OTHER, and a third item."""
    folder = tmp_path_factory.mktemp("filled")
    store = FileStore(StoreOptions(str(folder), Passphrases()), CHEAP)
    store.put(ONE, ITEMS["token"])
    store.put(OTHER, ITEMS["several"])
    store.put("a-third", ITEMS["token"])
    return (folder / "secrets.json").read_bytes()


@pytest.fixture
def filled(path: Path, filled_file: bytes) -> Path:
    """The store's file, which already holds those secrets."""
    put(path, filled_file)
    return path


class TestConformance(StoreConformance):
    """What holds for every store, in a file that already has other secrets."""

    @pytest.fixture
    def store(self, options: StoreOptions, filled: Path) -> SecretStore:
        store = FileStore(options)
        store.drop(ONE)
        store.drop(OTHER)
        return store


class TestPassphrase:
    """When the store asks for the passphrase, and what the passphrase opens."""

    def test_a_new_one_is_confirmed_and_asked_for_once(
        self, store: SecretStore, passphrases: Passphrases
    ) -> None:
        store.put(ONE, ITEMS["token"])
        store.get(ONE)
        store.put(OTHER, ITEMS["token"])
        assert passphrases.asked == [True]

    def test_a_known_one_is_not_confirmed(
        self, store: SecretStore, options: StoreOptions, passphrases: Passphrases
    ) -> None:
        store.put(ONE, ITEMS["token"])
        FileStore(options).get(ONE)
        FileStore(options).put(OTHER, ITEMS["token"])
        assert passphrases.asked == [True, False, False]

    def test_nothing_asks_that_does_not_need_it(self, options: StoreOptions, filled: Path) -> None:
        mute = FileStore(replace(options, passphrase=no_passphrase))
        mute.check()
        mute.drop(ONE)
        with pytest.raises(NotFoundError):
            mute.get(ONE)
        with pytest.raises(StoreError, match="no terminal"):
            mute.get(OTHER)

    def test_a_wrong_one_opens_nothing_and_changes_nothing(
        self, store: SecretStore, reopen: Callable[[str], FileStore], path: Path
    ) -> None:
        store.put(ONE, ITEMS["token"])
        before = path.read_bytes()
        for call in (
            lambda: reopen("Tr0ub4dor&3").get(ONE),
            lambda: reopen("Tr0ub4dor&3").put(OTHER, ITEMS["token"]),
        ):
            with pytest.raises(StoreError, match="the passphrase does not open") as caught:
                call()
            assert str(path) in caught.value.message
            assert "Tr0ub4dor" not in caught.value.message
        assert path.read_bytes() == before

    def test_after_a_wrong_one_it_is_asked_for_again(
        self, store: SecretStore, options: StoreOptions
    ) -> None:
        store.put(ONE, ITEMS["token"])
        passphrases = Passphrases("wrong")
        again = FileStore(replace(options, passphrase=passphrases))
        with pytest.raises(StoreError):
            again.get(ONE)
        passphrases.passphrase = Passphrases().passphrase
        assert again.get(ONE) == ITEMS["token"]
        assert passphrases.asked == [False, False]

    def test_an_empty_one_is_refused(self, reopen: Callable[[str], FileStore], path: Path) -> None:
        with pytest.raises(StoreError, match="empty"):
            reopen("").put(ONE, ITEMS["token"])
        assert not path.exists()

    def test_a_new_one_is_long_and_an_old_one_may_be_short(
        self, reopen: Callable[[str], FileStore], path: Path
    ) -> None:
        with pytest.raises(StoreError, match="too short") as caught:
            reopen("7 chars").put(ONE, ITEMS["token"])
        assert "8 characters" in caught.value.hint
        assert not path.exists()
        recipe = KeyRecipe.fresh(CHEAP)
        put(path, EncryptedFile.create(recipe, derive_key("short", recipe)).dump())
        reopen("short").put(ONE, ITEMS["token"])
        assert reopen("short").get(ONE) == ITEMS["token"]

    @pytest.mark.parametrize(
        ("typed", "typed_elsewhere"),
        [("caf\u00e9 au lait", "cafe\u0301 au lait"), ("\udcff" * 8, "\udcff" * 8)],
    )
    def test_any_text_will_do_however_it_is_composed(
        self, reopen: Callable[[str], FileStore], typed: str, typed_elsewhere: str
    ) -> None:
        reopen(typed).put(ONE, ITEMS["token"])
        assert reopen(typed_elsewhere).get(ONE) == ITEMS["token"]

    def test_the_last_secret_takes_it_along(
        self, store: SecretStore, reopen: Callable[[str], FileStore], path: Path
    ) -> None:
        store.put(ONE, ITEMS["token"])
        store.drop(ONE)
        assert not path.exists()
        reopen("another one").put(ONE, ITEMS["token"])
        assert reopen("another one").get(ONE) == ITEMS["token"]

    def test_the_last_secret_takes_the_remembered_key_along(
        self, options: StoreOptions, path: Path
    ) -> None:
        require_kernel_keyring()
        store = FileStore(options, CHEAP, remember=lambda: 60)
        store.put(ONE, ITEMS["token"])
        salt = json.loads(path.read_bytes())["kdf"]["salt"]
        name = key_name(str(path), salt)
        assert kernel_keyring.recall(name)
        store.drop(ONE)
        assert kernel_keyring.recall(name) is None

    def test_its_key_is_derived_once_a_process(
        self, store: SecretStore, reopen: Callable[[str], FileStore]
    ) -> None:
        derive_key.cache_clear()
        store.put(ONE, ITEMS["token"])
        store.get(ONE)
        reopen(Passphrases().passphrase).get(ONE)
        assert derive_key.cache_info().misses == 1


class TestAnotherPassphrase:
    """Every item is sealed anew, and nothing is ever lost on the way."""

    def test_opens_everything_and_the_old_one_nothing(
        self, filled: Path, reopen: Callable[[str], FileStore]
    ) -> None:
        before = filled.read_bytes()
        store = reopen(Passphrases().passphrase)
        store.change_passphrase(lambda: "another one")
        assert (store.get(ONE), store.get(OTHER)) == (ITEMS["token"], ITEMS["several"])
        assert reopen("another one").get("a-third") == ITEMS["token"]
        with pytest.raises(StoreError, match="does not open"):
            reopen(Passphrases().passphrase).get(ONE)
        kept, old = json.loads(filled.read_bytes()), json.loads(before)
        assert kept["kdf"]["salt"] != old["kdf"]["salt"]
        assert not set(kept["secrets"].values()) & set(old["secrets"].values())

    def test_is_not_asked_for_where_the_old_one_is_wrong(
        self, filled: Path, reopen: Callable[[str], FileStore]
    ) -> None:
        before = filled.read_bytes()
        with pytest.raises(StoreError, match="does not open"):
            reopen("wrong").change_passphrase(lambda: pytest.fail("asked"))
        with pytest.raises(StoreError, match="too short"):
            reopen(Passphrases().passphrase).change_passphrase(lambda: "short")
        assert filled.read_bytes() == before

    def test_there_is_none_without_a_file(self, reopen: Callable[[str], FileStore]) -> None:
        with pytest.raises(StoreError, match="yet"):
            reopen("any passphrase").change_passphrase(lambda: pytest.fail("asked"))

    def test_with_an_altered_item_nothing_changes(
        self, filled: Path, reopen: Callable[[str], FileStore]
    ) -> None:
        alter(filled, lambda document: document["secrets"].update({OTHER: "AAAA"}))
        before = filled.read_bytes()
        with pytest.raises(StoreError, match="was altered"):
            reopen(Passphrases().passphrase).change_passphrase(lambda: "another one")
        assert filled.read_bytes() == before

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
    @pytest.mark.parametrize("call", ["open", "os.chmod", "os.rename"])
    def test_a_kill_leaves_the_old_file_or_the_new(
        self, filled: Path, reopen: Callable[[str], FileStore], call: str
    ) -> None:
        """Killed before each call that touches the disk, from the first to the last."""
        opened = set()
        for number in itertools.count():
            done = _killed_at(call, number, reopen(Passphrases().passphrase))
            for passphrase in ("another one", Passphrases().passphrase):
                with contextlib.suppress(StoreError):
                    assert reopen(passphrase).get(OTHER) == ITEMS["several"]
                    opened.add(passphrase)
                    break
            else:
                pytest.fail(f"neither opens it after a kill at {call} {number}")
            if done:
                break
        assert opened == {"another one", Passphrases().passphrase}


def _killed_at(call: str, number: int, store: FileStore) -> bool:
    """Change the passphrase in a child that dies before its call ``number``; whether it got on."""
    child = os.fork()
    if not child:
        counter = itertools.count()

        def die(event: str, _: object) -> None:
            if event == call and next(counter) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(die)
            store.change_passphrase(lambda: "another one")
        finally:
            os._exit(0)
    return not os.waitpid(child, 0)[1]


class TestFile:
    """The file on disk."""

    def test_holds_no_secret_in_the_clear(self, store: SecretStore, path: Path) -> None:
        store.put(ONE, Item(Secret({"token": "s3cr3t-t0k3n", "client_key": PEM})))
        data = path.read_text()
        assert not [word for word in ("s3cr3t", "PRIVATE", "client_key", "horse") if word in data]

    def test_names_its_form_and_how_to_get_the_key(self, options: StoreOptions, path: Path) -> None:
        FileStore(options).put(ONE, ITEMS["token"])  # at its real cost, which is OWASP's advice
        document = json.loads(path.read_text())
        assert document["apiVersion"] == "kubectl-connector/v1"
        assert document["kind"] == "EncryptedSecrets"
        assert document["cipher"] == "ChaCha20-Poly1305"
        kdf = document["kdf"]
        assert (kdf["name"], kdf["n"], kdf["r"], kdf["p"]) == ("scrypt", 131072, 8, 1)
        assert FileStore(options).get(ONE) == ITEMS["token"]

    def test_is_sealed_anew_each_time(self, store: SecretStore, path: Path) -> None:
        seen = set()
        for _ in range(5):
            store.put(ONE, ITEMS["token"])
            seen.add(json.loads(path.read_text())["secrets"][ONE][:16])
            store.drop(ONE)
        assert len(seen) == 5

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
    def test_is_the_owners_alone(self, store: SecretStore, path: Path) -> None:
        store.put(ONE, ITEMS["token"])
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path.parent.parent.stat().st_mode & 0o777 == 0o700

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_is_refused_when_others_can_read_it(
        self, store: SecretStore, filled: Path, mode: int
    ) -> None:
        filled.chmod(mode)
        for call in every_call(store):
            with pytest.raises(StoreError, match="can be read by others") as caught:
                call()
            assert caught.value.hint == f"chmod 600 {filled}"
        filled.chmod(0o600)
        assert store.get(ONE) == ITEMS["token"]

    def test_a_write_removes_what_a_killed_one_left(self, store: SecretStore, path: Path) -> None:
        store.put(ONE, ITEMS["token"])
        left = [path.with_name(f".secrets.json.kubectl-connector-{i}2345678") for i in (0, 1)]
        for each in left:
            each.touch()
        os.utime(left[0], (0, 0))
        store.put(OTHER, ITEMS["token"])
        assert [each.exists() for each in left] == [False, True]

    def test_leaves_nothing_else_in_the_folder(self, store: SecretStore, path: Path) -> None:
        store.put(ONE, ITEMS["token"])
        store.put(OTHER, ITEMS["20 kB"])
        store.drop(ONE)
        locks = {f"{path.name}.lock", f"{path.name}.key.lock"}
        assert {entry.name for entry in path.parent.iterdir()} <= {path.name, *locks}

    def test_who_needs_the_memory_waits_for_another_to_be_done(
        self, store: SecretStore, path: Path, reopen: Callable[[str], FileStore]
    ) -> None:
        store.put(ONE, ITEMS["token"])
        read: list[Item] = []
        reader = threading.Thread(target=lambda: read.append(store.get(ONE)))
        with own_lock(f"{path}.key"):
            reader.start()
            reader.join(0.3)
            assert not read
        reader.join(10)
        assert read == [ITEMS["token"]]

    def test_reads_where_it_can_take_no_lock(self, store: SecretStore, path: Path) -> None:
        store.put(ONE, ITEMS["token"])
        Path(f"{path}.key.lock").unlink()
        Path(f"{path}.key.lock").mkdir()
        assert store.get(ONE) == ITEMS["token"]

    def test_reading_makes_nothing(self, store: SecretStore, path: Path) -> None:
        store.check()
        store.drop(ONE)
        with pytest.raises(NotFoundError):
            store.get(ONE)
        assert not path.parent.exists()


def every_call(store: SecretStore) -> list[Callable[[], object]]:
    """Each thing that a store can do."""
    return [
        store.check,
        lambda: store.get(ONE),
        lambda: store.put(ONE, ITEMS["token"]),
        lambda: store.drop(ONE),
    ]


BROKEN = {
    "empty": b"",
    "cut short": b'{"apiVersion": "kubectl-connector/v1", "kind": "Encr',
    "not text": b"\xff\xfe\x00",
    "another document": b"[1, 2]",
    "nested without end": b"[" * 100_000,
    "of another kind": b'{"apiVersion": "kubectl-connector/v1", "kind": "Connectors"}',
    "without fields": b'{"apiVersion": "kubectl-connector/v1", "kind": "EncryptedSecrets"}',
}


class TestBrokenFile:
    """The store never overwrites a file that it can't read."""

    @pytest.mark.parametrize("data", BROKEN.values(), ids=list(BROKEN))
    def test_is_named_and_kept(self, store: SecretStore, path: Path, data: bytes) -> None:
        put(path, data)
        for call in every_call(store):
            with pytest.raises(StoreError, match="not a file of encrypted secrets") as caught:
                call()
            assert str(path) in caught.value.message
        assert path.read_bytes() == data

    def test_of_a_newer_version_is_named_and_kept(self, store: SecretStore, filled: Path) -> None:
        alter(filled, lambda document: document.update(apiVersion="kubectl-connector/v2"))
        data = filled.read_bytes()
        for call in every_call(store):
            with pytest.raises(StoreError, match="another version") as caught:
                call()
            assert caught.value.hint == "upgrade kubectl-connector"
        assert filled.read_bytes() == data

    def test_a_folder_in_its_place(self, store: SecretStore, path: Path) -> None:
        path.mkdir(parents=True)
        for call in every_call(store):
            with pytest.raises(StoreError, match="can't be read"):
                call()

    def test_a_file_in_its_folders_place(self, options: StoreOptions, store: SecretStore) -> None:
        put(Path(options.folder), b"")
        for call in every_call(store):
            with pytest.raises(StoreError, match=r"can't be (read|locked)"):
                call()


class TestTampering:
    """Somebody who can write the file can break it, but not make it hold something else."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda document: document["secrets"].update(
                {ONE: document["secrets"][OTHER], OTHER: document["secrets"][ONE]}
            ),
            lambda document: document["secrets"].update({ONE: document["verifier"]}),
            lambda document: document["secrets"].update({ONE: flip(document["secrets"][ONE])}),
            lambda document: document["secrets"].update({ONE: ""}),
            lambda document: document["secrets"].update({ONE: "AAAA"}),
        ],
        ids=["swapped", "the verifier", "a bit", "emptied", "cut short"],
    )
    def test_with_a_secret_shows(self, store: SecretStore, filled: Path, change: Alter) -> None:
        alter(filled, change)
        with pytest.raises(StoreError, match="was altered") as caught:
            store.get(ONE)
        assert ONE in caught.value.message
        assert str(filled) in caught.value.message

    @pytest.mark.parametrize(
        "change",
        [
            lambda document: document.update(verifier=document["secrets"][ONE]),
            lambda document: document.update(verifier=flip(document["verifier"])),
            lambda document: document.update(verifier=""),
            lambda document: document["kdf"].update(salt="AAAAAAAAAAAAAAAAAAAAAA=="),
            lambda document: document["kdf"].update(salt=""),
            lambda document: document["kdf"].update(n=2**15),
            lambda document: document["kdf"].update(p=2),
        ],
        ids=["a secret", "a bit", "emptied", "salt", "no salt", "dearer", "more rounds"],
    )
    def test_with_the_head_makes_the_passphrase_useless(
        self, store: SecretStore, filled: Path, change: Alter
    ) -> None:
        alter(filled, change)
        with pytest.raises(StoreError, match="does not open"):
            store.get(ONE)

    @pytest.mark.parametrize(
        "change",
        [
            lambda document: document["kdf"].update(n=2),
            lambda document: document["kdf"].update(n=2**14 + 1),
            lambda document: document["kdf"].update(n=2**40),
            lambda document: document["kdf"].update(n=2**20, r=32),
            lambda document: document["kdf"].update(r=1),
            lambda document: document["kdf"].update(p=10**9),
            lambda document: document["kdf"].update(n=16384.0),
            lambda document: document["kdf"].update(n="16384"),
            lambda document: document["kdf"].update(p=True),
            lambda document: document["kdf"].update(p=1.0),
            lambda document: document["kdf"].update(name="pbkdf2"),
            lambda document: document["kdf"].update(salt="not base64"),
            lambda document: document.update(cipher="none"),
            lambda document: document.update(secrets=[ONE]),
            lambda document: document["secrets"].update({ONE: None}),
        ],
    )
    def test_with_the_form_is_refused_before_a_key_is_derived(
        self, options: StoreOptions, filled: Path, change: Alter
    ) -> None:
        alter(filled, change)
        with pytest.raises(StoreError, match="not a file of encrypted secrets"):
            FileStore(replace(options, passphrase=no_passphrase)).get(ONE)


def test_many_processes_may_write_at_once(options: StoreOptions) -> None:
    """The first process makes the file while the others start, and none loses anything."""
    program = f"""
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.stores import StoreOptions
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.support.sealing import ScryptCost
import sys
import threading
store = FileStore(
    StoreOptions({options.folder!r}, lambda confirm: "passphrase"), ScryptCost(n=2**14)
)
for number in range(5):
    store.put(f"{{sys.argv[1]}}-{{number}}", Item(Secret({{"token": sys.argv[1]}})))
store.drop(f"{{sys.argv[1]}}-0")
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", program, f"writer{number}"]) for number in range(3)
    ]
    assert [writer.wait() for writer in writers] == [0] * len(writers)
    store = open_store("file", replace(options, passphrase=Passphrases("passphrase")))
    for writer in range(len(writers)):
        for number in range(1, 5):
            assert store.get(f"writer{writer}-{number}").secret["token"] == f"writer{writer}"
        with pytest.raises(NotFoundError):
            store.get(f"writer{writer}-0")


def test_a_busy_file_is_waited_for_but_not_for_ever(options: StoreOptions, path: Path) -> None:
    store = FileStore(replace(options, timeout=0.1), CHEAP)
    with own_lock(str(path)), pytest.raises(StoreError, match="in use") as caught:
        store.put(ONE, ITEMS["token"])
    assert caught.value.exit_code == StoreError.exit_code
    store.put(ONE, ITEMS["token"])


def test_errors_say_what_to_do_next(store: SecretStore, path: Path) -> None:
    put(path, b"{}")
    with pytest.raises(ConnectorError) as caught:
        store.get(ONE)
    assert caught.value.hint


def put(path: Path, data: bytes) -> None:
    """Write a private file."""
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    path.chmod(0o600)


def alter(path: Path, change: Alter) -> None:
    """Change the file's document as a person with an editor would."""
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def flip(encoded: str) -> str:
    """Change a character in the middle."""
    middle = len(encoded) // 2
    return encoded[:middle] + ("A" if encoded[middle] != "A" else "B") + encoded[middle + 1 :]
