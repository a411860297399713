"""What the kernel keeps for a session: for a while, and for that session alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid

import pytest

from kubectl_connector import kernel_keyring
from tests.conftest import require_kernel_keyring

NEW_SESSION = """
import ctypes, os, sys
from kubectl_connector import kernel_keyring
libc = ctypes.CDLL(None)
assert libc.syscall(kernel_keyring._NUMBERS[os.uname().machine][1], 1, None) > 0
"""


@pytest.fixture
def name() -> bytes:
    require_kernel_keyring()
    return f"kubectl-connector-test:{uuid.uuid4()}".encode()


def test_it_is_there_until_it_is_forgotten(name: bytes) -> None:
    assert kernel_keyring.recall(name) is None
    for data in (b"first", b"\0" * 32):
        kernel_keyring.remember(name, data, 60)
        assert kernel_keyring.recall(name) == data
    kernel_keyring.forget(name)
    assert kernel_keyring.recall(name) is None
    kernel_keyring.forget(name)


def test_it_is_not_there_for_ever(name: bytes) -> None:
    kernel_keyring.remember(name, b"data", 1)
    deadline = time.monotonic() + 30
    while kernel_keyring._kernel()[0]("keyctl", 10, *_where(name)) > 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert kernel_keyring.recall(name) is None


def _where(name: bytes) -> tuple[int, bytes, bytes, int]:
    return kernel_keyring._kernel()[1], b"user", name, 0


def test_another_session_has_none_of_it(name: bytes) -> None:
    """A login of its own: what it keeps, the others' processes can't read, nor it theirs."""
    kernel_keyring.remember(name, b"ours", 60)
    program = f"""{NEW_SESSION}
assert kernel_keyring.recall({name!r}) is None
kernel_keyring.remember({name!r}, b"theirs", 60)
assert kernel_keyring.recall({name!r}) == b"theirs"
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert kernel_keyring.recall(name) == b"ours"
    kernel_keyring.forget(name)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's keyring is Linux's")
def test_a_session_of_another_user_gets_nothing(name: bytes) -> None:
    """As under sudo, which leaves a session its keyring; root may become anybody to try."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    program = f"""{NEW_SESSION}
os.setresuid(65534, 65534, 65534)
kernel_keyring.remember({name!r}, b"data", 60)
assert kernel_keyring.recall({name!r}) is None
"""
    subprocess.run([sys.executable, "-c", program], check=True)
