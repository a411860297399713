"""A secret that a killed command leaves: never used, counted by ``list -v``, removed by prune."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN
from tests.e2e.terminal import Terminal
from tests.kubeconfigs import token_user, write_kubeconfig

KILLED_BEFORE_THE_CATALOG = """
import os, signal, sys
from kubectl_connector.catalog import Catalog
from kubectl_connector.cli.main import run
Catalog.change = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
run(sys.argv[1:])
"""


@pytest.fixture
def killed(terminal: Terminal, server: ApiServer, cheap_file_store: None) -> Terminal:
    """A terminal whose ``register`` was killed after it had written only the secret."""
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    words = ("register", "prod", "--auto-configure", "--store", "file")
    run = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_THE_CATALOG, *words],
        env=terminal.environ(),
        capture_output=True,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    return terminal


def test_a_killed_register_leaves_what_prune_removes(killed: Terminal) -> None:
    secrets = killed.home.connector_home / "secrets.json"
    with_orphan = secrets.read_bytes()
    assert not killed.kept()
    told = killed.run("connector", "list", "-v").stderr
    assert "1 secret that no connector refers to: kubectl connector prune" in told
    assert "no connector refers to" not in killed.run("connector", "list").stderr
    assert killed.connector("prune") == "Removed 1 secret\n"
    assert secrets.read_bytes() != with_orphan
    assert killed.connector("prune") == "Nothing to remove\n"
    assert "no connector refers to" not in killed.run("connector", "list", "-v").stderr


def test_the_same_register_works_afterwards(killed: Terminal) -> None:
    killed.connector("register", "prod", "--auto-configure", "--store", "file")
    killed.connector("prune")
    killed.connector("login", "prod", "--exec")
    assert "jane@example.com" in killed.run("auth", "whoami").stdout


def test_a_store_that_can_not_be_used_keeps_it(killed: Terminal) -> None:
    secrets = killed.home.connector_home / "secrets.json"
    secrets.chmod(0o644)
    done = killed.run("connector", "prune")
    assert done.returncode == 6
    assert "1 secret stayed in a store that can't be used now: file" in done.stderr
    secrets.chmod(0o600)
    assert killed.connector("prune") == "Removed 1 secret\n"
