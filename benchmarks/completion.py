"""Measure how long a person at the TAB key waits; every figure is of a whole process."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._interleaved import interleave, load, table

BIN = Path(sys.executable).parent
RUNS = 30
CONNECTORS = 10
CONTEXTS = 50


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": folder,
            "KUBECONFIG": str(_kubeconfig(Path(folder))),
            "KUBECTL_CONNECTOR_HOME": str(_catalog(Path(folder))),
        }
        ours = str(BIN / "kubectl_complete-connector")
        kubectl = str(BIN / "kubectl")
        commands = {
            "`python -c pass`": [sys.executable, "-c", "pass"],
            "commands, options: `kubectl_complete-connector ''`": [ours, ""],
            "connectors: `… login ''`": [ours, "login", ""],
            "contexts: `… login prod --context ''`": [ours, "login", "prod", "--context", ""],
            "namespaces: `… login prod -n ''`": [ours, "login", "prod", "-n", ""],
            "`kubectl __complete connector login ''`": [
                *(kubectl, "__complete", "connector", "login", "")
            ],
            "`kubectl __complete config use-context ''`": [
                *(kubectl, "__complete", "config", "use-context", "")
            ],
        }
        print(table(interleave(commands, environment, RUNS), "`python -c pass`"))
        print(f"\n{load()}; {CONNECTORS} connectors, {CONTEXTS} contexts")


def _catalog(folder: Path) -> Path:
    connectors = [
        {"name": f"c{n}", "authMethod": "token", "clusterName": "lab", "labels": {"team": "a"}}
        for n in range(CONNECTORS)
    ]
    home = folder / "connectors"
    home.mkdir()
    (home / "connectors.yaml").write_text(yaml.safe_dump({"connectors": connectors}))
    return home


def _kubeconfig(folder: Path) -> Path:
    """Write a kubeconfig with a certificate and key in each entry, as kubeadm and kind do."""
    data = "LS0t" * 500
    names = [f"lab-{n}" for n in range(CONTEXTS)]
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": n, "cluster": {"server": "https://lab", "certificate-authority-data": data}}
            for n in names
        ],
        "users": [
            {"name": n, "user": {"client-certificate-data": data, "client-key-data": data}}
            for n in names
        ],
        "contexts": [
            {"name": n, "context": {"cluster": n, "user": n, "namespace": "shop"}} for n in names
        ],
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document, width=100_000))
    return path


if __name__ == "__main__":
    main()
