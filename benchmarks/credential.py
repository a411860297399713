"""Measure ``kubectl-connector credential``, for which kubectl waits.

The keyring is a real gnome-keyring on a bus of its own. Every figure is of a whole process.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._interleaved import interleave, load, table
from kubectl_connector.home import home_folder
from tests.apiserver import ApiServer, User
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.secret_service import secret_service

BIN = Path(sys.executable).parent
TOKEN = "a-token-of-an-ordinary-length-" * 20
RUNS = 40


def main() -> None:
    """Print the table."""
    user = User("jane", ())
    with (
        tempfile.TemporaryDirectory() as folder,
        secret_service() as environment,
        ApiServer(tokens={TOKEN: user}) as server,
    ):
        kubeconfig = write_kubeconfig(Path(folder) / ".kube/config", server, token_user(TOKEN))
        environment |= {
            "PATH": f"{BIN}:{environment['PATH']}",
            "HOME": folder,
            "KUBECONFIG": str(kubeconfig),
        }
        ours = str(BIN / "kubectl-connector")
        kubectl = str(BIN / "kubectl")
        subprocess.run(
            [ours, "register", "prod", "--auto-configure"],
            env=environment,
            capture_output=True,
            check=True,
        )
        server.objects.create("serviceaccounts", "reader", "shop")
        account = ["--service-account", "shop/reader", "--duration", "12h"]
        subprocess.run(
            [ours, "register", "minted", "--auto-configure", *account],
            env=environment,
            capture_output=True,
            check=True,
        )
        listed = subprocess.run(
            [ours, "list", "-o", "json"], env=environment, capture_output=True, check=True
        )
        ids = {item["name"]: item["id"] for item in json.loads(listed.stdout)["items"]}
        id_ = ids["prod"]
        catalog = Path(home_folder(environment), "connectors.yaml").read_text()
        ref = re.findall(r"secretRef: (\S+)", catalog.partition(id_)[2])[0]
        item = [f"kubectl-connector/{ref}", "kubectl-connector"]
        credential = {
            "`python -c pass`": [sys.executable, "-c", "pass"],
            "`python -I -c pass`": [sys.executable, "-I", "-c", "pass"],
            "`kubectl-connector credential`": [ours, "credential", "prod", "--id", id_],
            "the same, a token made for a while": [ours, "credential", "m", "--id", ids["minted"]],
            "`kubectl version --client`": [kubectl, "version", "--client"],
            "`keyring get`, the same secret": [str(BIN / "keyring"), "get", *item],
        }
        print(table(interleave(credential, environment, RUNS), "`python -c pass`"))
        print(f"\n{load()}")


if __name__ == "__main__":
    main()
