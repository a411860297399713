"""Run the tutorial as it stands, with a real kubectl, a real keyring and the loopback cluster.

``python -m tests.test_tutorial`` updates the outputs in docs/tutorial.md.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import transcript
from tests.conftest import KUBECTL, PLUGIN, ROOT
from tests.secret_service import require_secret_service, secret_service

TUTORIAL = ROOT / "docs" / "tutorial.md"


@pytest.mark.skipif(sys.platform != "linux", reason="a keyring of its own is had on Linux only")
def test_the_tutorial_is_true() -> None:
    require_secret_service()
    written = transcript.steps(TUTORIAL.read_text(encoding="utf-8"))
    assert len(written) > 15
    for step, output in _run():
        assert transcript.comparable(output) == transcript.comparable(step.output), step.command


def _run() -> Iterator[tuple[transcript.Step, str]]:
    """Run each step; yield it with what it really printed."""
    with _machine() as (environment, folder):
        for step in transcript.steps(TUTORIAL.read_text(encoding="utf-8")):
            output = transcript.run(step.command, environment, folder)
            yield step, output.replace(str(folder), "/home/jane")


@contextlib.contextmanager
def _machine() -> Iterator[tuple[dict[str, str], Path]]:
    """A home with a keyring, and a kubeconfig that leads to the cluster."""
    with tempfile.TemporaryDirectory() as folder, secret_service() as secrets:
        home = Path(folder)
        kubeconfig = home / "tutorial.kubeconfig"
        path = f"{PLUGIN.parent}:{KUBECTL.parent}:{os.environ['PATH']}"
        environment = secrets | {
            "PATH": path,
            "HOME": folder,
            "KUBECONFIG": str(kubeconfig),
            "KUBECTL_CONNECTOR_HOME": f"{folder}/connectors",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
        }
        with transcript.cluster(kubeconfig):
            yield environment, home


def write() -> None:
    """Write what the commands print now into the tutorial."""
    text, done = TUTORIAL.read_text(encoding="utf-8"), 0
    for step, output in _run():
        old, new = _block(step.command, step.output), _block(step.command, output)
        start = text.index(old, done)
        done = start + len(new)
        text = text[:start] + new + text[start + len(old) :]
    TUTORIAL.write_text(text, encoding="utf-8")


def _block(command: str, output: str) -> str:
    return f"$ {command}\n{output}\n" if output else f"$ {command}\n"


if __name__ == "__main__":
    write()
