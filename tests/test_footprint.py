"""What an import may load: start-up time is part of the product (docs/architecture.md)."""

from __future__ import annotations

import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

import kubectl_connector
from tests.apiserver import ApiServer
from tests.conftest import JANE, VENV_BIN
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.secret_service import require_secret_service, secret_service

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
    "kubectl_connector.cli.describe": {"yaml"},
    "kubectl_connector.cli.everyday": set(),
    "kubectl_connector.cli.list_": {"yaml"},
    "kubectl_connector.cli.login": {"yaml"},
    "kubectl_connector.cli.logout": {"yaml"},
    "kubectl_connector.cli.main": set(),
    "kubectl_connector.cli.quick": set(),
    "kubectl_connector.cli.register": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.register_all": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.rename": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.renew": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.secure": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.update": {"typer", "yaml", *CLUSTER},
    "kubectl_connector.cli.verify": {"yaml", *CLUSTER},
    "kubectl_connector.cluster": CLUSTER,
    "kubectl_connector.kubeconfig": {"yaml"},
    "kubectl_connector.operations": {"yaml"},
    "kubectl_connector.operations.register": {"yaml", *CLUSTER},
    "kubectl_connector.operations.register_all": {"yaml", *CLUSTER},
    "kubectl_connector.operations.renew": {"yaml", *CLUSTER},
    "kubectl_connector.operations.secure": {"yaml", *CLUSTER},
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

SLOW = {
    *HEAVY,
    "concurrent.futures",
    "configparser",
    "dataclasses",
    "hashlib",
    "inspect",
    "jeepney",
    "logging",
    "shutil",
    "subprocess",
    "urllib.parse",
    "urllib.request",
}
"""What a command that people type all day should do without; each takes milliseconds."""

TYPED = {
    "--help": {"shutil"},
    "list": {"yaml"},
    "describe prod": {"yaml", "hashlib"},
    "login prod": {"yaml"},
    "list -o json": {"yaml"},
    "ls": {"yaml"},
    "use prod": {"yaml"},
    "logout prod": {"yaml"},
    "verify prod": {"yaml", "hashlib", "logging", "shutil", "urllib.parse", *CLUSTER},
}
"""Commands in a session with a keyring, and which of :data:`SLOW` they may import."""


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


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a session with a keyring that holds a connector's secret."""
    require_secret_service()
    folder = tmp_path_factory.mktemp("session")
    with secret_service() as environment, ApiServer(tokens={"a-token": JANE}) as server:
        extension = {"name": "minikube.sigs.k8s.io", "extension": {"version": "v1.38.0"}}
        kubeconfig = write_kubeconfig(
            folder / "config",
            server,
            token_user("a-token"),
            cluster={"extensions": [extension]},
        )
        environment |= {"KUBECONFIG": str(kubeconfig), "HOME": str(folder)}
        run_ours(environment, "register", "prod", "--auto-configure")
        for setting, value in (("login.mode", "embed"), ("file.remember", "600")):
            run_ours(environment, "config", "set", setting, value)
        yield environment


@pytest.mark.parametrize("line", TYPED)
def test_what_is_typed_imports_no_more_than_its_budget(line: str, session: dict[str, str]) -> None:
    errors = run_ours(session, *line.split(), interpreter=("-X", "importtime"))
    imported = set(re.findall(r"^import time: .*\| +(\S+)$", errors, re.MULTILINE))
    assert "kubectl_connector.cli.main" in imported
    assert imported & SLOW <= TYPED[line]


def run_ours(environment: dict[str, str], *words: str, interpreter: Sequence[str] = ()) -> str:
    """Run the installed program; what it writes on stderr."""
    command = [sys.executable, *interpreter, str(VENV_BIN / "kubectl-connector"), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stderr


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
