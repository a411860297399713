"""Tokens that Vault hands out, through the real kubectl."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apiserver import ApiServer, Vault, VaultRole
from tests.conftest import Home
from tests.e2e.terminal import Terminal


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer() as running:
        yield running


@pytest.fixture
def vault(server: ApiServer) -> Iterator[Vault]:
    with Vault(server, {"reader": VaultRole(("shop",), default_ttl=3600)}) as running:
        yield running


@pytest.fixture
def signed_in(
    terminal: Terminal, server: ApiServer, vault: Vault, home: Home, tmp_path: Path
) -> Terminal:
    """A terminal of somebody who is signed in to Vault, with a connector for its role."""
    vault_ca, cluster_ca = tmp_path / "vault.crt", tmp_path / "ca.crt"
    vault_ca.write_text(vault.ca_pem)
    cluster_ca.write_text(server.ca_pem)
    (home.path / ".vault-token").write_text(vault.token)
    known = {"VAULT_ADDR": vault.url, "VAULT_CACERT": str(vault_ca)}
    terminal.environment.update(known)
    cluster = ("--server", server.url, "--certificate-authority", str(cluster_ca))
    terminal.connector("register", "prod", *cluster, "--vault-role", "reader", "--store", "file")
    for name in known:  # the connector knows them by now
        del terminal.environment[name]
    return terminal


def test_kubectl_gets_a_lease_and_logout_returns_it(
    signed_in: Terminal, server: ApiServer, vault: Vault, home: Home
) -> None:
    assert len(vault.leases) == 1
    (lease,) = vault.leases.values()
    signed_in.connector("login", "prod", "--exec")
    assert signed_in.who_am_i() == f"system:serviceaccount:shop:{lease.made}"
    signed_in.ask("get", "pods", "-n", "shop")
    assert len(vault.leases) == 1
    for file in filter(Path.is_file, home.path.rglob("*")):
        if file.name != ".vault-token":
            assert vault.token not in file.read_text(errors="replace"), file
            assert lease.token not in file.read_text(errors="replace"), file
    assert "view" not in signed_in.connector("describe", "prod").lower()
    assert "CN=vault" in signed_in.connector("describe", "prod")

    signed_in.connector("logout", "prod")
    assert vault.leases == {}
    assert signed_in.run("auth", "whoami", f"--token={lease.token}").returncode

    signed_in.connector("login", "prod", "--exec")
    assert signed_in.who_am_i().startswith("system:serviceaccount:shop:v-token-reader-")
    assert len(vault.leases) == 1
    signed_in.connector("delete", "prod", "--yes")
    assert vault.leases == {}


def test_who_is_not_signed_in_to_vault_is_told(
    signed_in: Terminal, vault: Vault, home: Home
) -> None:
    signed_in.connector("login", "prod", "--exec")
    signed_in.connector("logout", "prod")
    signed_in.connector("login", "prod", "--exec")
    (home.path / ".vault-token").unlink()
    failed = signed_in.run("get", "pods", "-n", "shop")
    assert failed.returncode
    assert "error: there is no token for Vault" in failed.stderr
    assert f"hint:  sign in: vault login -address={vault.url}" in failed.stderr
    done = signed_in.run("connector", "logout", "prod")
    assert done.returncode == 0
