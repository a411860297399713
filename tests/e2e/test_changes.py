"""update, rename, delete, and the output of the reading commands."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.apiserver import ApiServer, User
from tests.conftest import JANE
from tests.e2e.terminal import Terminal


@pytest.fixture
def terminal(registered: Terminal) -> Terminal:
    """Every test here begins with a connector."""
    return registered


def test_registering_again_says_unchanged(terminal: Terminal) -> None:
    done = terminal.run("connector", "register", "prod", "--auto-configure", "--store", "file")
    assert done.returncode == 0
    assert "unchanged" in done.stdout + done.stderr
    refusal = terminal.refused(
        *("register", "prod", "--auto-configure", "--store", "file", "--namespace", "shop")
    )
    assert refusal.code == 1
    assert list(terminal.kept()) == ["prod"]


def test_the_four_forms_of_a_list(terminal: Terminal) -> None:
    table = terminal.connector("list").splitlines()
    assert table[0].split()[0] == "NAME"
    assert table[1].split()[0] == "prod"
    assert len(terminal.connector("list", "-o", "wide").splitlines()[0]) >= len(table[0])
    as_json = json.loads(terminal.connector("list", "-o", "json"))
    assert as_json == yaml.safe_load(terminal.connector("list", "-o", "yaml"))
    assert terminal.connector("list", "-o", "name") == "prod\n"


def test_what_there_is_to_know(terminal: Terminal) -> None:
    assert "kubernetes" in terminal.connector("list-types")
    described = terminal.connector("describe-type", "kubernetes")
    for method in ("token", "client-certificate", "password", "exec"):
        assert method in described
    assert "lab-cluster" in terminal.connector("list-resources")


def test_update_rename_delete(terminal: Terminal, server: ApiServer) -> None:
    token = server.issue_token(User("dave@example.com"))
    refusal = terminal.refused("update", "prod", "--token-stdin", stdin="not-a-good-token")
    assert refusal.code == 4
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == JANE.name

    terminal.connector("update", "prod", "--token-stdin", "--label", "team=shop", stdin=token)
    assert terminal.kept()["prod"]["labels"] == {"team": "shop"}
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == "dave@example.com"

    terminal.connector("rename", "prod", "lab")
    assert list(terminal.kept()) == ["lab"]
    terminal.connector("logout", "lab")  # the context was made under the old name
    assert terminal.current_context() != "prod"

    refusal = terminal.refused("delete", "lab")  # nobody is there to say yes
    assert refusal.code == 2
    assert "--yes" in refusal.hint
    terminal.connector("delete", "lab", "--yes")
    assert not terminal.kept()
    assert token not in "".join(
        path.read_text(errors="replace")
        for path in terminal.home.path.rglob("*")
        if path.is_file() and "cache" not in path.parts
    )


def test_verify_all_says_which(terminal: Terminal, server: ApiServer) -> None:
    token = server.issue_token(User("dave@example.com"))
    terminal.connector("register", "short", "--auto-configure", "--store", "file")
    terminal.connector("update", "short", "--token-stdin", stdin=token)
    terminal.connector("verify", "--all")
    server.revoke(token)
    done = terminal.run("connector", "verify", "--all")
    assert done.returncode == 4
    assert "short" in done.stderr + done.stdout


def test_taken_anew_from_a_context_that_was_renamed(terminal: Terminal) -> None:
    own = ("--kubeconfig", terminal.home.kubeconfig)
    terminal.connector("update", "prod", "--auto-configure", *own)
    terminal.ask("config", "rename-context", "lab", "laboratory")
    refusal = terminal.refused("update", "prod", "--auto-configure")
    assert refusal.code == 3
    terminal.connector("update", "prod", "--auto-configure", "--context", "laboratory")
    assert terminal.kept()["prod"]["origin"]["context"] == "laboratory"
    terminal.connector("update", "prod", "--auto-configure")


def test_logging_out_of_a_connector_that_was_deleted_and_made_anew(terminal: Terminal) -> None:
    before = terminal.home.kubeconfig.read_bytes()
    terminal.connector("login", "prod")
    terminal.connector("delete", "prod", "--yes")
    again = ("register", "prod", "--auto-configure", "--context", "lab", "--store", "file")
    terminal.connector(*again)
    terminal.connector("logout", "prod")
    assert terminal.home.kubeconfig.read_bytes() == before


@pytest.mark.parametrize("out", [["--all"], ["prod", "two"], ["two", "prod"]])
def test_logging_in_to_and_fro_leads_back_to_the_beginning(
    terminal: Terminal, out: list[str]
) -> None:
    terminal.connector("register", "two", "--auto-configure", "--store", "file")
    before = terminal.home.kubeconfig.read_bytes()
    for name in ("prod", "two", "prod", "two"):
        terminal.connector("login", name)
    for which in out:
        terminal.connector("logout", which)
    assert terminal.home.kubeconfig.read_bytes() == before
