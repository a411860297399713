"""Fixtures for the kubeconfig engine's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone

import pytest

from kubectl_connector.catalog import Catalog
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.operations.workspace import Workspace
from tests.conftest import Home
from tests.kubeconfig.recorder import Server
from tests.operations.conftest import MemoryStore

NOW = datetime(2026, 1, 31, tzinfo=timezone.utc)
MakeWorkspace = Callable[[Sequence[str]], Workspace]


@pytest.fixture(scope="session")
def vector_server() -> Iterator[Server]:
    """The server that the vectors' cases speak to."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def make_workspace(home: Home) -> MakeWorkspace:
    """Makes a workspace with connectors of these names, which run a program for the credential."""

    def make(names: Sequence[str]) -> Workspace:
        catalog = Catalog(str(home.connector_home))
        catalog.change(lambda _: tuple(map(connector, range(len(names)), names)))
        return Workspace(catalog, MemoryStore, owner="jane")

    return make


def connector(number: int, name: str) -> Connector:
    """A connector without a secret."""
    stanza = {"command": "true", "apiVersion": "client.authentication.k8s.io/v1"}
    return Connector(
        name=name,
        id=f"00000000-0000-4000-8000-{number:012}",
        auth_method="exec",
        cluster=Cluster(f"https://{name}.example.com:6443"),
        cluster_name=name,
        configuration={"exec": stanza},
        secret_names=(),
        store="keyring",
        owner="jane",
        created_at=NOW,
        updated_at=NOW,
    )
