"""Tokens that Vault hands out, from a server that answers as Vault does."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.errors import ClusterError, ConnectorError, StoreError, UsageError
from kubectl_connector.model.connector import Connector
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.issue import issue
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.revoke import revoke
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import Answer, ApiServer, Vault, VaultRole
from tests.apiserver.requests import Request
from tests.conftest import Home
from tests.operations.conftest import NOW, MemoryStore, said

VARIABLES = [
    f"{kind}_{name}"
    for kind in ("VAULT", "BAO")
    for name in ("ADDR", "TOKEN", "CACERT", "NAMESPACE", "CONFIG_PATH")
]


class Clock:
    """The time of the client and the servers."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer() as running:
        yield running


@pytest.fixture
def clock(server: ApiServer) -> Clock:
    clock = Clock()
    server.rules.now = clock
    return clock


@pytest.fixture
def vault(
    server: ApiServer, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Vault]:
    """Vault, and the environment of somebody who is signed in to it."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    roles = {
        "reader": VaultRole(("shop", "default"), max_ttl=7200),
        "one": VaultRole(("shop",), default_ttl=3600),
    }
    with Vault(server, roles) as running:
        authority = tmp_path / "vault.crt"
        authority.write_text(running.ca_pem)
        monkeypatch.setenv("VAULT_ADDR", running.url)
        monkeypatch.setenv("VAULT_CACERT", str(authority))
        monkeypatch.setenv("VAULT_TOKEN", running.token)
        yield running


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def at(workspace: Workspace, clock: Clock, told: list[str]) -> Workspace:
    return replace(workspace, now=clock, tell=told.append)


def planned(server: ApiServer, role: str = "one", **values: str) -> Plan:
    fields = {"server": server.url, "certificate_authority": server.ca_pem}
    return plan_register("prod", "keyring", None, said({"vault_role": role, **values}, **fields))


def make(workspace: Workspace, server: ApiServer, role: str = "one", **values: str) -> Registered:
    return register(workspace, planned(server, role, **values))


def prod(workspace: Workspace) -> Connector:
    return workspace.catalog.get("prod")


def token(workspace: Workspace) -> str:
    """What kubectl would get."""
    given = issue(workspace, *workspace.read(prod(workspace))).token
    assert given
    return given


def test_a_lease_is_kept_until_just_before_its_end(
    at: Workspace, server: ApiServer, vault: Vault, clock: Clock, store: MemoryStore
) -> None:
    registered = make(at, server)
    assert registered.probe
    assert registered.probe.username
    assert registered.probe.username.startswith("system:serviceaccount:shop:v-token-one-")
    assert prod(at).configuration == {
        "vault_role": "one",
        "vault_address": vault.url,
        "vault_certificate_authority": vault.ca_pem,
        "vault_mount": "kubernetes",
    }
    assert prod(at).secret_ref is None
    ((first, lease),) = vault.leases.items()
    assert token(at) == lease.token
    assert vault.token not in repr(store.items) + str(
        [i.secret.values_by_name for i in store.items.values()]
    )

    clock.time = NOW + timedelta(minutes=58)
    assert token(at) == lease.token
    clock.time = NOW + timedelta(minutes=59)
    assert token(at) != lease.token
    assert len(vault.leases) == 2
    # The first one has a minute to go. So it is returned, too.
    assert revoke(at, prod(at))
    assert vault.leases == {}
    assert prod(at).issued_ref is None
    assert token(at)
    assert first not in vault.leases


def test_what_is_asked_for(at: Workspace, server: ApiServer, vault: Vault, told: list[str]) -> None:
    vault.namespace = "team"
    plan = planned(
        server,
        "reader",
        service_account_namespace="shop",
        duration="3h",
        audience=f"{server.url},other",
        cluster_wide="yes",
        vault_namespace="team/",
        vault_mount="/kubernetes/",
    )
    register(at, plan, verify=False)
    assert token(at)
    (asked,) = [each for each in vault.requests if each.path == "/v1/kubernetes/creds/reader"]
    assert asked.json() == {
        "kubernetes_namespace": "shop",
        "ttl": "10800s",
        "audiences": [server.url, "other"],
        "cluster_role_binding": True,
    }
    assert told[0].startswith("warning: ttl of 3h0m0s is greater than the role's token_max_ttl")


def test_it_ends_with_vaults_own_token(
    at: Workspace, server: ApiServer, vault: Vault, clock: Clock
) -> None:
    vault.token_ttl = 600
    make(at, server)
    first = token(at)
    clock.time = NOW + timedelta(minutes=9)
    assert token(at) != first


@pytest.mark.parametrize("way", ["variable", "bao", "file", "helper", "helper of bao", "json"])
def test_where_vaults_token_is(
    at: Workspace,
    server: ApiServer,
    vault: Vault,
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("HOME", str(tmp_path))
    helper = tmp_path / "vault helper"
    helper.write_text(
        f'#!/bin/sh\n[ "$VAULT_ADDR $*" = "{vault.url} get" ] && printf %s {vault.token}\n'
    )
    helper.chmod(stat.S_IRWXU)
    if way == "variable":
        monkeypatch.setenv("VAULT_TOKEN", vault.token)
    elif way == "bao":
        monkeypatch.setenv("BAO_TOKEN", vault.token)
        monkeypatch.setenv("VAULT_TOKEN", "another")
    elif way == "file":
        (tmp_path / ".vault-token").write_text(vault.token + "\n")
    elif way == "json":
        (tmp_path / ".vault").write_text(f'{{"token_helper": "{helper}"}}')
    else:
        name = ".bao" if "bao" in way else ".vault"
        (tmp_path / name).write_text(f'# token_helper = "x"\ntoken_helper = "{helper}"\n')
        (tmp_path / ".vault-token").write_text("another")
    make(at, server)
    assert vault.leases


def test_nobody_is_signed_in_to_vault(
    at: Workspace, server: ApiServer, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConnectorError, match="there is no token for Vault") as caught:
        make(at, server)
    assert caught.value.hint == f"sign in: vault login -address={vault.url}"
    assert caught.value.exit_code == 4
    (tmp_path / ".vault").write_text('token_helper = "/bin/false"')
    with pytest.raises(ConnectorError, match=r"the token helper /bin/false .*exit status 1"):
        make(at, server)
    assert at.catalog.load() == ()


@pytest.mark.parametrize(
    ("values", "change", "code", "error", "hint"),
    [
        ({}, "token", 4, "does not let its token use kubernetes/creds/one", "vault login"),
        ({}, "denied", 4, "does not let its token use kubernetes/creds/one", "capabilities"),
        ({"vault_mount": "k8s"}, "", 3, "has no k8s/creds/one", "--vault-mount"),
        ({"vault_role": "nobody"}, "", 3, "role 'nobody' does not exist", "kubernetes/roles"),
        ({"vault_role": "reader"}, "", 5, "required", "--service-account-namespace"),
        (
            {"vault_role": "reader", "service_account_namespace": "bank"},
            "",
            5,
            "'bank' is not present",
            "vault read kubernetes/roles/reader",
        ),
        ({}, "sealed", 5, "Vault is sealed", "vault status"),
        ({}, "gone", 5, "can't be reached", "network"),
        ({}, "untrusted", 5, "is not trusted", "--vault-certificate-authority FILE"),
        ({"vault_address": "https://127.0.0.1:1"}, "", 5, "can't be reached", "network"),
    ],
)
def test_what_vault_refuses(
    at: Workspace,
    server: ApiServer,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    change: str,
    code: int,
    error: str,
    hint: str,
) -> None:
    if change == "token":
        vault.tokens.clear()
    elif change == "denied":
        vault.denied.add("kubernetes/creds/one")
    elif change == "sealed":
        vault.sealed = True
    elif change == "untrusted":
        monkeypatch.delenv("VAULT_CACERT")
    elif change == "gone":
        monkeypatch.setenv("VAULT_ADDR", "https://127.0.0.1:1")
    with pytest.raises(ConnectorError) as caught:
        make(at, server, values.get("vault_role", "one"), **_without_role(values))
    assert error in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == code
    assert "\n" not in caught.value.message
    assert vault.token not in caught.value.message + caught.value.hint
    assert at.catalog.load() == ()
    assert vault.leases == {}


def _without_role(values: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if name != "vault_role"}


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"vault_address": ""}, "it is not said where Vault is"),
        ({"vault_address": "vault.example.com"}, "is not the address of a Vault"),
        ({"vault_address": "http://vault.example.com:8200"}, "for all to read"),
        ({"vault_address": "https://me:secret@vault.example.com"}, "more than a host"),
        ({"vault_role": "../sys/seal"}, "is not a name in Vault"),
        ({"vault_mount": "a b"}, "is not a name in Vault"),
        ({"service_account_namespace": "A_B"}, "namespace"),
        ({"duration": "1m"}, "not between 10 minutes"),
        ({"vault_certificate_authority": "x"}, "Vault's certificate authority"),
    ],
)
def test_what_makes_no_sense(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], error: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    given = {"vault_address": "https://vault.example.com", "vault_role": "one", **values}
    with pytest.raises(UsageError, match=error) as caught:
        auth_method("vault").build(given)
    assert "secret" not in caught.value.message


def test_loopback_may_be_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BAO_ADDR", "http://127.0.0.1:8200/")
    built = auth_method("vault").build({"vault_role": "one"})
    assert built.configuration["vault_address"] == "http://127.0.0.1:8200"


def test_an_option_alone_says_with_what_it_goes() -> None:
    with pytest.raises(UsageError, match=r"--duration alone makes no connector.*vault"):
        plan_register("prod", "keyring", changes=said({"duration": "1h"}, server="https://a"))


def test_a_lease_that_nobody_could_return_is_not_taken(
    at: Workspace, server: ApiServer, vault: Vault, store: MemoryStore, told: list[str]
) -> None:
    store.broken.add("check")
    with pytest.raises(StoreError):
        make(at, server)
    assert vault.leases == {}
    store.broken.clear()
    make(at, server)
    assert revoke(at, prod(at))
    store.broken.add("put")
    assert token(at)
    assert told == ["what was issued is not kept: the store is broken"]


def test_delete_returns_the_lease(at: Workspace, server: ApiServer, vault: Vault) -> None:
    make(at, server)
    assert vault.leases
    list(delete(at, ["prod"]))
    assert vault.leases == {}
    assert at.catalog.load() == ()


def test_a_lease_that_can_not_be_read_is_not_called_revoked(
    at: Workspace, server: ApiServer, vault: Vault, store: MemoryStore
) -> None:
    make(at, server)
    store.broken.add("get")
    with pytest.raises(ConnectorError, match="does not give the lease"):
        revoke(at, prod(at))
    assert prod(at).issued_ref
    store.broken.clear()
    assert revoke(at, prod(at))
    assert vault.leases == {}


def test_delete_does_not_need_vault(
    at: Workspace, server: ApiServer, vault: Vault, told: list[str], store: MemoryStore
) -> None:
    make(at, server)
    vault.denied.add("sys/leases/revoke")
    list(delete(at, ["prod"]))
    assert at.catalog.load() == ()
    assert store.items == {}
    assert len(told) == 1
    assert 'what was issued for "prod" is not revoked: Vault does not let' in told[0]


def test_update_returns_what_the_old_role_gave(
    at: Workspace, server: ApiServer, vault: Vault
) -> None:
    make(at, server)
    changes = said({"vault_role": "reader", "service_account_namespace": "shop"})
    update(at, plan_update(at, "prod", None, changes))
    (new,) = vault.leases
    assert new.startswith("kubernetes/creds/reader/")
    assert token(at) == vault.leases[new].token
    update(at, plan_update(at, "prod", None, said({"duration": "30m"})))
    assert prod(at).configuration["vault_role"] == "reader"
    assert len(vault.leases) == 1
    assert new not in vault.leases


def test_a_cluster_that_refuses_costs_no_lease(
    at: Workspace, server: ApiServer, vault: Vault
) -> None:
    with ApiServer() as another, pytest.raises(ConnectorError, match="refused"):
        make(at, another)
    assert any(each.path.endswith("/creds/one") for each in vault.requests)
    assert vault.leases == {}
    with pytest.raises(ClusterError):
        make(at, replace_url(server))
    assert vault.leases == {}


def replace_url(server: ApiServer) -> ApiServer:
    class Gone:
        url = "https://127.0.0.1:1"
        ca_pem = server.ca_pem

    return Gone()  # type: ignore[return-value]


@pytest.mark.parametrize("odd", ["", "two\nlines", None])
def test_a_lease_that_is_of_no_use_is_given_back(
    at: Workspace, server: ApiServer, vault: Vault, monkeypatch: pytest.MonkeyPatch, odd: object
) -> None:
    answered(vault, monkeypatch, "/creds/", {"data": {"service_account_token": odd}})
    with pytest.raises(ClusterError, match="without a token that can be used"):
        make(at, server)
    assert vault.leases == {}


def test_no_lease_is_taken_where_the_life_of_vaults_token_is_not_known(
    at: Workspace, server: ApiServer, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(vault, monkeypatch, "/lookup-self", None)
    for _ in range(3):
        with pytest.raises(ClusterError, match="does not answer like Vault"):
            make(at, server)
    assert vault.leases == {}


@pytest.mark.parametrize("life", [10**12, 10**40])
def test_a_life_of_ages_is_cut(
    at: Workspace,
    server: ApiServer,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    life: int,
) -> None:
    answered(vault, monkeypatch, "/creds/", {"lease_duration": life})
    answered(vault, monkeypatch, "/lookup-self", {"data": {"ttl": life}})
    make(at, server)
    assert token(at)
    assert len(vault.leases) == 1


def answered(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, path: str, odd: dict[str, object] | None
) -> None:
    """Change a part of what Vault answers at a path; None: it is not JSON."""
    handle = vault.handle

    def changed(request: Request) -> Answer:
        answer = handle(request)
        if path not in request.path:
            return answer
        if odd is None:
            return replace(answer, body=b"<html>")
        return replace(answer, body=json.dumps({**json.loads(answer.body), **odd}).encode())

    monkeypatch.setattr(vault, "handle", changed)
