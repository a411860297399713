"""Completion through kubectl's own ``__complete``, which its scripts for every shell call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_connector.cli.app import VERBS
from tests.completion.test_values import CONNECTORS, write_catalog, write_contexts
from tests.conftest import VENV_BIN, Home
from tests.e2e.terminal import Terminal
from tests.test_footprint import HEAVY


@pytest.fixture
def terminal(each_kubectl: Path, home: Home) -> Terminal:
    write_catalog(home, CONNECTORS)
    write_contexts(home.kubeconfig, ["kind", "lab"], current="lab")
    return Terminal(each_kubectl, home, {"PATH": f"{VENV_BIN}:{each_kubectl.parent}"})


def complete(terminal: Terminal, *words: str) -> tuple[list[str], str]:
    done = terminal.run("__complete", "connector", *words)
    assert done.returncode == 0
    *candidates, directive = done.stdout.splitlines()
    return candidates, directive


def test_commands_come_with_their_summaries(terminal: Terminal) -> None:
    candidates, directive = complete(terminal, "")
    assert candidates == [f"{name}\t{verb.summary}" for name, verb in VERBS.items()]
    assert directive == ":4"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["login", "p"], ["prod\ttoken for gke"]),
        (["login", "prod", "--context", ""], ["kind", "lab\tthe current one"]),
        (["login", "prod", "--context=k"], ["kind"]),
        (["list", "--selector=team="], ["team=ops"]),
        (["verify", "-l", "tier=1,te"], ["tier=1,team=ops"]),
        (["list", "-o", "j"], ["json", "jsonpath="]),
        (["register", "new", "--store", ""], ["file", "keyring"]),
        (
            ["register", "new", "--tok"],
            ["--token-from\t…", "--token-stdin\t…", "--token-file\t…"],
        ),
        (["register", "new", "--password"], ["--password-stdin\t…", "--password-file\t…"]),
        (["config", "set", "login.mode", "e"], ["embed", "exec"]),
        (["nothing", ""], []),
    ],
)
def test_words_and_values(terminal: Terminal, words: list[str], expected: list[str]) -> None:
    """Completion does not offer --token and --password, which only explain why they are refused."""
    candidates, directive = complete(terminal, *words)
    shortened = [c.split("\t")[0] + "\t…" if c.startswith("--") else c for c in candidates]
    assert shortened == expected
    assert directive == ":4"


def test_files_are_left_to_the_shell(terminal: Terminal) -> None:
    assert complete(terminal, "register", "new", "--token-file", "") == ([], ":0")
    assert complete(terminal, "completion", "install", "--dir", "") == ([], ":16")


def test_a_broken_catalog_is_no_error(terminal: Terminal) -> None:
    (terminal.home.connector_home / "connectors.yaml").write_text("connectors: [")
    done = terminal.run("__complete", "connector", "login", "")
    assert done.stdout == ":4\n"
    assert "Traceback" not in done.stderr


def test_what_a_press_of_a_key_imports(home: Home) -> None:
    write_catalog(home, CONNECTORS)
    program = (
        "import os, sys; end = os._exit\n"
        "def report(code):\n"
        "    print(*sys.modules, sep='\\n', file=sys.stderr, flush=True); end(code)\n"
        "os._exit = report; sys.argv[1:] = ['__complete', 'login', 'prod', '-n', '']\n"
        "from kubectl_connector.__main__ import main; main()"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "shop\n:4\n"
    assert set(done.stderr.split()) & HEAVY <= {"yaml"}


def test_the_end_is_quiet_where_nobody_listens(home: Home) -> None:
    command = f"{VENV_BIN}/kubectl-connector __complete '' | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
