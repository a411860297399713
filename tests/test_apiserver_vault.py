"""The server that answers as Vault's Kubernetes secrets engine."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.apiserver import ApiServer, Vault, VaultRole
from tests.conftest import JANE, JANE_TOKEN
from tests.test_apiserver_objects import call, works

READER = "/v1/kubernetes/creds/reader"
REVOKE = "/v1/sys/leases/revoke"
NOW = datetime(2026, 11, 25, 8, tzinfo=timezone.utc)


@pytest.fixture
def cluster() -> Iterator[ApiServer]:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as running:
        running.rules.now = lambda: NOW
        yield running


@pytest.fixture
def vault(cluster: ApiServer) -> Iterator[Vault]:
    roles = {
        "reader": VaultRole(("shop", "default"), max_ttl=7200),
        "one": VaultRole(("shop",)),
        "existing": VaultRole(service_account="default", default_ttl=1800),
    }
    with Vault(cluster, roles) as running:
        yield running


def ask(
    vault: Vault, path: str, body: Mapping[str, Any], method: str = "POST", **headers: str
) -> tuple[int, dict[str, Any]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(  # noqa: S310 (loopback)
        vault.url + path,
        json.dumps(body).encode(),
        {"X-Vault-Token": vault.token} | named,
        method=method,
    )
    trust = ssl.create_default_context(cadata=vault.ca_pem)
    try:
        with urllib.request.urlopen(request, context=trust, timeout=5) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read() or "{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_lease_is_a_token_until_it_is_revoked(cluster: ApiServer, vault: Vault) -> None:
    code, lease = ask(vault, READER, {"kubernetes_namespace": "shop", "ttl": "1h"})
    assert (code, lease["lease_duration"], lease["renewable"]) == (200, 3600, False)
    assert lease["lease_id"].startswith("kubernetes/creds/reader/")
    data = lease["data"]
    token, account = data["service_account_token"], data["service_account_name"]
    assert works(cluster, token)
    assert cluster.rules.tokens[token].name == f"system:serviceaccount:shop:{account}"
    binding = cluster.objects.get("rolebindings", account, "shop")
    assert binding["roleRef"]["name"] == "view"
    assert vault.leases[lease["lease_id"]].token == token
    assert vault.token not in repr(vault.requests)
    assert ask(vault, REVOKE, {"lease_id": lease["lease_id"]}, "PUT") == (204, {})
    assert ask(vault, REVOKE, {"lease_id": lease["lease_id"]}, "PUT") == (204, {})
    assert not works(cluster, token)
    assert not vault.leases
    assert not cluster.objects.list("rolebindings")


def test_a_lease_ends(cluster: ApiServer, vault: Vault) -> None:
    _, lease = ask(vault, "/v1/kubernetes/creds/one", {"ttl": 600, "cluster_role_binding": True})
    token = lease["data"]["service_account_token"]
    assert len(cluster.objects.list("clusterrolebindings")) == 1
    assert works(cluster, token)
    cluster.rules.now = lambda: NOW + timedelta(seconds=600)
    assert not works(cluster, token)


def test_a_token_of_an_existing_account_outlives_its_lease(
    cluster: ApiServer, vault: Vault
) -> None:
    path = "/v1/kubernetes/creds/existing"
    _, lease = ask(vault, path, {"kubernetes_namespace": "shop"})
    assert lease["lease_duration"] == 1800
    ask(vault, REVOKE, {"lease_id": lease["lease_id"]})
    assert works(cluster, lease["data"]["service_account_token"])
    call(cluster, "DELETE", "/api/v1/namespaces/shop/serviceaccounts/default")
    code, failed = ask(vault, path, {"kubernetes_namespace": "shop"})
    assert code == 500
    assert 'serviceaccounts "default" not found' in failed["errors"][0]


def test_caps_with_their_warnings(cluster: ApiServer, vault: Vault) -> None:
    cluster.rules.longest_token = 3600
    _, lease = ask(vault, READER, {"kubernetes_namespace": "shop", "ttl": "24h"})
    assert lease["lease_duration"] == 3600
    assert lease["warnings"] == [
        "ttl of 24h0m0s is greater than the role's token_max_ttl of 2h0m0s; capping accordingly",
        "the created Kubernetes service accout token TTL 1h0m0s is less than the Vault lease TTL "
        "2h0m0s; capping the lease TTL accordingly",
    ]


def test_refusals_in_the_words_of_vault(vault: Vault) -> None:
    shop = {"kubernetes_namespace": "shop"}
    assert ask(vault, READER, shop, X_Vault_Token="wrong") == (
        403,
        {"errors": ["permission denied"]},
    )
    assert ask(vault, READER, shop, X_Vault_Namespace="team")[0] == 403
    assert ask(vault, READER, {}) == (400, {"errors": ["'kubernetes_namespace' is required"]})
    code, refused = ask(vault, READER, {"kubernetes_namespace": "kube-system"})
    assert code == 400
    assert "is not present in role's allowed_kubernetes_namespaces" in refused["errors"][0]
    assert ask(vault, "/v1/kubernetes/creds/nobody", shop) == (
        400,
        {"errors": ["role 'nobody' does not exist"]},
    )
    assert ask(vault, "/v1/k8s/creds/reader", shop) == (
        404,
        {"errors": ['no handler for route "k8s/creds/reader". route entry not found.']},
    )
    code, refused = ask(vault, READER, {**shop, "ttl": "1m"})
    assert code == 500
    assert "may not specify a duration less than 10 minutes" in refused["errors"][0]
    assert not vault.cluster.objects.list("rolebindings")
    vault.denied.add("kubernetes/creds/reader")
    assert ask(vault, READER, shop)[0] == 403
    vault.sealed = True
    assert ask(vault, READER, shop) == (503, {"errors": ["Vault is sealed"]})


def test_another_mount_in_a_namespace(cluster: ApiServer) -> None:
    with Vault(cluster, {"r": VaultRole(("shop",))}, mount="k8s/eu", namespace="team") as vault:
        path = "/v1/k8s/eu/creds/r"
        assert ask(vault, path, {}, X_Vault_Namespace="team/")[0] == 200
        assert ask(vault, path, {})[0] == 403
