"""Half-done work can't be seen: whatever fails, the connector and its secret are as before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Catalog, Connectors
from kubectl_connector.errors import (
    CatalogError,
    ConnectorError,
    NotFoundError,
    RefusedError,
    StoreError,
    UsageError,
)
from kubectl_connector.model.secret import Secret
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.draft import Changes, Draft, apply
from kubectl_connector.operations.register import register
from kubectl_connector.operations.update import rename, update
from kubectl_connector.operations.workspace import MissingSecretError, Workspace
from tests.apiserver import ApiServer
from tests.conftest import BOB_TOKEN, JANE_TOKEN, Home
from tests.operations.conftest import MemoryStore

MakeDraft = Callable[..., Draft]


class UnwritableCatalog(Catalog):
    """Reads as always; writing fails."""

    def change(self, edit: Callable[[Connectors], Connectors]) -> None:
        edit(self.load())
        raise CatalogError("no space left on device", "make room")


class InterruptedCatalog(UnwritableCatalog):
    """Ctrl-C comes while writing."""

    def change(self, edit: Callable[[Connectors], Connectors]) -> None:
        raise KeyboardInterrupt


def failing(workspace: Workspace, home: Home, kind: type[Catalog]) -> Workspace:
    return replace(workspace, catalog=kind(str(home.connector_home)))


def test_register_keeps_both_halves_apart(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    done = register(workspace, token_draft())
    assert done.probe
    assert done.probe.username == "jane@example.com"
    assert workspace.catalog.load() == (done.connector,)
    assert store.secrets == {done.connector.id: Secret({"token": JANE_TOKEN})}
    assert JANE_TOKEN not in Path(workspace.catalog.path).read_text()


def test_register_twice_is_unchanged_and_another_is_refused(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    first = register(workspace, token_draft()).connector
    again = register(workspace, token_draft())
    assert again.unchanged
    assert again.connector == first
    for other in (token_draft(token=BOB_TOKEN), token_draft(namespace="other")):
        with pytest.raises(ConnectorError, match="there is a connector named"):
            register(workspace, other)
    assert list(store.secrets) == [first.id]


@pytest.mark.parametrize("name", ["-bad", ""])
def test_register_refuses_a_bad_name_before_anything(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft, name: str
) -> None:
    with pytest.raises(UsageError):
        register(workspace, token_draft(name))
    assert not store.secrets


def test_a_refused_credential_leaves_nothing(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    with pytest.raises(RefusedError, match='refused the token of "prod"'):
        register(workspace, token_draft(token="wrong"))
    assert (workspace.catalog.load(), store.secrets) == ((), {})


def test_no_verify_asks_nobody(
    workspace: Workspace, server: ApiServer, token_draft: MakeDraft
) -> None:
    server.requests.clear()
    assert register(workspace, token_draft(token="wrong"), verify=False).probe is None
    assert not server.requests


@pytest.mark.parametrize("method", ["check", "set"])
def test_a_failing_store_leaves_nothing(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft, method: str
) -> None:
    store.broken = {method}
    with pytest.raises(StoreError):
        register(workspace, token_draft())
    assert (workspace.catalog.load(), store.secrets) == ((), {})


@pytest.mark.parametrize(
    ("catalog", "error"),
    [(UnwritableCatalog, CatalogError), (InterruptedCatalog, KeyboardInterrupt)],
)
def test_a_failing_catalog_takes_the_secret_back(
    workspace: Workspace,
    home: Home,
    store: MemoryStore,
    token_draft: MakeDraft,
    catalog: type[Catalog],
    error: type[BaseException],
) -> None:
    with pytest.raises(error):
        register(failing(workspace, home, catalog), token_draft())
    assert store.secrets == {}


def new_token(token: str) -> Callable[[Draft], Draft]:
    return lambda draft: apply(draft, Changes(auth_values={"token": token}))


def test_update_changes_only_what_is_said(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    old = register(workspace, token_draft(labels={"a": "1", "b": "2"}, namespace="x")).connector
    changes = Changes(labels={"a": None, "c": "3"}, namespace="", description="d")
    new = update(workspace, "prod", lambda draft: apply(draft, changes)).connector
    assert new == replace(old, labels={"b": "2", "c": "3"}, namespace=None, description="d")
    assert store.secrets[old.id]["token"] == JANE_TOKEN


def test_update_with_nothing_new_is_unchanged(workspace: Workspace, token_draft: MakeDraft) -> None:
    register(workspace, token_draft())
    assert update(workspace, "prod", new_token(JANE_TOKEN)).unchanged


def test_a_refused_update_keeps_the_old_credential(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    old = register(workspace, token_draft()).connector
    with pytest.raises(RefusedError):
        update(workspace, "prod", new_token("wrong"))
    assert store.secrets[old.id]["token"] == JANE_TOKEN


@pytest.mark.parametrize("target", ["keyring", "file"])
def test_an_update_that_can_not_be_written_puts_the_old_secret_back(
    workspace: Workspace,
    home: Home,
    stores: dict[str, MemoryStore],
    token_draft: MakeDraft,
    target: str,
) -> None:
    old = register(workspace, token_draft()).connector

    def edit(draft: Draft) -> Draft:
        return apply(draft, Changes(auth_values={"token": BOB_TOKEN}, store=target))

    with pytest.raises(CatalogError):
        update(failing(workspace, home, UnwritableCatalog), "prod", edit)
    assert stores["keyring"].secrets == {old.id: Secret({"token": JANE_TOKEN})}
    assert stores["file"].secrets == {}
    assert workspace.catalog.load() == (old,)


def test_a_connector_can_move_to_another_store(
    workspace: Workspace, stores: dict[str, MemoryStore], token_draft: MakeDraft
) -> None:
    old = register(workspace, token_draft()).connector
    update(workspace, "prod", lambda draft: apply(draft, Changes(store="file")))
    assert stores["keyring"].secrets == {}
    assert stores["file"].secrets == {old.id: Secret({"token": JANE_TOKEN})}


def test_a_lost_secret_can_be_given_anew(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    old = register(workspace, token_draft()).connector
    store.secrets.clear()
    with pytest.raises(MissingSecretError, match="has no secret"):
        update(workspace, "prod", lambda draft: apply(draft, Changes(description="x")))
    update(workspace, "prod", new_token(JANE_TOKEN))
    assert store.secrets[old.id]["token"] == JANE_TOKEN


def test_a_method_can_be_changed(
    workspace: Workspace, store: MemoryStore, server: ApiServer, token_draft: MakeDraft
) -> None:
    old = register(workspace, token_draft()).connector
    certificate, key = server.issue_client_certificate("kate")
    values = {"client_certificate": certificate, "client_key": key}
    changes = Changes(auth_method="client-certificate", auth_values=values)
    new = update(workspace, "prod", lambda draft: apply(draft, changes)).connector
    assert (new.id, new.auth_method) == (old.id, "client-certificate")
    assert set(store.secrets[old.id]) == {"client_certificate", "client_key", "expires_at"}


def test_rename_keeps_everything_else(workspace: Workspace, token_draft: MakeDraft) -> None:
    old = register(workspace, token_draft()).connector
    register(workspace, token_draft("lab"))
    assert rename(workspace, "prod", "prod-eu") == replace(old, name="prod-eu")
    with pytest.raises(ConnectorError, match="there is a connector named"):
        rename(workspace, "prod-eu", "lab")
    with pytest.raises(NotFoundError):
        rename(workspace, "prod", "x")
    with pytest.raises(UsageError):
        rename(workspace, "lab", "a b")


def test_delete_takes_both_halves(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    register(workspace, token_draft("a"))
    register(workspace, token_draft("b"))
    with pytest.raises(NotFoundError):
        delete(workspace, ["a", "zzz"])
    assert len(workspace.catalog.load()) == 2
    assert [c.name for c in delete(workspace, ["a", "b", "a"])] == ["a", "b"]
    assert (workspace.catalog.load(), store.secrets) == ((), {})


def test_delete_keeps_a_connector_whose_secret_it_can_not_delete(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    connector = register(workspace, token_draft()).connector
    store.broken = {"delete"}
    with pytest.raises(StoreError):
        delete(workspace, ["prod"])
    assert workspace.catalog.load() == (connector,)
    assert store.secrets


def test_a_proxys_password_is_a_secret(
    workspace: Workspace, store: MemoryStore, token_draft: MakeDraft
) -> None:
    draft = token_draft()
    proxied = replace(draft.cluster, proxy_url="http://jane:hunter2@proxy.example:3128")
    done = register(workspace, replace(draft, cluster=proxied), verify=False).connector
    assert done.cluster.proxy_url == "http://proxy.example:3128"
    assert store.secrets[done.id]["proxy_url"] == proxied.proxy_url
    assert "hunter2" not in Path(workspace.catalog.path).read_text()
    renamed = update(
        workspace, "prod", lambda d: apply(d, Changes(description="x")), verify=False
    ).connector
    assert store.secrets[renamed.id]["proxy_url"] == proxied.proxy_url


@pytest.mark.parametrize(
    ("server_url", "says"),
    [
        ("http://lab.example", "not an https"),
        ("lab.example:6443", "not an https"),
        ("https://", "not an https"),
        ("https://jane:hunter2@lab.example", "username or password"),
    ],
)
def test_where_kubectl_sends_no_credentials_none_are_registered(
    workspace: Workspace, token_draft: MakeDraft, server_url: str, says: str
) -> None:
    draft = token_draft()
    with pytest.raises(UsageError, match=says) as caught:
        register(workspace, replace(draft, cluster=replace(draft.cluster, server=server_url)))
    assert "hunter2" not in caught.value.message


def test_which_method_is_meant() -> None:
    from kubectl_connector.auth import choose

    def name(*given: str) -> str:
        return choose(set(given)).name

    assert name() == "token"
    assert name("token") == "token"
    assert name("username") == name("username", "password") == "password"
    assert name("client_certificate", "client_key") == "client-certificate"
    assert name("token", "client_certificate", "client_key") == "token"
    with pytest.raises(UsageError, match="different authentication methods"):
        name("username", "token")
    with pytest.raises(UsageError, match="does not go with"):
        choose({"username"}, "token")
    with pytest.raises(UsageError, match="no authentication method"):
        choose(set(), "magic")
    assert auth_method("exec").from_options is False
