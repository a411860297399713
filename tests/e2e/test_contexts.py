"""Several contexts of one connector, contexts that are gone, and files that may not be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.apiserver import ApiServer
from tests.conftest import BOB_TOKEN, JANE_TOKEN, KUBECTL
from tests.e2e.terminal import Terminal


@pytest.fixture
def kubeconfig(registered: Terminal) -> Path:
    """The kubeconfig with the context ``lab``; the connector ``prod`` was made from it."""
    return registered.home.kubeconfig


def test_login_brings_all_contexts_up_to_date(terminal: Terminal, kubeconfig: Path) -> None:
    for context, mode in (("one", "--embed"), ("two", "--embed"), ("stanza", "--exec")):
        terminal.connector("login", "prod", "--context", context, mode)
    update = ("update", "prod", "--token-stdin", "--no-verify")
    same = terminal.run("connector", *update, stdin=JANE_TOKEN)
    assert same.stdout == 'Connector "prod" unchanged\n'
    assert "up to date" not in same.stderr
    done = terminal.run("connector", *update, stdin=BOB_TOKEN)
    (hint,) = [line for line in done.stderr.splitlines() if "up to date" in line]
    terminal.ask("config", "use-context", "lab")
    said = terminal.ask(*hint.partition("kubectl ")[2].split())
    assert said.startswith('Switched to context "stanza" in ')
    assert ' and updated "one", "two" (was "lab"; back: ' in said
    assert kubeconfig.read_text().count(BOB_TOKEN) == 2
    assert kubeconfig.read_text().count(JANE_TOKEN) == 1  # the context lab's own
    assert terminal.ask("config", "get-contexts", "-o", "name").split() == [
        *("lab", "one", "stanza", "two")
    ]
    assert "unchanged" in terminal.connector("login", "prod")
    terminal.connector("logout", "prod")
    assert terminal.ask("config", "get-contexts", "-o", "name") == "lab"
    assert terminal.current_context() == "lab"


def test_logout_never_switches_to_a_context_that_is_gone(
    terminal: Terminal, kubeconfig: Path
) -> None:
    terminal.connector("login", "prod")
    terminal.ask("config", "delete-context", "lab")
    said = terminal.connector("logout", "prod")
    assert '"lab", which was current before, is not there any more' in said
    assert "kubectl config use-context" in said
    assert terminal.run("config", "current-context").returncode == 1
    terminal.ask("config", "set-context", "ghostly", "--user=lab-user")
    kubeconfig.write_text(kubeconfig.read_text().replace('""', "ghost"))
    before = kubeconfig.read_bytes()
    terminal.connector("login", "prod")
    assert "ghost" not in terminal.connector("logout", "prod")
    assert kubeconfig.read_bytes() == before  # it was gone before login, too


def test_the_way_back_names_the_kubeconfig(
    terminal: Terminal, kubeconfig: Path, tmp_path: Path
) -> None:
    other = tmp_path / "it's another"
    said = terminal.connector("login", "prod", "--kubeconfig", other)
    back = said.partition("back: ")[2].rpartition(")")[0]
    environment = terminal.environ()
    subprocess.run(["sh", "-c", back], env=environment, check=True, capture_output=True)
    assert not other.exists()


NOBODY = 65534

AS_NOBODY = f"""\
import os, sys
from kubectl_connector.cli.main import run

private, read_only = sys.argv[1:]
assert run(["login", "prod", "--kubeconfig", private]) == 0  # and so all is imported
for folder, _, names in os.walk(os.environ["HOME"]):
    for path in (folder, *(os.path.join(folder, name) for name in names)):
        os.chown(path, {NOBODY}, {NOBODY})
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
for words in (["login"], ["login", "--exec", "--exec-command", "name"]):
    assert run([*words, "prod", "--kubeconfig", read_only]) == 7
os.chmod(private, 0o400)
assert run(["logout", "prod", "--kubeconfig", private]) == 7
"""


def test_a_file_that_may_not_be_written_is_not_replaced(
    terminal: Terminal, server: ApiServer, cheap_file_store: None
) -> None:
    """Its folder may be written. Kubectl does not write it all the same, and says why."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root becomes another user")
    home = Path(tempfile.mkdtemp())  # pytest's folders are root's alone
    terminal.environment |= {"HOME": str(home), "KUBECTL_CONNECTOR_HOME": str(home / "ours")}
    shutil.copytree(terminal.home.connector_home, home / "ours")
    register = ("register", "prod", "--server", server.url, "--token-stdin", "--no-verify")
    terminal.connector(*register, "--store", "file", stdin=JANE_TOKEN)
    kubeconfig = home / "config"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n")
    kubeconfig.chmod(0o400)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, home / "private", kubeconfig],
        env=terminal.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3
    assert all(line.endswith("can't be written: Permission denied") for line in errors)
    assert kubeconfig.read_text() == "apiVersion: v1\nkind: Config\n"
    assert not list(home.glob("*.lock"))
    theirs = subprocess.run(
        [KUBECTL, "config", "set-cluster", "x", f"--kubeconfig={kubeconfig}"],
        user=NOBODY,
        env={"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (theirs.returncode, "permission denied" in theirs.stderr) == (1, True)
    shutil.rmtree(home)
