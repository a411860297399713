"""No half-done work: after any failure the connector and its secret are as before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Catalog, Change, Connectors
from kubectl_connector.errors import (
    CatalogError,
    ConnectorError,
    NotFoundError,
    RefusedError,
    StoreError,
    UsageError,
)
from kubectl_connector.model.connector import Connector, Origin
from kubectl_connector.model.field import UNSET, Reach
from kubectl_connector.model.secret import Credential, Item, Secret
from kubectl_connector.operations.delete import Deleted, delete
from kubectl_connector.operations.items import Pruned, orphans, prune
from kubectl_connector.operations.register import register
from kubectl_connector.operations.rename import rename
from kubectl_connector.operations.renewal import renewal
from kubectl_connector.operations.spec import check_cluster
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.verify import verify
from kubectl_connector.operations.workspace import MissingSecretError, Workspace
from tests.apiserver import ApiServer
from tests.conftest import BOB_TOKEN, JANE_TOKEN, Home
from tests.operations.conftest import MakePlan, MemoryStore, altered, make_update, said


class UnwritableCatalog(Catalog):
    """A catalog that can be read, and fails at every write."""

    def change(self, edit: Callable[[Connectors], Connectors]) -> Change:
        edit(self.load())
        raise CatalogError("no space left on device", "make room")


class InterruptedCatalog(UnwritableCatalog):
    """A catalog at whose writes Ctrl-C comes."""

    def change(self, edit: Callable[[Connectors], Connectors]) -> Change:
        raise KeyboardInterrupt


def failing(workspace: Workspace, home: Home, kind: type[Catalog]) -> Workspace:
    return replace(workspace, catalog=kind(str(home.connector_home)))


def test_register_keeps_both_halves_apart(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    done = register(workspace, token_plan())
    assert done.probe
    assert done.probe.username == "jane@example.com"
    assert workspace.catalog.load() == (done.connector,)
    ready = Credential(token=JANE_TOKEN)
    assert store.items == {
        done.connector.secret_ref: Item(Secret({"token": JANE_TOKEN}), None, ready)
    }
    assert JANE_TOKEN not in Path(workspace.catalog.path).read_text()


def test_register_twice_is_unchanged_and_another_is_refused(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    first = register(workspace, token_plan()).connector
    again = register(workspace, token_plan())
    assert again.unchanged
    assert again.connector == first
    for other in (token_plan(token=BOB_TOKEN), token_plan(namespace="other")):
        with pytest.raises(ConnectorError, match="there is a connector named"):
            register(workspace, other)
    assert list(store.items) == [first.secret_ref]


@pytest.mark.parametrize("name", ["-bad", ""])
def test_register_refuses_a_bad_name_before_anything(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, name: str
) -> None:
    with pytest.raises(UsageError):
        register(workspace, token_plan(name))
    assert not store.items


def test_a_refused_credential_leaves_nothing(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    with pytest.raises(RefusedError, match='refused the token of "prod"'):
        register(workspace, token_plan(token="wrong"))
    assert (workspace.catalog.load(), store.items) == ((), {})


def test_no_verify_asks_nobody(
    workspace: Workspace, server: ApiServer, token_plan: MakePlan
) -> None:
    server.requests.clear()
    assert register(workspace, token_plan(token="wrong"), verify=False).probe is None
    assert not server.requests


@pytest.mark.parametrize("method", ["check", "put"])
def test_a_failing_store_leaves_nothing(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, method: str
) -> None:
    store.broken = {method}
    with pytest.raises(StoreError):
        register(workspace, token_plan())
    assert (workspace.catalog.load(), store.items) == ((), {})


@pytest.mark.parametrize(
    ("catalog", "error"),
    [(UnwritableCatalog, CatalogError), (InterruptedCatalog, KeyboardInterrupt)],
)
def test_a_failing_catalog_leaves_no_connector_and_nothing_that_prune_does_not_find(
    workspace: Workspace,
    home: Home,
    store: MemoryStore,
    token_plan: MakePlan,
    catalog: type[Catalog],
    error: type[BaseException],
) -> None:
    with pytest.raises(error):
        register(failing(workspace, home, catalog), token_plan())
    assert workspace.catalog.load() == ()
    prune(workspace)
    assert (store.items, workspace.catalog.journal.places()) == ({}, ())


def new_token(token: str) -> dict[str, str]:
    return {"token": token}


def test_update_changes_only_what_is_said(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    old = register(workspace, token_plan(labels={"a": "1", "b": "2"}, namespace="x")).connector
    labels = {"a": UNSET, "c": "3"}
    new = make_update(
        workspace, labels=labels, namespace=UNSET, description="d", server=old.cluster.server
    ).connector
    assert new == replace(
        old,
        labels={"b": "2", "c": "3"},
        namespace=None,
        description="d",
        secret_ref=new.secret_ref,
    )
    assert store.secret(new)["token"] == JANE_TOKEN


def test_update_with_nothing_new_is_unchanged(workspace: Workspace, token_plan: MakePlan) -> None:
    register(workspace, token_plan())
    assert make_update(workspace, "prod", new_token(JANE_TOKEN)).unchanged


def test_a_refused_update_keeps_the_old_credential(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    old = register(workspace, token_plan()).connector
    with pytest.raises(RefusedError):
        make_update(workspace, "prod", new_token("wrong"))
    assert store.secret(old)["token"] == JANE_TOKEN


@pytest.mark.parametrize("target", ["keyring", "file"])
def test_an_update_that_can_not_be_written_leaves_all_as_it_was(
    workspace: Workspace,
    home: Home,
    stores: dict[str, MemoryStore],
    token_plan: MakePlan,
    target: str,
) -> None:
    old = register(workspace, token_plan()).connector

    full = failing(workspace, home, UnwritableCatalog)
    with pytest.raises(CatalogError):
        make_update(full, "prod", new_token(BOB_TOKEN), store=target)
    assert stores["keyring"].secret(old) == Secret({"token": JANE_TOKEN})
    assert (len(stores["keyring"].items), len(stores["file"].items)) == (1, 0)
    assert workspace.catalog.load() == (old,)


def test_a_connector_can_move_to_another_store(
    workspace: Workspace, stores: dict[str, MemoryStore], token_plan: MakePlan
) -> None:
    register(workspace, token_plan())
    new = make_update(workspace, store="file").connector
    assert stores["keyring"].items == {}
    assert stores["file"].secret(new) == Secret({"token": JANE_TOKEN})


def test_a_lost_secret_can_be_given_anew(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    register(workspace, token_plan())
    store.items.clear()
    with pytest.raises(MissingSecretError, match="has no secret"):
        make_update(workspace, tls_server_name="lab")
    new = make_update(workspace, "prod", new_token(JANE_TOKEN)).connector
    assert store.secret(new)["token"] == JANE_TOKEN


def test_a_method_can_be_changed(
    workspace: Workspace, store: MemoryStore, server: ApiServer, token_plan: MakePlan
) -> None:
    old = register(workspace, token_plan()).connector
    certificate, key = server.issue_client_certificate("kate")
    values = {"client_certificate": certificate, "client_key": key}
    new = make_update(workspace, "prod", values, auth_method="client-certificate").connector
    assert (new.id, new.auth_method) == (old.id, "client-certificate")
    assert set(store.secret(new)) == {"client_certificate", "client_key"}
    assert list(store.items) == [new.secret_ref]


def test_rename_keeps_everything_else(workspace: Workspace, token_plan: MakePlan) -> None:
    old = register(workspace, token_plan()).connector
    register(workspace, token_plan("lab"))
    assert rename(workspace, "prod", "prod-eu") == replace(old, name="prod-eu")
    with pytest.raises(ConnectorError, match="there is a connector named"):
        rename(workspace, "prod-eu", "lab")
    with pytest.raises(NotFoundError):
        rename(workspace, "prod", "x")
    with pytest.raises(UsageError):
        rename(workspace, "lab", "a b")


def test_delete_takes_both_halves(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    register(workspace, token_plan("a"))
    register(workspace, token_plan("b"))
    with pytest.raises(NotFoundError):
        delete(workspace, ["a", "zzz"])
    assert len(workspace.catalog.load()) == 2
    assert [done.connector.name for done in delete(workspace, ["a", "b", "a"])] == ["a", "b"]
    assert (workspace.catalog.load(), store.items) == ((), {})


@pytest.mark.parametrize("force", [False, True])
def test_a_secret_that_can_not_be_removed_is_left_for_prune(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, force: bool
) -> None:
    connector = register(workspace, token_plan()).connector
    store.broken = {"drop"}
    assert list(delete(workspace, ["prod"], force)) == [Deleted(connector, True)]
    assert workspace.catalog.load() == ()
    (left,) = orphans(workspace)
    (failed,) = prune(workspace)
    assert failed.place == left
    assert failed.error
    assert failed.error.message == "the store is broken"
    store.broken = set()
    assert prune(workspace) == (Pruned(left),)
    assert (store.items, orphans(workspace), prune(workspace)) == ({}, (), ())


@pytest.mark.parametrize("broken", ["check", "unlock"])
def test_delete_changes_nothing_where_a_store_stays_locked(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, broken: str
) -> None:
    connector = register(workspace, token_plan()).connector
    store.broken = {broken}
    with pytest.raises(StoreError) as caught:
        delete(workspace, ["prod"])
    assert "delete prod --force" in caught.value.hint
    assert workspace.catalog.load() == (connector,)
    assert store.items


def test_delete_looks_at_every_store_before_it_deletes_anything(
    workspace: Workspace, stores: dict[str, MemoryStore], token_plan: MakePlan
) -> None:
    register(workspace, token_plan("a"))
    register(workspace, token_plan("b", store="file"))
    stores["file"].broken = {"check"}
    with pytest.raises(StoreError) as caught:
        delete(workspace, ["a", "b"])
    assert caught.value.hint.endswith("kubectl connector delete b --force")
    assert len(workspace.catalog.load()) == 2
    assert len(stores["keyring"].items) == 1


def test_what_only_people_read_needs_no_store_and_no_cluster(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    old = register(workspace, token_plan()).connector
    store.broken = {"get", "put", "check"}
    changes = said(description="x", labels={"team": "a"}, namespace="n", cluster_name="c")
    assert changes.reach < Reach.CLUSTER
    new = update(workspace, plan_update(workspace, "prod", None, changes)).connector
    assert new == replace(
        old, description="x", labels={"team": "a"}, namespace="n", cluster_name="c"
    )
    assert update(workspace, plan_update(workspace, "prod", None, changes)).unchanged
    assert make_update(workspace, labels={"team": UNSET}).connector.labels == {}
    assert said(description="x", server="https://y").reach == Reach.CLUSTER


def test_a_secret_out_of_reach_can_be_given_anew_elsewhere(
    workspace: Workspace, stores: dict[str, MemoryStore], token_plan: MakePlan
) -> None:
    old = register(workspace, token_plan()).connector
    stores["keyring"].broken = {"get", "put", "drop", "check"}
    with pytest.raises(StoreError):
        make_update(workspace, store="file", verify=False)
    done = make_update(workspace, "prod", new_token(JANE_TOKEN), store="file")
    assert done.left_in == "keyring"
    new = done.connector
    assert (new.id, new.store) == (old.id, "file")
    assert stores["file"].secret(new)["token"] == JANE_TOKEN


def test_an_empty_value_takes_something_away(
    workspace: Workspace, token_plan: MakePlan, store: MemoryStore
) -> None:
    end = datetime(2126, 1, 1, tzinfo=timezone.utc)
    register(workspace, token_plan(expires_at=end, namespace="n"))
    nothing: dict[str, Any] = dict.fromkeys(
        ("certificate_authority", "expires_at", "namespace"), UNSET
    )
    new = make_update(workspace, verify=False, **nothing).connector
    assert new.cluster.certificate_authority_data is None
    assert new.expires_at is None
    assert new.namespace is None
    assert store.items[new.secret_ref or ""] == Item(
        Secret({"token": JANE_TOKEN}), None, Credential(token=JANE_TOKEN)
    )
    for needed in ("server", "cluster_name", "store", "auth_method"):
        with pytest.raises(UsageError, match="can't be empty"):
            make_update(workspace, "prod", None, True, **{needed: UNSET})


def test_a_credential_given_by_hand_is_no_longer_its_contexts(
    workspace: Workspace, token_plan: MakePlan
) -> None:
    origin = Origin("/home/jane/.kube/config", "lab")
    old = register(workspace, altered(token_plan(), origin=origin)).connector
    new = make_update(workspace, "prod", new_token(BOB_TOKEN), verify=False).connector
    assert new.origin == replace(origin, credential=False)
    assert Connector.from_document(new.to_document()) == new
    assert renewal(old).endswith("has ended too, sign in to it first")
    assert renewal(new) == "kubectl connector renew prod"


def test_a_proxys_password_is_a_secret(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    plan = token_plan()
    proxied = replace(plan.draft.spec.cluster, proxy_url="http://jane:hunter2@proxy.example:3128")
    done = register(workspace, altered(plan, cluster=proxied), verify=False).connector
    assert done.cluster.proxy_url == "http://proxy.example:3128"
    assert done.proxy_has_password
    assert done.secret_names == ("token",)
    assert store.items[done.secret_ref or ""].proxy_url == proxied.proxy_url
    assert "hunter2" not in Path(workspace.catalog.path).read_text()
    renamed = make_update(workspace, verify=False, tls_server_name="lab").connector
    assert store.items[renamed.secret_ref or ""].proxy_url == proxied.proxy_url


@pytest.mark.parametrize(
    ("server_url", "says"),
    [
        ("http://lab.example", "not an https"),
        ("lab.example:6443", "not an https"),
        ("https://", "not an https"),
        ("https://jane:hunter2@lab.example", "username or password"),
        ("https://jane:hunter2@lab.example:99999", "a port that does not exist"),
        ("https://lab.example:abc", "not an https"),
        ("https://jane:hunter2/x@lab.example", "not an https"),
        ("jane:hunter2@lab.example", "not an https"),
        ("https://[::1", "not an https"),
        ("https://lab example", "not an https"),
        ("https://lab.example\n", "not an https"),
    ],
)
def test_where_kubectl_sends_no_credentials_none_are_registered(
    workspace: Workspace, token_plan: MakePlan, server_url: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        token_plan(server=server_url)
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    "proxy",
    ["foo", "ftp://p", "http://", "http://jane:hunter2@p:99999", "http://jane:hunter2/x@p:1"],
)
def test_a_proxy_that_can_not_be_gone_through_is_refused(
    workspace: Workspace, token_plan: MakePlan, proxy: str
) -> None:
    plan = token_plan()
    cluster = replace(plan.draft.spec.cluster, proxy_url=proxy)
    with pytest.raises(UsageError, match="the proxy") as caught:
        check_cluster(cluster)
    assert "hunter2" not in caught.value.message


def test_a_certificate_authority_that_is_none_is_refused(
    workspace: Workspace, token_plan: MakePlan
) -> None:
    with pytest.raises(UsageError, match="the certificate authority is not a certificate"):
        token_plan(certificate_authority="#!/bin/sh\n")


def test_one_bad_connector_does_not_keep_the_others_from_being_verified(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    good = register(workspace, token_plan()).connector
    store.items["bad"] = Item(Secret({"token": JANE_TOKEN}))
    configuration = {"client_certificate": {"notAfter": "foo"}}
    bad = replace(good, name="bad", id="b", configuration=configuration, secret_ref="bad")
    first, second = verify(workspace, [good, bad])
    assert first.probe is not None
    assert second.probe is None
    assert second.error is not None


def test_which_method_is_meant() -> None:
    from kubectl_connector.auth import choose

    def name(*given: str) -> str:
        return choose(set(given)).name

    assert name() == "token"
    assert name("token") == "token"
    assert name("username") == name("username", "password") == "password"
    assert name("client_certificate", "client_key") == "client-certificate"
    assert name("client_certificate") == "client-certificate"  # it then misses the key
    assert name("token", "client_certificate", "client_key") == "token"
    with pytest.raises(UsageError, match="different authentication methods"):
        name("username", "token")
    with pytest.raises(UsageError, match="does not go with"):
        choose({"username"}, "token")
    with pytest.raises(UsageError, match="no authentication method"):
        choose(set(), "magic")
    assert auth_method("exec").from_options is False
