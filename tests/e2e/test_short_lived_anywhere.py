"""Short-lived credentials on any cluster: tokens, and certificates where somebody signs them.

They make a namespace and delete it, so they need an administrator's kubeconfig.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, tokens_at_once

pytestmark = [pytest.mark.anywhere, pytest.mark.usefixtures("cheap_file_store")]


@pytest.fixture
def namespace(terminal: Terminal, admin: Path) -> Iterator[str]:
    """A namespace with the service account ``reader``."""
    name = f"kubectl-connector-{uuid.uuid4().hex[:8]}"
    metadata = {"name": name}
    document = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    made = terminal.run("create", "-f", "-", "--validate=false", stdin=document)
    assert made.returncode == 0, made.stderr
    terminal.ask("create", "serviceaccount", "reader", "-n", name)
    yield name
    # The loopback server deletes no namespaces, and goes away by itself.
    terminal.run("delete", "namespace", name, "--wait=false", "--kubeconfig", admin)


def minted(terminal: Terminal) -> str:
    """The name under which the cluster logs the token in use."""
    path = r"{.status.userInfo.extra.authentication\.kubernetes\.io/credential-id[0]}"
    return terminal.ask("auth", "whoami", "-o", f"jsonpath={path}")


def test_a_service_accounts_tokens(terminal: Terminal, namespace: str) -> None:
    reader = f"system:serviceaccount:{namespace}:reader"
    account = ("--service-account", f"{namespace}/reader", "--duration", "15m", "--store", "file")
    terminal.connector("register", "e2e", "--auto-configure", *account, "--no-verify")
    arguments = ("credential", "e2e", "--id", terminal.kept()["e2e"]["id"])
    assert len(tokens_at_once(terminal, 10, arguments)) == 1  # one TokenRequest for all
    terminal.connector("login", "e2e", "--exec")
    assert terminal.who_am_i() == reader
    assert minted(terminal) == minted(terminal) != ""
    terminal.connector("logout", "e2e")
    terminal.connector("login", "e2e", "--embed")
    assert terminal.who_am_i() == reader
    terminal.connector("logout", "e2e")
    terminal.connector("delete", "e2e", "--yes")


def test_an_account_that_is_made_bound_revoked_and_removed(
    terminal: Terminal, namespace: str, admin: Path
) -> None:
    account = ("--service-account", f"{namespace}/agent", "--create", "--role", "view")
    words = ("--auto-configure", *account, "--revocable", "--store", "file", "--yes")
    terminal.connector("register", "e2e", *words)
    assert terminal.who_am_i() != f"system:serviceaccount:{namespace}:agent"
    binding = f"kubectl-connector:{namespace}:agent:view"
    terminal.ask("get", "rolebinding", binding, "-n", namespace)
    secret = f"kubectl-connector-{terminal.kept()['e2e']['id']}"
    terminal.ask("get", "secret", secret, "-n", namespace)
    terminal.connector("login", "e2e")
    assert terminal.who_am_i() == f"system:serviceaccount:{namespace}:agent"
    terminal.connector("logout", "e2e", "--revoke")
    assert terminal.run("get", "secret", secret, "-n", namespace).returncode != 0
    terminal.connector("delete", "e2e", "--yes", "--remove-service-account")
    assert terminal.run("get", "serviceaccount", "agent", "-n", namespace).returncode != 0
    assert terminal.run("get", "rolebinding", binding, "-n", namespace).returncode != 0


def test_a_certificate_that_the_cluster_signs(terminal: Terminal, admin: Path) -> None:
    words = ("--auto-configure", "--request-certificate", "--user", "e2e-user", "--approve")
    more = ("--group", "e2e-group", "--duration", "15m", "--wait", "20s", "--store", "file")
    done = terminal.run("connector", "register", "e2e", *words, *more)
    if done.returncode == 4 and "waits to be approved" in done.stderr:
        pytest.skip("this cluster has nobody who signs certificates")
    assert done.returncode == 0, done.stderr
    terminal.connector("login", "e2e", "--exec")
    assert terminal.who_am_i() == "e2e-user"
    groups = terminal.ask("auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}")
    assert "e2e-group" in groups
    terminal.connector("logout", "e2e")
    terminal.connector("delete", "e2e", "--yes")


def test_the_plain_text_goes_and_comes_back(terminal: Terminal, admin: Path) -> None:
    """What stands in the kubeconfig; where nothing does (an exec plugin), nothing is done."""
    before, user = admin.read_bytes(), terminal.who_am_i()
    had = terminal.run("connector", "secure", "--check").returncode
    terminal.connector("secure", "--all", "--store", "file")
    assert terminal.run("connector", "secure", "--check").returncode == 0
    assert (admin.read_bytes() != before) == (had != 0)
    assert terminal.who_am_i() == user
    terminal.connector("restore", "--all")
    assert admin.read_bytes() == before
    assert terminal.who_am_i() == user
