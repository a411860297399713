"""``make demo``: show what the product does, on a cluster on loopback.

Everything happens in a home that the demo makes and removes at its end, also at Ctrl-C. The demo
neither reads nor writes the user's files or keyring.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import secrets
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

BIN = Path(sys.executable).parent
PATIENCE = 20.0

COMMANDS = (
    "kubectl config current-context",
    "kubectl connector register demo --auto-configure --store file",
    "kubectl connector list",
    "kubectl connector describe demo",
    "kubectl connector verify demo",
    "kubectl connector login demo",
    "kubectl config current-context",
    "kubectl get --raw /version",
    "kubectl get namespaces",
    "kubectl auth whoami",
    "kubectl connector logout demo",
)


def main() -> int:
    """Run the demo; return its exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="kubectl-connector-demo-") as folder:
            return _demo(Path(folder))
    except KeyboardInterrupt:
        _say("\nInterrupted; the demo has cleaned up after itself.")
        return 130


def _demo(folder: Path) -> int:
    kubeconfig = folder / "home" / ".kube" / "config"
    kubeconfig.parent.mkdir(parents=True)
    environment = _environment(folder, kubeconfig)
    _say("# Starting a cluster on loopback, with a home of its own in a temporary folder.")
    with _cluster(kubeconfig):
        before = kubeconfig.read_text()
        _say("# It runs, and a kubeconfig leads to it. Now the product:")
        for command in COMMANDS:
            if _run(command, environment) != 0:
                return 1
        changes = _difference(before, kubeconfig.read_text())
        _say("\n# What login and logout together have changed in the kubeconfig:")
        _say("\n".join(changes) or "nothing: the same bytes as before")
        if changes or _run("kubectl connector delete demo --yes", environment) != 0:
            return 1
    return 0


@contextlib.contextmanager
def _cluster(kubeconfig: Path) -> Iterator[None]:
    """The loopback API server, in a process of its own; it writes the kubeconfig."""
    command = [sys.executable, "-m", "tests.apiserver", "--write-kubeconfig", str(kubeconfig)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        end = time.monotonic() + PATIENCE
        while not kubeconfig.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the loopback API server did not start")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _environment(folder: Path, kubeconfig: Path) -> dict[str, str]:
    """The demo's environment: only PATH and the terminal's settings come from the user."""
    kept = {name: os.environ[name] for name in ("LANG", "TERM", "COLUMNS") if name in os.environ}
    return kept | {
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "HOME": str(folder / "home"),
        "KUBECONFIG": str(kubeconfig),
        "KUBECTL_CONNECTOR_HOME": str(folder / "connectors"),
        "KUBECTL_CONNECTOR_PASSPHRASE": secrets.token_urlsafe(),
    }


def _run(command: str, environment: dict[str, str]) -> int:
    _say(f"\n$ {command}")
    return subprocess.run(
        [BIN / "kubectl", *shlex.split(command)[1:]],
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def _difference(before: str, after: str) -> list[str]:
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm=""))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
