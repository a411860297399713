"""Many writers at once: no change of ours is lost, and the files can be read at every moment.

What kubectl itself loses is counted apart and shown (``pytest -s``): it fails at once on a held
lock (W14), writes in place (W12), and applies an older picture of the file (W19).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.view import load
from tests.conftest import ROOT
from tests.kubeconfig.edits import view

WRITERS = ("jane", "bob", "eve")
LOGINS = 12
KUBECTL_RUNS = 10
PATIENCE = 90.0
BEFORE = "# {name}\ncontexts:\n- name: {name}   # was here before\n  context: {{cluster: k}}\n"


@pytest.fixture(params=[1, 3], ids=["one file", "three files"])
def paths(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    found = [tmp_path / f"config-{number}" for number in range(request.param)]
    for path in found:
        path.write_text(BEFORE.format(name=path.name))
    return found


def rotated(paths: list[Path], by: int) -> str:
    """A KUBECONFIG. Each writer lists the files in another order, so all of them are written."""
    by %= len(paths)
    return os.pathsep.join(map(str, [*paths[by:], *paths[:by]]))


@contextmanager
def writers(paths: list[Path]) -> Iterator[list[subprocess.Popen[str]]]:
    """Our writers, at work."""
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.kubeconfig.writer"),
                *(rotated(paths, number), name, str(LOGINS)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, name in enumerate(WRITERS)
    ]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def names_of(running: list[subprocess.Popen[str]]) -> set[str]:
    """The names that are to be logged in after all writers have ended well."""
    names: set[str] = set()
    for process in running:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        names.update(json.loads(out))
    return names


@contextmanager
def reader(paths: list[Path]) -> Iterator[Counter[str]]:
    """Read all the time, without a lock, and count the results."""
    files = kubeconfig_files(None, {"KUBECONFIG": rotated(paths, 0)})
    seen: Counter[str] = Counter()
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.001):
            try:
                kubeconfig = load(files)
                known = {path.name for path in paths} <= kubeconfig.contexts.keys()
                seen["whole" if known else "not whole"] += 1
            except KubeconfigError as error:
                seen[error.message] += 1

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def test_nothing_is_lost_among_ourselves(kubectl: Path, paths: list[Path]) -> None:
    with reader(paths) as seen, writers(paths) as running:
        while any(process.poll() is None for process in running):
            view(kubectl, *paths)  # fails where kubectl can't read them
        names = names_of(running)
    assert seen.keys() == {"whole"}
    found = view(kubectl, *paths)
    assert found["contexts"].keys() == names | {path.name for path in paths}
    assert found["clusters"].keys() == found["users"].keys() == names
    for path in paths:
        assert path.read_text().startswith(f"# {path.name}\n")
        assert f"- name: {path.name}   # was here before\n" in path.read_text()
    assert not list(paths[0].parent.glob("*.lock"))


def test_we_lose_no_change_of_kubectls_and_count_what_it_loses_of_ours(
    kubectl: Path, paths: list[Path]
) -> None:
    counted: Counter[str] = Counter()
    set_by_kubectl = set()
    with reader(paths) as seen, writers(paths) as running:
        for number in range(KUBECTL_RUNS):
            name = f"kubectl-{number}"
            done = subprocess.run(
                [kubectl, "config", "set-context", name, "--cluster=k"],
                env={"HOME": "/nonexistent", "KUBERC": "off", "KUBECONFIG": rotated(paths, number)},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            if done.returncode == 0:
                set_by_kubectl.add(name)
            else:
                assert "file exists" in done.stderr, done.stderr
                counted["kubectl failed on a held lock (W14)"] += 1
        names = names_of(running)
    found = load(kubeconfig_files(None, {"KUBECONFIG": rotated(paths, 0)})).contexts.keys()
    assert found == view(kubectl, *paths)["contexts"].keys()
    assert set_by_kubectl <= found  # kubectl runs one at a time, so nothing of it may be lost
    counted["kubectl succeeded"] = len(set_by_kubectl)
    counted["ours that kubectl took out (W19)"] = len(names - found)
    counted["ours that kubectl put back (W19)"] = len(
        {name for name in found if name.startswith(WRITERS)} - names
    )
    counted["reads while kubectl wrote in place (W12)"] = seen.total() - seen["whole"]
    counted["reads"] = seen.total()
    if not set_by_kubectl:
        assert found == names | {path.name for path in paths}
    assert not list(paths[0].parent.glob("*.lock"))
    sys.stdout.write(f"{len(paths)} files: {json.dumps(counted, indent=1)}\n")
