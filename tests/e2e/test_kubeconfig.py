"""login and logout change only what they say in a person's kubeconfig."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.conftest import JANE
from tests.e2e.terminal import Terminal


@pytest.fixture
def kubeconfig(registered: Terminal) -> Path:
    """The kubeconfig with the context ``lab``; the connector ``prod`` was made from it."""
    return registered.home.kubeconfig


def test_login_twice_then_logout_gives_the_same_bytes(terminal: Terminal, kubeconfig: Path) -> None:
    before = kubeconfig.read_bytes()
    mode = kubeconfig.stat().st_mode
    terminal.connector("login", "prod")
    once = kubeconfig.read_bytes()
    assert once != before
    assert b"# where we are" in once  # comments stay
    terminal.connector("login", "prod")
    assert kubeconfig.read_bytes() == once
    assert kubeconfig.stat().st_mode == mode
    terminal.connector("logout", "--all")
    assert kubeconfig.read_bytes() == before
    assert not list(kubeconfig.parent.glob("*.lock"))


def test_login_can_leave_the_current_context(terminal: Terminal, kubeconfig: Path) -> None:
    terminal.connector("login", "prod", "--no-set-current")
    assert terminal.current_context() == "lab"
    assert terminal.who_am_i("--context=prod") == JANE.name


def test_login_into_another_file(terminal: Terminal, kubeconfig: Path, tmp_path: Path) -> None:
    before = kubeconfig.read_bytes()
    other = tmp_path / "folder" / "other config"
    other.parent.mkdir()
    terminal.connector("login", "prod", "--kubeconfig", other)
    assert kubeconfig.read_bytes() == before
    assert other.stat().st_mode & 0o077 == 0
    assert terminal.who_am_i(f"--kubeconfig={other}") == JANE.name


def test_a_context_of_the_users_own_is_protected(terminal: Terminal, kubeconfig: Path) -> None:
    before = kubeconfig.read_bytes()
    refusal = terminal.refused("login", "prod", "--context", "lab")
    assert refusal.code == 7
    assert '"lab"' in refusal.error
    assert "--overwrite" in refusal.hint
    assert kubeconfig.read_bytes() == before
    terminal.connector("login", "prod", "--context", "lab", "--overwrite")
    assert terminal.who_am_i("--context=lab") == JANE.name


def test_two_connectors_beside_each_other(terminal: Terminal, kubeconfig: Path) -> None:
    terminal.connector("register", "twin", "--auto-configure", "--store", "file")
    before = kubeconfig.read_bytes()
    terminal.connector("login", "prod")
    terminal.connector("login", "twin")
    assert terminal.current_context() == "twin"
    terminal.connector("logout", "prod")
    assert terminal.current_context() == "twin"
    assert terminal.who_am_i() == JANE.name
    terminal.connector("logout", "twin")
    assert kubeconfig.read_bytes() == before


def test_logout_with_no_kubeconfig_before_login(terminal: Terminal, kubeconfig: Path) -> None:
    kubeconfig.unlink()
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == JANE.name
    terminal.connector("logout", "prod")
    assert not kubeconfig.exists() or b"prod" not in kubeconfig.read_bytes()


def test_a_lock_that_was_left_behind_is_broken_on_request_only(
    terminal: Terminal, kubeconfig: Path
) -> None:
    lock = kubeconfig.with_name("config.lock")
    lock.touch()
    os.utime(lock, (time.time() - 7_200, time.time() - 7_200))
    refusal = terminal.refused("login", "prod")
    assert refusal.code == 7
    assert "config.lock, 2 h old" in refusal.error
    assert refusal.hint.endswith("add --break-lock")
    assert lock.exists()
    terminal.connector("login", "prod", "--break-lock")
    assert not lock.exists()
    assert terminal.current_context() == "prod"
