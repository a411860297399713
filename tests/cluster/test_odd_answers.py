"""Servers that answer oddly: each time an error that says so, and never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from kubectl_connector.cluster import certificate_request, probe, token_request, vault
from kubectl_connector.cluster.caller import Caller, calling
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.errors import ConnectorError
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


def ask(server: ApiServer, status: int, body: object, step: Callable[[Caller], Any]) -> Any:
    """What a step makes of an answer."""
    if isinstance(body, dict):
        body = {"metadata": {"uid": "uid-1"}, **body}
    server.answer = Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())
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
