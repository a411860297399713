"""What a method issues for a while is kept, for the connector that it was issued for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubectl_connector import auth
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, IssueRequest, Material
from kubectl_connector.errors import RefusedError, StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential, Secret
from kubectl_connector.operations.issue import CredentialSource, issue
from kubectl_connector.operations.items import orphans
from kubectl_connector.operations.register import plan_register, register
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.conftest import JANE
from tests.operations.conftest import NOW, MemoryStore


class Counting(AuthMethod):
    """Issues the tokens ``KEY-1``, ``KEY-2`` …, each for an hour."""

    name = "counting"
    title = "Counting token"
    summary = "For tests."
    keeps_issued = True
    fields = (
        Field("key", "key", FieldKind.SECRET, secret=True),
        Field("issuer", "issuer", required=False),
    )

    def __init__(self) -> None:
        self.issued = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def build(self, values: Mapping[str, str]) -> Material:
        return Material({"issuer": values.get("issuer", "")}, Secret({"key": values["key"]}))

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        self.issued += 1
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        token = f"{secret['key']}-{self.issued}"
        return Credential(token=token, expires_at=NOW + timedelta(hours=1))


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> Counting:
    method = Counting()
    methods = (*auth.auth_methods(), method)
    monkeypatch.setattr(auth, "auth_methods", lambda: methods)
    return method


@pytest.fixture(autouse=True)
def nobodys(server: ApiServer) -> None:
    """The cluster knows none of the tokens yet."""
    for token in [token for token in server.rules.tokens if "-" in token[-3:]]:
        del server.rules.tokens[token]


@pytest.fixture
def connector(workspace: Workspace, server: ApiServer, method: Counting) -> Connector:
    said = {"server": server.url, "certificate_authority": server.ca_pem}
    plan = plan_register("prod", "keyring", changes=Changes(said, {"key": "good"}))
    return register(workspace, plan, verify=False).connector


def token(workspace: Workspace) -> str | None:
    """What ``credential`` would print."""
    return issue(workspace, *workspace.read(workspace.catalog.get("prod"))).token


def change(workspace: Workspace, credential: Mapping[str, str], verify: bool = False) -> Connector:
    plan = plan_update(workspace, "prod", changes=Changes(credential=credential))
    return update(workspace, plan, verify=verify).connector


@pytest.mark.usefixtures("connector")
def test_it_is_handed_out_until_it_ends(workspace: Workspace, store: MemoryStore) -> None:
    assert token(workspace) == token(workspace) == "good-1"
    assert len(store.items) == 2
    later = replace(workspace, now=lambda: NOW + timedelta(hours=1))
    with pytest.raises(RefusedError):  # this method's clock stands still
        token(later)
    assert len(store.items) == 2
    assert orphans(workspace) == ()


@pytest.mark.usefixtures("connector")
def test_of_another_secret_it_is_not_handed_out(
    workspace: Workspace, store: MemoryStore, server: ApiServer
) -> None:
    """Neither after an update, nor to verify one."""
    server.rules.tokens["good-1"] = JANE
    assert token(workspace) == "good-1"
    with pytest.raises(RefusedError):
        change(workspace, {"key": "bad"}, verify=True)
    assert token(workspace) == "good-1"
    change(workspace, {"key": "other"})
    assert token(workspace) == "other-3"
    assert len(store.items) == 2


def test_one_that_the_cluster_refuses_is_not_handed_out_again(
    workspace: Workspace, server: ApiServer, connector: Connector
) -> None:
    assert token(workspace) == "good-1"
    server.rules.tokens["good-2"] = JANE
    now, item = workspace.read(workspace.catalog.get("prod"))
    check(workspace, now, item)
    assert token(workspace) == "good-2"
    source = CredentialSource(workspace, *workspace.read(workspace.catalog.get("prod")))
    assert [source().token, source().token, source().token] == ["good-2", "good-3", "good-4"]
    assert token(workspace) == "good-4"
    assert orphans(workspace) == ()
    del connector


@pytest.mark.usefixtures("connector")
def test_the_same_secret_given_again_renews_it(workspace: Workspace) -> None:
    assert token(workspace) == "good-1"
    change(workspace, {"key": "good"})
    assert token(workspace) == "good-2"


@pytest.mark.parametrize("changed", [{"key": "new"}, {"issuer": "new"}])
@pytest.mark.usefixtures("connector")
def test_it_is_not_kept_for_a_connector_that_was_changed_meanwhile(
    workspace: Workspace, method: Counting, changed: dict[str, str]
) -> None:
    method.meanwhile = lambda: change(workspace, changed)
    assert token(workspace) == "good-1"  # asked for before the change
    now = workspace.catalog.get("prod")
    assert now.issued_ref is None
    assert token(workspace) == f"{changed.get('key', 'good')}-2"
    assert orphans(workspace) == ()


@pytest.mark.usefixtures("connector")
def test_where_it_can_not_be_kept_it_is_good_all_the_same(
    workspace: Workspace, store: MemoryStore
) -> None:
    store.broken = {"put"}
    assert (token(workspace), token(workspace)) == ("good-1", "good-2")
    store.broken = {"get"}
    with pytest.raises(StoreError):
        token(workspace)


def test_nothing_is_kept_for_a_connector_that_is_not_registered(
    workspace: Workspace, store: MemoryStore, method: Counting, server: ApiServer
) -> None:
    cluster = Cluster(server.url, certificate_authority_data=server.ca_pem)
    said = {"server": cluster.server, "certificate_authority": server.ca_pem}
    plan = plan_register("prod", "keyring", changes=Changes(said, {"key": "bad"}))
    with pytest.raises(RefusedError):
        register(workspace, plan)
    assert store.items == {}
