"""From a kubeconfig to a connector and back, with both versions of kubectl, on any cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.anywhere, pytest.mark.usefixtures("cheap_file_store")]


def test_register_verify_login_logout_delete(each_terminal: Terminal, admin: Path) -> None:
    terminal = each_terminal
    user, was_in = terminal.who_am_i(), terminal.current_context()
    before = admin.read_bytes()

    terminal.connector("register", "e2e", "--auto-configure", "--store", "file")
    assert terminal.connector("list", "-o", "name") == "e2e\n"
    terminal.connector("verify", "e2e")
    assert admin.read_bytes() == before

    terminal.connector("login", "e2e")
    assert terminal.current_context() == "e2e"
    assert json.loads(terminal.ask("get", "--raw", "/version"))["gitVersion"].startswith("v1.")
    assert terminal.who_am_i() == user

    terminal.connector("logout", "e2e")
    assert admin.read_bytes() == before
    assert terminal.current_context() == was_in

    terminal.connector("delete", "e2e", "--yes")
    assert terminal.connector("list", "-o", "name") == ""
