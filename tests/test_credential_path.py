"""The credential path among buses and keyrings that misbehave: it steps aside."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_connector import secret_service
from kubectl_connector.credential import answer_fast

if not hasattr(socket, "AF_UNIX"):
    pytest.skip("the Secret Service is Linux's", allow_module_level=True)

ATTRIBUTES = {"service": "kubectl-connector/id", "username": "kubectl-connector"}
HELLO = b"OK 0123456789abcdef\r\n"


@contextmanager
def bus(answer: bytes) -> Iterator[str]:
    """The address of a bus that says one thing to whoever connects, and hangs up."""
    with tempfile.TemporaryDirectory(prefix="bus-") as folder, socket.socket(socket.AF_UNIX) as own:
        path = Path(folder) / "bus"
        own.bind(str(path))
        own.listen()
        thread = threading.Thread(target=_say, args=(own, answer))
        thread.start()
        yield f"unix:path={path}"
        thread.join()


def _say(listener: socket.socket, answer: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def message(serial: int, body: bytes, kind: int = 2) -> bytes:
    """A reply to the call ``serial``, as a bus would send it."""
    fields = b"\x05\x01u\0" + serial.to_bytes(4, "little")
    head = bytes((ord("l"), kind, 0, 1)) + len(body).to_bytes(4, "little") + b"\x09\0\0\0"
    return head + len(fields).to_bytes(4, "little") + fields + body


SESSION = message(2, b"\x01s\0\0" + b"\0\0\0\0\0\0\0\0" + b"\x02\0\0\0/s\0")
ITEM = message(3, b"\x07\0\0\0\x02\0\0\0/i\0" + b"\0\0\0\0\0")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    prefix=st.sampled_from([b"", HELLO, HELLO + SESSION, HELLO + SESSION + ITEM]),
    noise=st.binary(max_size=200),
)
def test_noise_is_an_error_of_a_kind_that_is_expected(prefix: bytes, noise: bytes) -> None:
    with bus(prefix + noise) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises((OSError, ValueError, LookupError)):
            secret_service.read(ATTRIBUTES)


def test_an_error_from_the_service_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with bus(HELLO + message(2, b"", kind=3)) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(ValueError, match="answers with an error"):
            secret_service.read(ATTRIBUTES)


def test_signals_in_between_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = message(3, b"\0\0\0\0\0\0\0\0")
    with bus(HELLO + message(9, b"", kind=4) + SESSION + nothing) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert secret_service.read(ATTRIBUTES) is None


def test_no_bus_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    answer_fast(["prod", "--id", "id"])  # comes back


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"password": "p", "username": "u"},
        {"client_certificate": "c"},
        {"client_certificate": "c", "client_key": "k", "token_source": "/a/file"},
        {"token": "t", "expires_at": "2020-01-01T00:00:00Z"},
        {"token": "t", "of a newer version": "x"},
        {"token": 1},
    ],
)
def test_what_is_not_all_of_a_good_credential_is_left_to_the_ordinary_way(
    values: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    document = json.dumps({"v": 1, "values": values}).encode()
    monkeypatch.setattr(secret_service, "read", lambda _: document)
    answer_fast(["prod", "--id", "id"])
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("arguments", [[], ["prod"], ["prod", "--id"], ["prod", "-h", "id"]])
def test_other_arguments_are_the_ordinary_ways(arguments: list[str]) -> None:
    answer_fast(arguments)
