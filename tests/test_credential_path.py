"""The credential path leaves buses and keyrings that misbehave to the ordinary way."""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_connector import dbus
from kubectl_connector.plugin import _answer
from tests.conftest import Home

if not hasattr(socket, "AF_UNIX"):
    pytest.skip("the Secret Service is Linux's", allow_module_level=True)

ATTRIBUTES = {"service": "kubectl-connector/id", "username": "kubectl-connector"}
HELLO = b"OK 0123456789abcdef\r\n"


@contextlib.contextmanager
def bus(answer: bytes, drip: bytes = b"") -> Iterator[str]:
    """The address of a bus that sends one answer to every client, and hangs up.

    With ``drip`` it sends that again and again instead, until the client hangs up.
    """
    with tempfile.TemporaryDirectory(prefix="bus-") as folder, socket.socket(socket.AF_UNIX) as own:
        path = Path(folder) / "bus"
        own.bind(str(path))
        own.listen()
        thread = threading.Thread(target=_say, args=(own, answer, drip))
        thread.start()
        yield f"unix:path={path}"
        thread.join()


def _say(listener: socket.socket, answer: bytes, drip: bytes) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        connection.recv(65536)
        connection.sendall(answer)
        while drip:
            time.sleep(0.02)
            connection.sendall(drip)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def message(serial: int, body: bytes, kind: int = 2) -> bytes:
    """A reply to the call ``serial``, as a bus would send it."""
    fields = b"\x05\x01u\0" + serial.to_bytes(4, "little")
    head = bytes((ord("l"), kind, 0, 1)) + len(body).to_bytes(4, "little") + b"\x09\0\0\0"
    return head + len(fields).to_bytes(4, "little") + fields + body


ALIAS = message(2, b"\x02\0\0\0/c\0")
SESSION = ALIAS + message(3, b"\x01s\0\0" + b"\0\0\0\0\0\0\0\0" + b"\x02\0\0\0/s\0")
ITEM = message(4, b"\x07\0\0\0\x02\0\0\0/i\0" + b"\0\0\0\0\0")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    prefix=st.sampled_from([b"", HELLO, HELLO + ALIAS, HELLO + SESSION, HELLO + SESSION + ITEM]),
    noise=st.binary(max_size=200),
)
def test_noise_is_an_error_of_a_kind_that_is_expected(prefix: bytes, noise: bytes) -> None:
    with bus(prefix + noise) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises((OSError, ValueError, LookupError)):
            dbus.read(ATTRIBUTES)


def test_an_error_from_the_service_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with bus(HELLO + message(2, b"", kind=3)) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(ValueError, match="answers with an error"):
            dbus.read(ATTRIBUTES)


def test_the_service_is_asked_for_nothing_else_before_it_has_answered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """gnome-keyring registers a client late, and aborts at other calls before that."""
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        after_alias = SESSION.removeprefix(ALIAS) + message(4, b"\0" * 8)
        answers = {b"AUTH": HELLO, b"ReadAlias": ALIAS, b"SearchItems": after_alias}
        with connection:
            for awaited, answer in answers.items():
                said = b""
                connection.settimeout(10)
                while awaited not in said:
                    data = connection.recv(65536)
                    assert data, f"hung up before {awaited!r}"
                    said += data
                connection.settimeout(0.2)  # whatever else the client sends before the answer
                with contextlib.suppress(TimeoutError):
                    said += connection.recv(65536)
                heard.append(said)
                connection.sendall(answer)

    with tempfile.TemporaryDirectory(prefix="bus-") as folder, socket.socket(socket.AF_UNIX) as own:
        own.bind(f"{folder}/bus")
        own.listen()
        thread = threading.Thread(target=lambda: listen(own.accept()[0]))
        thread.start()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/bus")
        assert dbus.read(ATTRIBUTES) is None
        thread.join()
    _, first, second = heard
    assert b"OpenSession" not in first
    assert b"SearchItems" not in first
    assert b"OpenSession" in second


def test_signals_in_between_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = message(4, b"\0\0\0\0\0\0\0\0")
    with bus(HELLO + message(9, b"", kind=4) + SESSION + nothing) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert dbus.read(ATTRIBUTES) is None


@pytest.mark.parametrize("nothing", ["", "two", "locked"])
def test_none_or_several_are_for_keyring_to_choose_from(
    nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, none = b"\x07\0\0\0\x02\0\0\0/i\0", b"\0\0\0\0"
    two = b"\x0f\0\0\0\x02\0\0\0/i\0\0\x02\0\0\0/j\0"
    answer = {"": none + none, "two": two + b"\0" + none, "locked": one + b"\0" + one}[nothing]
    with bus(HELLO + SESSION + message(4, answer)) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert dbus.read(ATTRIBUTES) is None


def test_a_secret_comes_back_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    struct = b"\x02\0\0\0/s\0\0" + b"\0\0\0\0" + b"\x05\0\0\0"
    for value, whole in ((b"12345", True), (b"1234", False)):
        with bus(HELLO + SESSION + ITEM + message(5, struct + value)) as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            if whole:
                assert dbus.read(ATTRIBUTES) == value
            else:
                with pytest.raises(ValueError, match="half a secret"):
                    dbus.read(ATTRIBUTES)


def test_no_end_of_data_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for flood in (b"x" * 3_000_000, HELLO + SESSION + message(4, b"x" * 3_000_000)):
        with bus(flood) as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            with pytest.raises(ValueError, match="too long an answer"):
                dbus.read(ATTRIBUTES)


def test_all_of_it_has_one_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus that always sends something, but never a whole answer, meets the time limit too."""
    monkeypatch.setattr(dbus, "TIMEOUT", 0.3)
    with bus(HELLO + SESSION, drip=b"l") as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(OSError, match=r"too long|timed out"):
            dbus.read(ATTRIBUTES)


def test_no_bus_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    assert _answer(["prod", "--id", "id"]) is None


HEAD = "apiVersion: kubectl-connector/v2\nkind: ConnectorList\n"
KEPT = f"{HEAD}connectors:\n- id: id\n  name: x\n  secretStore: keyring\n  secretRef: ref\n"
ISSUED = KEPT + "  issuedRef: issued\n"


@pytest.fixture
def found(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes | None]:
    """A function: the answer for the connector ``id``, if the keyring held these items for it."""
    home.connector_home.mkdir()

    def answer(catalog: str = KEPT, **items: object) -> bytes | None:
        (home.connector_home / "connectors.yaml").write_text(catalog)
        documents = {f"kubectl-connector/{ref}": json.dumps(item) for ref, item in items.items()}

        def read(attributes: dict[str, str]) -> bytes | None:
            assert attributes["username"] == "kubectl-connector"
            found = documents.get(attributes["service"])
            return found.encode() if found else None

        monkeypatch.setattr(dbus, "read", read)
        return _answer(["prod", "--id", "id"])

    return answer


def item(**status: object) -> dict[str, object]:
    """An item that has a credential ready."""
    return {"v": 2, "secret": {"token": "not-this"}, "ready": status}


def test_what_is_ready_is_answered_with(found: Callable[..., bytes | None]) -> None:
    status = {"token": 'odd "token" ü', "expirationTimestamp": "2999-01-01T00:00:00Z"}
    assert json.loads(found(ref=item(**status)) or b"") == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": status,
    }


def test_the_last_credential_that_was_issued_comes_first(
    found: Callable[..., bytes | None],
) -> None:
    base = {"v": 2, "secret": {"token": "not-for-kubectl"}}
    answer = found(ISSUED, ref=base, issued=item(token="issued"))
    assert json.loads(answer or b"")["status"]["token"] == "issued"
    assert found(ISSUED, ref=item(token="t")) is None
    assert found(ref=base, issued=item(token="issued")) is None


@pytest.mark.parametrize(
    "kept",
    [
        {"v": 2, "secret": {"token": "t"}},
        {"v": 1, "values": {"token": "t"}},
        {"v": 3, "ready": {"token": "t"}},
        {"v": 2, "secret": {}, "ready": None},
        {"v": 2, "secret": {}, "ready": "t"},
        item(),
        item(clientCertificateData="c"),
        item(clientKeyData="k", token="t"),
        item(token="t", expirationTimestamp="2020-01-01T00:00:00Z"),
        item(token="t", expirationTimestamp="zzz"),
        item(token="t", expirationTimestamp="2999-01-01T00:00:00+05:00"),
        item(token="t", unknown="x"),
        item(token=1),
    ],
)
def test_what_is_not_ready_and_good_is_left_to_the_ordinary_way(
    kept: dict[str, object], found: Callable[..., bytes | None]
) -> None:
    assert found(ref=kept) is None


@pytest.mark.parametrize(
    "catalog",
    [
        "",
        KEPT.replace("- id: id", "- id: another"),
        KEPT.replace("keyring", "file"),
        KEPT.replace("  secretRef: ref\n", ""),
        KEPT.replace("  secretRef: ref\n", "  secretRef: another\n"),
        KEPT.replace("  secretStore: keyring\n", "")
        + "- id: b\n  secretStore: keyring\n  secretRef: ref\n",
        KEPT.replace("  secretRef: ref\n", "") + "- id: b\n  secretRef: ref\n",
        KEPT.replace("/v2", "/v3"),
        KEPT.replace("/v2", "/v1"),
        KEPT.removeprefix("apiVersion: kubectl-connector/v2\n"),
        KEPT + "connectors: []\n",
        KEPT + "---\n- id: other\n",
        KEPT + "...\n",
        KEPT + "- id: id\n  name: y\n",
        KEPT + "  secretRef: other\n",
        KEPT + "  secretStore: file\n",
        KEPT + "  issuedRef: ref\n  issuedRef: other\n",
        KEPT + "  expiresAt: '2020-01-01T00:00:00Z'\n",
        KEPT.replace("  name: x\n", '  description: "\n- id: id\n"\n  name: x\n'),
    ],
)
def test_what_the_catalog_does_not_refer_to_is_not_given_out(
    catalog: str, found: Callable[..., bytes | None]
) -> None:
    assert found(catalog, ref=item(token="t")) is None


def test_a_request_that_is_nested_without_end(
    found: Callable[..., bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", '{"a":' * 100_000)
    assert found(ref=item(token="t")) is None


@pytest.mark.parametrize("desktop", ["KDE", "ubuntu:KDE"])
def test_where_kwallet_may_be_meant(
    desktop: str, found: Callable[..., bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    assert found(ref=item(token="t")) is None


def test_an_end_that_is_to_come_is_no_reason(found: Callable[..., bytes | None]) -> None:
    catalog = KEPT + "  expiresAt: '2999-01-01T00:00:00Z'\n"
    assert found(catalog, ref=item(token="t"))


def test_an_id_is_an_id(found: Callable[..., bytes | None]) -> None:
    assert found(ref=item(token="t"))
    assert _answer(["prod", "--id", "id\n  name: x"]) is None


@pytest.mark.parametrize("arguments", [[], ["prod"], ["prod", "--id"], ["prod", "-h", "id"]])
def test_other_arguments_are_the_ordinary_ways(arguments: list[str]) -> None:
    assert _answer(arguments) is None


def test_whoever_is_to_be_told_that_it_ends_is_told_by_the_ordinary_way(
    found: Callable[..., bytes | None], monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    ends = "  expiresAt: '2999-01-01T00:00:00Z'\n  warnFrom: '{}'\n"
    soon, late = (KEPT + ends.format(f"{year}-01-01T00:00:00Z") for year in (2020, 2998))
    assert found(soon, ref=item(token="t"))  # nobody is there to read it
    monkeypatch.setattr("os.isatty", lambda number: number == 2)
    assert found(late, ref=item(token="t"))
    assert found(soon, ref=item(token="t")) is None
    told = home.connector_home / "told"
    told.mkdir()
    (told / f"{time.strftime('%Y-%m-%d', time.gmtime())}-id").touch()
    assert found(soon, ref=item(token="t"))
