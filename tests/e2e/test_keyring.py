"""The same commands with secrets in a real Secret Service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home
from tests.e2e.terminal import Terminal
from tests.kubeconfigs import token_and_certificate_user, token_user, write_kubeconfig
from tests.secret_service import lock, require_secret_service, secret_service


@pytest.fixture
def service() -> Iterator[dict[str, str]]:
    """A Secret Service of this test's own."""
    require_secret_service()
    with secret_service() as environment:
        yield environment


@pytest.fixture
def terminal(kubectl: Path, home: Home, service: dict[str, str]) -> Terminal:
    """A terminal in a session with a keyring, and no passphrase for anything else."""
    address = "DBUS_SESSION_BUS_ADDRESS"
    return Terminal(kubectl, home, {address: service[address]})


def test_the_keyring_is_where_secrets_go(terminal: Terminal, server: ApiServer) -> None:
    pair = server.issue_client_certificate("carol@example.com", ["developers"])
    kubeconfig = write_kubeconfig(
        terminal.home.kubeconfig, server, token_and_certificate_user(JANE_TOKEN, pair)
    )
    before = kubeconfig.read_bytes()
    terminal.connector("register", "prod", "--auto-configure")
    for file in terminal.home.connector_home.rglob("*"):
        assert file.is_dir() or JANE_TOKEN not in file.read_text()
    assert "keyring" in terminal.connector("list")
    assert JANE_TOKEN in terminal.connector("describe", "prod", "-o", "yaml", "--show-secrets")
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == "carol@example.com"
    terminal.connector("logout", "prod")
    assert kubeconfig.read_bytes() == before
    terminal.connector("delete", "prod", "--yes")
    assert not terminal.kept()


def test_a_locked_keyring(terminal: Terminal, server: ApiServer, service: dict[str, str]) -> None:
    kubeconfig = write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    terminal.connector("register", "prod", "--auto-configure")
    lock(service)
    before = kubeconfig.read_bytes()
    refusal = terminal.refused("login", "prod")
    assert refusal.code == 6
    assert "locked" in refusal.error
    assert kubeconfig.read_bytes() == before
    assert (
        terminal.connector("list", "-o", "name") == "prod\n"
    )  # reading what is not secret needs no keyring
