"""A workspace on a real catalog and server, with a store in memory that can be made to fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Secret
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home

NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@dataclass
class MemoryStore:
    """A store that forgets with the process."""

    name: str = "keyring"
    secrets: dict[str, Secret] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """The methods that fail."""

    def _maybe_fail(self, method: str) -> None:
        if method in self.broken:
            raise StoreError("the store is broken", "mend it")

    def get(self, connector_id: str) -> Secret:
        self._maybe_fail("get")
        if connector_id not in self.secrets:
            raise NotFoundError("nothing there", "look elsewhere")
        return self.secrets[connector_id]

    def set(self, connector_id: str, secret: Secret) -> None:
        self._maybe_fail("set")
        self.secrets[connector_id] = secret

    def delete(self, connector_id: str) -> None:
        self._maybe_fail("delete")
        self.secrets.pop(connector_id, None)

    def check(self) -> None:
        self._maybe_fail("check")


@pytest.fixture
def stores() -> dict[str, MemoryStore]:
    return {name: MemoryStore(name) for name in ("keyring", "file")}


@pytest.fixture
def store(stores: dict[str, MemoryStore]) -> MemoryStore:
    return stores["keyring"]


@pytest.fixture
def workspace(home: Home, stores: dict[str, MemoryStore]) -> Workspace:
    return Workspace(
        Catalog(str(home.connector_home)),
        stores.__getitem__,
        owner="jane",
        now=lambda: NOW,
        timeout=5.0,
    )


@pytest.fixture
def token_draft(server: ApiServer) -> Callable[..., Draft]:
    def make(name: str = "prod", token: str = JANE_TOKEN, **more: object) -> Draft:
        return Draft(
            name=name,
            auth_method="token",
            cluster=Cluster(server.url, certificate_authority_data=server.ca_pem),
            cluster_name="lab",
            material=auth_method("token").build({"token": token}),
            store="keyring",
            **more,  # type: ignore[arg-type]
        )

    return make
