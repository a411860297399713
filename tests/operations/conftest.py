"""A workspace on a real catalog and server, with a store in memory that a test can make fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import AuthInfo, ExecConfig
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, plan_register
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home

MakePlan = Callable[..., Plan]
NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def said(credential: Mapping[str, str] | None = None, **fields: object) -> Changes:
    """What a person said."""
    return Changes(fields, credential or {})


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

    def check(self, unlock: bool = False) -> None:
        self._maybe_fail("check")
        if unlock:
            self._maybe_fail("unlock")

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
def token_plan(server: ApiServer) -> MakePlan:
    def make(name: str = "prod", token: str = JANE_TOKEN, **more: object) -> Plan:
        reach = {"server": server.url, "certificate_authority": server.ca_pem}
        changes = said({"token": token}, **{**reach, "cluster_name": "lab", **more})
        return plan_register(name, "keyring", None, changes)

    return make


def altered(plan: Plan, secret: Secret | None = None, **spec: object) -> Plan:
    """The plan of a connector that is otherwise than can be said: as if made from a context."""
    draft = Draft(
        replace(plan.draft.spec, **spec),  # type: ignore[arg-type]
        plan.draft.secret if secret is None else secret,
    )
    return replace(plan, draft=draft)


def exec_plan(plan: Plan, stanza: ExecConfig, **spec: object) -> Plan:
    """The plan, but with a plugin that gives the credential."""
    material = auth_method("exec").from_auth_info(AuthInfo(exec=stanza))
    configuration = material.configuration
    return altered(plan, material.secret, auth_method="exec", configuration=configuration, **spec)


def make_update(
    workspace: Workspace,
    name: str = "prod",
    credential: Mapping[str, str] | None = None,
    verify: bool = True,
    **fields: object,
) -> Registered:
    """Plan and make an update."""
    plan = plan_update(workspace, name, None, said(credential, **fields))
    return update(workspace, plan, verify)
