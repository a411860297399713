"""A workspace on a real catalog and server, with a store in memory that a test can make fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home

NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@dataclass
class MemoryStore:
    """A store in this process's memory."""

    name: str = "keyring"
    items: dict[str, Item] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """The methods that fail."""

    def _maybe_fail(self, method: str) -> None:
        if method in self.broken:
            raise StoreError("the store is broken", "mend it")

    def put(self, ref: str, item: Item) -> None:
        self._maybe_fail("put")
        assert ref not in self.items
        self.items[ref] = item

    def get(self, ref: str) -> Item:
        self._maybe_fail("get")
        if ref not in self.items:
            raise NotFoundError("nothing there", "look elsewhere")
        return self.items[ref]

    def drop(self, ref: str) -> None:
        self._maybe_fail("drop")
        self.items.pop(ref, None)

    def check(self) -> None:
        self._maybe_fail("check")

    def secret(self, connector: Connector) -> Secret:
        """The secret that the store holds for a connector."""
        assert connector.secret_ref is not None
        return self.items[connector.secret_ref].secret


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
