"""The real login and logout, stacked: the last to go gives back the bytes that were there first."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone

import pytest

from kubectl_connector.catalog import Catalog
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.operations.login import LoginRequest, login
from kubectl_connector.operations.logout import logout
from kubectl_connector.operations.workspace import Workspace
from tests.conftest import Home
from tests.operations.conftest import MemoryStore

BEFORE = b"contexts: [{name: mine}]\ncurrent-context: 'mine' # where we are\n"
NOW = datetime(2026, 1, 31, tzinfo=timezone.utc)


@pytest.fixture
def workspace(home: Home) -> Workspace:
    catalog = Catalog(str(home.connector_home))
    connectors = tuple(
        Connector(
            name=name,
            id=f"00000000-0000-4000-8000-00000000000{number}",
            auth_method="exec",
            cluster=Cluster(f"https://{name}.example.com:6443"),
            cluster_name=name,
            configuration={
                "exec": {"command": "true", "apiVersion": "client.authentication.k8s.io/v1"}
            },
            secret_names=(),
            store="keyring",
            owner="jane",
            created_at=NOW,
            updated_at=NOW,
        )
        for number, name in enumerate("abc")
    )
    catalog.change(lambda _: connectors)
    return Workspace(catalog, MemoryStore, owner="jane")


def test_the_last_to_log_out_gives_the_bytes_back(workspace: Workspace, home: Home) -> None:
    files = kubeconfig_files(str(home.kubeconfig), {})
    home.kubeconfig.parent.mkdir()
    for logins in ("ab", "aba", "bab", "abca", "abcab", "abac"):
        for order in itertools.permutations(sorted(set(logins))):
            home.kubeconfig.write_bytes(BEFORE)
            home.kubeconfig.chmod(0o600)
            for name in logins:
                login(workspace, name, LoginRequest(files))
            for name in order:
                logout(workspace, name, files)
            assert home.kubeconfig.read_bytes() == BEFORE, (logins, order)
