"""Measure kubectl with ``login --exec`` and the encrypted file: at first, and while it is open.

Every figure is of a whole process. The key is kept in the kernel's keyring of this session.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._interleaved import interleave, load, table
from tests.apiserver import ApiServer, User
from tests.kubeconfigs import token_user, write_kubeconfig

BIN = Path(sys.executable).parent
TOKEN = "a-token-of-an-ordinary-length-" * 20
RUNS = 20


def main() -> None:
    """Print the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ApiServer(tokens={TOKEN: User("jane", ())}) as server,
    ):
        plain = write_kubeconfig(Path(folder) / "plain", server, token_user(TOKEN))
        ours, kubectl = str(BIN / "kubectl-connector"), str(BIN / "kubectl")
        environment = {
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": folder,
            "KUBECONFIG": str(plain),
            "KUBECTL_CONNECTOR_PASSPHRASE": "correct horse battery staple",
        }
        for words in (
            ("register", "prod", "--auto-configure", "--store", "file"),
            ("login", "prod", "--exec", "--kubeconfig", f"{folder}/exec"),
        ):
            subprocess.run([ours, *words], env=environment, capture_output=True, check=True)
        get = [kubectl, "get", "--raw", "/version"]
        through_us = [*get, f"--kubeconfig={folder}/exec"]
        bare = {"`python -c pass`": [sys.executable, "-c", "pass"]}
        remembered = {
            **bare,
            "`kubectl get`, the token in the kubeconfig": get,
            "the same through `login --exec`, the key remembered": through_us,
        }
        print(table(interleave(remembered, environment, RUNS), "`python -c pass`"))
        print()
        for command in (["config", "set", "file.remember", "0"], ["store", "lock"]):
            subprocess.run([ours, *command], env=environment, capture_output=True, check=True)
        asked = {**bare, "the same, the passphrase given at every call": through_us}
        print(table(interleave(asked, environment, RUNS // 2), "`python -c pass`"))
        print(f"\n{load()}")


if __name__ == "__main__":
    main()
