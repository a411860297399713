"""Measure what people type, with the keyring and with the encrypted file.

Every figure is of a whole process, and its ratio is to bare Python in the same run. kubectl,
kubectx and kubecm run beside ours: on the same kubeconfig, in turn. kubectx and kubecm are taken
from PATH or from ``.cache/bin``::

    GOBIN=$PWD/.cache/bin go install github.com/ahmetb/kubectx/cmd/kubectx@latest
    GOBIN=$PWD/.cache/bin go install github.com/sunny0826/kubecm@latest
    python benchmarks/everyday.py [--runs N]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._interleaved import interleave, load, table
from benchmarks.kubeconfig import kubeconfig
from tests.apiserver import ApiServer, User
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.secret_service import missing, secret_service

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TOKEN = "a-token-of-an-ordinary-length-" * 20
SIZES = (10, 100)
"""Contexts in the kubeconfigs that a login and its rivals change."""
BARE = "`python -c pass`"


def main() -> None:
    """Print the tables: one for each store, then one for each size of kubeconfig."""
    parser = argparse.ArgumentParser(description="Measure what people type.")
    parser.add_argument("--runs", type=int, default=25)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, _environment(Path(folder)) as environment:
        stores = [store for store in ("keyring", "file") if store == "file" or not missing()]
        for store in stores:
            print(f"With secrets in the {store}:\n")
            print(table(interleave(_verbs(store), environment, runs), BARE))
            print(f"\n{load()}\n")
        for size in SIZES:
            path = Path(folder) / f"config-{size}"
            path.write_text(kubeconfig(size))
            path.chmod(0o600)
            rivals = _rivals(path, environment, stores[0])
            print(f"A kubeconfig of {size} contexts:\n")
            print(table(interleave(rivals, environment | {"KUBECONFIG": str(path)}, runs), BARE))
            print(f"\n{load()}\n")
    print(f"Not found, so left out: {', '.join(_absent()) or 'nothing'}.")


@contextmanager
def _environment(folder: Path) -> Iterator[dict[str, str]]:
    """A home with a connector for each store; both lead to a server on loopback."""
    user = User("jane", ())
    with ApiServer(tokens={TOKEN: user}) as server, _session() as session:
        path = write_kubeconfig(folder / ".kube/config", server, token_user(TOKEN))
        environment = session | {
            "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
            "HOME": str(folder),
            "KUBECONFIG": str(path),
            "KUBECTL_CONNECTOR_PASSPHRASE": "of a benchmark",
            "KUBERC": "off",
        }
        for store in ("keyring", "file"):
            if store == "file" or not missing():
                _register(store, environment)
        yield environment


@contextmanager
def _session() -> Iterator[dict[str, str]]:
    """A session with a gnome-keyring, where one can be started."""
    if missing():
        yield {}
        return
    with secret_service() as environment:
        yield environment


def _register(store: str, environment: dict[str, str]) -> None:
    command = [_ours(), "register", store, "--auto-configure", "--store", store]
    subprocess.run(command, env=environment, capture_output=True, check=True)


def _verbs(name: str) -> dict[str, Sequence[str]]:
    """The verbs, with the connector of one store."""
    kubectl = str(BIN / "kubectl")
    return {
        BARE: [sys.executable, "-c", "pass"],
        "`kubectl-connector --help`": [_ours(), "--help"],
        "`kubectl-connector list`": [_ours(), "list"],
        f"`kubectl-connector describe {name}`": [_ours(), "describe", name],
        f"`kubectl-connector verify {name}`": [_ours(), "verify", name],
        "`kubectl connector list`": [kubectl, "connector", "list"],
        "`kubectl version --client`": [kubectl, "version", "--client"],
    }


def _rivals(path: Path, environment: dict[str, str], name: str) -> dict[str, Sequence[str]]:
    """What makes a context the current one."""
    kubectl = str(BIN / "kubectl")
    switch = [kubectl, "config", "use-context"]
    subprocess.run(
        [_ours(), "login", name],
        env=environment | {"KUBECONFIG": str(path)},
        check=True,
        capture_output=True,
    )
    commands: dict[str, Sequence[str]] = {
        BARE: [sys.executable, "-c", "pass"],
        "`kubectl-connector login`": [_ours(), "login", name],
        "`kubectl config use-context`": [*switch, "cluster-00000"],
    }
    kubectx, kubecm = _program("kubectx"), _program("kubecm")
    if kubectx:
        commands["`kubectx`"] = [kubectx, "cluster-00001"]
    if kubecm:
        commands["`kubecm switch`"] = [kubecm, "switch", "cluster-00002", "--config", str(path)]
    return commands


def _ours() -> str:
    return str(BIN / "kubectl-connector")


def _program(name: str) -> str | None:
    places = [os.environ["PATH"], str(ROOT / ".cache" / "bin")]
    return shutil.which(name, path=os.pathsep.join(places))


def _absent() -> list[str]:
    return [name for name in ("kubectx", "kubecm") if not _program(name)]


if __name__ == "__main__":
    main()
