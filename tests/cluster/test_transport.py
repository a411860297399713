"""The pool that programs send through from many threads: connections kept, credentials whole."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential
from tests.apiserver import ApiServer, ConnectProxy, SocksProxy, User
from tests.conftest import JANE_TOKEN

THREADS = 8


@pytest.fixture
def server() -> Iterator[ApiServer]:
    """One for each test: connections are counted."""
    with ApiServer(tokens={JANE_TOKEN: User("jane")}) as running:
        yield running


@pytest.fixture(params=["direct", "http", "socks5"])
def cluster(request: pytest.FixtureRequest, server: ApiServer) -> Iterator[Cluster]:
    """The server's cluster, reached in each way."""
    found = Cluster(server.url, certificate_authority_data=server.ca_pem)
    with contextlib.ExitStack() as stack:
        if request.param == "http":
            found = replace(found, proxy_url=stack.enter_context(ConnectProxy()).url)
        if request.param == "socks5":
            found = replace(found, proxy_url=stack.enter_context(SocksProxy()).url)
        yield found


def test_a_second_burst_uses_the_connections_of_the_first(
    cluster: Cluster, server: ApiServer
) -> None:
    server.latency = 0.1  # so that all of a burst are on their way at once
    pool = AuthenticatedPool(cluster, lambda: Credential(token=JANE_TOKEN))
    together = threading.Barrier(THREADS)

    def ask(_: int) -> int:
        together.wait(10)
        return pool.request("GET", f"{server.url}/version").status

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(2):
            assert list(threads.map(ask, range(THREADS))) == [200] * THREADS
    pool.clear()
    assert server.connections == THREADS


class _Meanwhile(Mapping[str, str]):
    """Headers during whose reading something else happens, as it may in another thread."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def __iter__(self) -> Iterator[str]:
        self._act()
        return iter(())

    def __len__(self) -> int:
        return 1

    def __getitem__(self, name: str) -> str:
        raise KeyError(name)


def test_a_token_and_its_certificate_go_together_while_credentials_change(
    server: ApiServer,
) -> None:
    """Every request renews; a credential that comes in between is not half used."""
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    pairs = {name: server.issue_client_certificate(name) for name in ("kate", "paul")}
    turns = itertools.cycle(
        Credential(token=name, client_certificate=pair[0], client_key=pair[1], expires_at=now)
        for name, pair in pairs.items()
    )
    cluster = Cluster(server.url, certificate_authority_data=server.ca_pem)
    pool = AuthenticatedPool(cluster, lambda: next(turns), now=lambda: now)
    version = f"{server.url}/version"
    pool.request("GET", version, headers=_Meanwhile(lambda: pool.request("GET", version)))
    pool.clear()
    sent = {
        (each.authorization, each.certificate.subject.rfc4514_string())
        for each in server.requests
        if each.certificate
    }
    assert sent == {("Bearer kate", "CN=kate"), ("Bearer paul", "CN=paul")}
