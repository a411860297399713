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
    server_option = ("--server", server.url, "--token-stdin", "--no-verify")
    terminal.connector("register", "other", *server_option, "--store", "file", stdin=JANE_TOKEN)
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
    assert list(killed.kept()) == ["other"]
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
    refusal = killed.refused("prune")
    assert refusal.code == 6
    assert "1 secret could not be removed" in refusal.error
    assert "can be read by others" in refusal.error
    assert refusal.hint.startswith("chmod 600 ")
    assert refusal.hint.endswith("/secrets.json; then: kubectl connector prune")
    secrets.chmod(0o600)
    assert killed.connector("prune") == "Removed 1 secret\n"


def test_without_a_catalog_nothing_is_removed_unless_it_is_said(registered: Terminal) -> None:
    """Somebody moved the file away; mended and put back, it will want its secrets again."""
    catalog = registered.home.connector_home / "connectors.yaml"
    kept = catalog.rename(catalog.with_suffix(".away"))
    refusal = registered.refused("prune")
    assert "is missing" in refusal.error
    assert "--yes" in refusal.hint
    kept.rename(catalog)
    registered.connector("login", "prod", "--embed")
    kept = catalog.rename(catalog.with_suffix(".away"))
    assert registered.connector("prune", "--yes") == "Removed 1 secret\n"
