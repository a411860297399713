"""What an import may load: start-up time is part of the product (docs/architecture.md)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "cryptography",
    "filelock",
    "importlib.metadata",
    "keyring",
    "kubernetes",
    "platformdirs",
    "pydantic",
    "rich",
    "secretstorage",
    "tabulate",
    "typer",
    "urllib3",
    "yaml",
}

BUDGET = {
    "kubectl_connector": set[str](),
    "kubectl_connector.errors": set[str](),
    "kubectl_connector.files": set[str](),
    "kubectl_connector.model.connector": set[str](),
    "kubectl_connector.kubeconfig": {"yaml"},
    "kubectl_connector.stores": set[str](),
    "kubectl_connector.auth": set[str](),
    "kubectl_connector.catalog": {"yaml"},
    "kubectl_connector.plugin": set[str](),
    "kubectl_connector.dbus": set[str](),
    "kubectl_connector.home": set[str](),
    "kubectl_connector.completion.answer": set[str](),
    "kubectl_connector.completion.install": set[str](),
    "kubectl_connector.__main__": set[str](),
    "kubectl_connector.cli": {"importlib.metadata", "rich", "typer", "yaml"},
}
"""The heavy modules that importing each of ours may load."""


@pytest.mark.parametrize("module", BUDGET)
def test_an_import_loads_no_more_than_its_budget(module: str) -> None:
    assert loaded_by(module) <= BUDGET[module]


def test_the_credential_path_imports_nothing_but_itself() -> None:
    assert new_modules("kubectl_connector.plugin") == {
        "kubectl_connector",
        "kubectl_connector.plugin",
    }
    assert new_modules("kubectl_connector.dbus") == {
        "kubectl_connector",
        "kubectl_connector.dbus",
        "_socket",
    }


def loaded_by(module: str) -> set[str]:
    """The heavy modules among those that an import loads."""
    return HEAVY & new_modules(module)


def new_modules(module: str) -> set[str]:
    """The modules that an import adds to those of an empty program."""
    program = (
        "import sys; before = set(sys.modules)\n"
        f"import {module}\n"
        "new = sorted(set(sys.modules) - before); import json; print(json.dumps(new))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))
