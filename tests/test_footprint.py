"""What an import may load: start-up time is part of the product (docs/architecture.md)."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import kubectl_connector

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

CLUSTER = {"importlib.metadata", "urllib3"}
"""What asking a cluster takes."""

BUDGET = {
    "kubectl_connector": set[str](),
    "kubectl_connector.api": {"yaml", *CLUSTER},
    "kubectl_connector.catalog": {"yaml"},
    "kubectl_connector.cli": {"typer", "yaml"},
    "kubectl_connector.cli.form": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.main": {"typer"},
    "kubectl_connector.cli.register": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.rename": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.update": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.verify": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cluster": CLUSTER,
    "kubectl_connector.kubeconfig": {"yaml"},
    "kubectl_connector.operations": {"yaml"},
    "kubectl_connector.operations.register": {"yaml", *CLUSTER},
    "kubectl_connector.operations.update": {"yaml", *CLUSTER},
    "kubectl_connector.operations.verify": {"yaml", *CLUSTER},
    "kubectl_connector.settings": {"yaml"},
    "kubectl_connector.stores.file": {"cryptography"},
    "kubectl_connector.stores.support.encrypted_file": {"cryptography"},
    "kubectl_connector.stores.support.sealed_document": {"cryptography"},
    "kubectl_connector.stores.support.sealing": {"cryptography"},
    "kubectl_connector.yaml_file": {"yaml"},
}
"""The heavy modules that importing ours may load: a module of that name, and all below a package
of that name. The longest name that fits a module counts."""


def all_modules() -> list[str]:
    """Every module of the package; nothing is imported for it but packages."""
    found = pkgutil.walk_packages(kubectl_connector.__path__, "kubectl_connector.")
    return ["kubectl_connector", *(module.name for module in found)]


def budgeted_by(module: str) -> str:
    """The name in BUDGET that counts for a module."""
    return max((name for name in BUDGET if f"{module}.".startswith(f"{name}.")), key=len)


@pytest.mark.parametrize("name", BUDGET)
def test_imports_load_no_more_than_their_budget(name: str) -> None:
    modules = [module for module in all_modules() if budgeted_by(module) == name]
    assert modules, f"there is no {name}"
    too_much = HEAVY & new_modules(*modules) - BUDGET[name]
    who = [module for module in modules if too_much & new_modules(module)] if too_much else []
    assert not too_much, f"loaded by {who}"


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


def new_modules(*modules: str) -> set[str]:
    """The modules that are there after imports and not in an empty program."""
    program = (
        "import sys; before = set(sys.modules)\n"
        f"import {', '.join(modules)}\n"
        "new = sorted(set(sys.modules) - before); import json; print(json.dumps(new))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))
