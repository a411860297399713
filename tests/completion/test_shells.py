"""The bare command's scripts, in the real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from kubectl_connector.completion.scripts import SHELLS
from tests.completion.test_values import CONNECTORS, write_catalog, write_contexts
from tests.conftest import VENV_BIN, Home

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals on Windows")

PROMPT = "ready> "
NEXT_LINE = "\x15\r"
"""Ctrl-U and Enter. A shell that is still completing would apply Ctrl-C to the completion."""
LIMIT = 20.0

TYPED = [
    # what the test types, and the line after TAB
    ("kubectl-connector regi", "kubectl-connector register "),
    ("kubectl-connector login p", "kubectl-connector login prod "),
    ("kubectl-connector register x --store=f", "kubectl-connector register x --store=file "),
    ("kubectl-connector register x --store f", "kubectl-connector register x --store file "),
    ("kubectl-connector list -l tier", "kubectl-connector list -l tier=1 "),
    ("kubectl-connector list --selector=team=o", "kubectl-connector list --selector=team=ops "),
    ("kubectl-connector list -o custom", "kubectl-connector list -o custom-columns="),
    ("kubectl-connector login x --context arn:aws:e", "… --context arn:aws:eks:eu:1:cluster/a "),
    ("kubectl-connector register x --token-file=to", "… --token-file=token.txt "),
    ("kubectl-connector register x --token-file to", "… --token-file token.txt "),
    ("kubectl-connector register x --description 'a b' --nam", "… 'a b' --namespace "),
]
BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")

START = {
    "bash": (
        ["--norc", "--noprofile", "-i"],
        f"bind 'set enable-bracketed-paste off'; PS1='{PROMPT}'; . {BASH_COMPLETION} 2>/dev/null",
    ),
    "zsh": (
        ["-f", "-i"],
        f"unset zle_bracketed_paste; PS1='{PROMPT}'; autoload -U compinit; compinit -u -D",
    ),
}


@pytest.fixture(autouse=True)
def files(home: Home) -> None:
    write_catalog(home, CONNECTORS)
    write_contexts(home.kubeconfig, ["arn:aws:eks:eu:1:cluster/a"])
    (home.path / "token.txt").touch()


@pytest.fixture(params=list(START))
def shell(request: pytest.FixtureRequest, home: Home) -> Iterator[pexpect.spawn[str]]:
    """An interactive shell with the bare command's completion and, if it can have it, kubectl's."""
    name: str = request.param
    options, setup = START[name]
    child = pexpect.spawn(
        _program(name),
        options,
        cwd=home.path,
        env=_environ() | {"TERM": "dumb", "PS1": "$ "},
        encoding="utf-8",
        timeout=LIMIT,
        dimensions=(50, 200),
    )
    sources = f"source <(kubectl-connector completion {name}); source <(kubectl completion {name})"
    child.sendline(f"{setup}; {sources}; echo lo''aded")
    child.expect("loaded")
    child.expect(PROMPT)
    yield child
    child.close(force=True)


def test_a_press_of_tab(shell: pexpect.spawn[str]) -> None:
    for typed, expected in TYPED:
        shell.send(typed + "\t")
        shell.expect_exact(expected.removeprefix("… "))
        shell.send(NEXT_LINE)
        shell.expect(PROMPT)
    shell.send("kubectl-connector login tok\tX")  # there is a file token.txt
    shell.expect("kubectl-connector login tok\x07?X")
    shell.send(NEXT_LINE)
    shell.expect(PROMPT)
    shell.send("kubectl-connector log\t\t")
    shell.expect(r"login +(\(|-- )Let kubectl use a connector")
    shell.expect(r"logout +(\(|-- )Take connectors")


def test_through_kubectls_own_scripts(shell: pexpect.spawn[str]) -> None:
    if str(shell.command).endswith("bash") and not BASH_COMPLETION.exists():
        pytest.skip("kubectl's script for bash needs the package bash-completion")
    for typed, expected in TYPED:
        if "--selector=" in typed:
            continue  # cobra's script for zsh cuts off what stands before the second =
        shell.send(typed.replace("kubectl-connector", "kubectl connector") + "\t")
        shell.expect_exact(expected.replace("kubectl-connector", "kubectl connector")[2:])
        shell.send(NEXT_LINE)
        shell.expect(PROMPT)


def test_fish(home: Home) -> None:
    script = "kubectl-connector completion fish | source\n" + "".join(
        f'complete -C "{typed}"\n' for typed, _ in TYPED
    )
    done = subprocess.run(
        [_program("fish"), "--no-config", "-c", script],
        env=_environ(),
        cwd=home.path,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=True,
    )
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [
        "register",
        "prod",
        "--store=file",
        "file",
        "tier=1",
        "--selector=team=ops",
        "custom-columns=",
        "arn:aws:eks:eu:1:cluster/a",
        "--token-file=token.txt",
        "token.txt",
        "--namespace",
    ]


@pytest.mark.parametrize("name", list(SHELLS))
def test_its_shell_can_read_it(name: str, tmp_path: Path) -> None:
    program, options = {"powershell": ("pwsh", ["-NoProfile", "-File"])}.get(name, (name, ["-n"]))
    script = tmp_path / "script.ps1"
    script.write_text(SHELLS[name])
    subprocess.run([_program(program), *options, script], check=True, timeout=LIMIT)


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"there is no {name} on this machine")
    if name == "bash":  # macOS has 3.2, which can't source <(…)
        version = [found, "-c", "echo $BASH_VERSINFO"]
        if int(subprocess.run(version, capture_output=True, check=True).stdout) < 4:
            pytest.skip("bash is older than 4")
    return found


def _environ() -> dict[str, str]:
    return {**os.environ, "PATH": f"{VENV_BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
