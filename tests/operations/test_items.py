"""A secret is written once, and the catalog is the commit point: what can't happen then."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

import pytest

from kubectl_connector import files
from kubectl_connector.catalog import Catalog, Change, Connectors
from kubectl_connector.errors import CatalogError, ConnectorError, StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.items import commit, orphans, prune
from kubectl_connector.operations.register import register
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.update import UpdatePlan, plan_update, update
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores import StoreOptions
from kubectl_connector.stores.interface import StoreTimeoutError
from kubectl_connector.stores.keyring import KeyringStore
from tests.conftest import BOB_TOKEN, JANE_TOKEN, Home
from tests.operations.conftest import MakePlan, MemoryStore, exec_plan, make_update
from tests.stores.conftest import no_passphrase
from tests.stores.keyrings import BlockingKeyring, BlockingWrites

PLUGIN = ExecConfig("get-token")
"""Of a connector that has no secret."""


def new_token(token: str) -> dict[str, str]:
    return {"token": token}


class FullDisk(Catalog):
    """A catalog that can be read, but not written."""

    def change(self, edit: Callable[[Connectors], Connectors]) -> Change:
        edit(self.load())
        raise CatalogError("no space left on device", "make room")


def test_a_failed_update_leaves_no_secret_where_there_was_none(
    workspace: Workspace, home: Home, store: MemoryStore, token_plan: MakePlan
) -> None:
    """Not even one that kubectl could be handed (D2)."""
    bare = exec_plan(token_plan(), PLUGIN)
    old = register(workspace, bare, verify=False).connector
    full = replace(workspace, catalog=FullDisk(str(home.connector_home)))
    with pytest.raises(CatalogError):
        make_update(full, "prod", new_token(JANE_TOKEN), verify=False)
    assert (store.items, workspace.catalog.load(), orphans(workspace)) == ({}, (old,), ())


def test_of_two_updates_at_once_the_one_that_was_reported_as_done_is_there(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    """The refused one does not put the secret back that the other has replaced (D3)."""
    register(workspace, token_plan())

    losing = plan_update(workspace, "prod", None, Changes(credential=new_token("the-losers")))
    done = make_update(workspace, "prod", new_token(BOB_TOKEN), description="bobs", verify=False)
    assert not done.unchanged
    with pytest.raises(ConnectorError, match="changed by somebody else"):
        update(workspace, losing, verify=False)
    (winner,) = workspace.catalog.load()
    assert winner.description == "bobs"
    assert store.secret(winner) == Secret({"token": BOB_TOKEN})
    assert list(store.items) == [winner.secret_ref]


def test_what_a_store_could_not_remove_is_not_referred_to_any_more(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    """So the credential path does not hand it out (D1; see also test_exec_login.py)."""
    register(workspace, token_plan())
    store.broken = {"drop"}

    plan = plan_update(workspace, "prod", None, Changes({"tls_server_name": "lab"}))
    to_exec = cast(UpdatePlan, exec_plan(plan, PLUGIN))
    done = update(workspace, to_exec, verify=False)
    assert done.left_in == "keyring"
    assert done.connector.secret_ref is None
    assert len(orphans(workspace)) == len(store.items) == 1


@pytest.fixture
def slow() -> Iterator[BlockingKeyring]:
    """A keyring that answers when it is read, and blocks when something is put."""
    backend = BlockingWrites()
    yield backend
    backend.unlocked.set()


def test_ctrl_c_at_a_keyring_that_blocks_is_not_waited_for_twice(
    workspace: Workspace, home: Home, token_plan: MakePlan, slow: BlockingKeyring
) -> None:
    """The command also ends with Ctrl-C, and with no other error (D4)."""
    options = StoreOptions(str(home.connector_home), no_passphrase, timeout=3600.0)
    blocked = replace(workspace, open_store=lambda name: Interrupted(options, slow))  # noqa: ARG005
    with pytest.raises(KeyboardInterrupt):
        register(blocked, token_plan(), verify=False)
    assert workspace.catalog.load() == ()
    assert len(orphans(workspace)) == 1  # it may be in the store, so the journal keeps it


class Interrupted(KeyringStore):
    """A keyring at which Ctrl-C comes while it waits to put an item."""

    def put(self, ref: str, item: Item) -> None:
        import _thread

        threading.Timer(0.1, _thread.interrupt_main).start()
        super().put(ref, item)


def test_a_store_that_gave_no_answer_is_not_asked_again(
    workspace: Workspace,
    home: Home,
    token_plan: MakePlan,
    slow: BlockingKeyring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = StoreOptions(str(home.connector_home), no_passphrase, timeout=2.0)
    store = KeyringStore(options, slow)
    dropped: list[str] = []
    monkeypatch.setattr(store, "drop", dropped.append)
    with pytest.raises(StoreError, match="did not answer"):
        register(
            replace(workspace, open_store=lambda name: store),  # noqa: ARG005
            token_plan(),
            verify=False,
        )
    assert not dropped
    assert len(orphans(workspace)) == 1


@pytest.mark.parametrize("broken", ["check", "unlock"])
def test_a_store_that_can_not_be_used_is_noted_for_nothing(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, broken: str
) -> None:
    """The journal has no item that nobody could have put."""
    store.broken = {broken}
    with pytest.raises(StoreError):
        register(workspace, token_plan(), verify=False)
    assert orphans(workspace) == ()


def test_prune_asks_a_silent_store_once(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        register(workspace, token_plan(name), verify=False)
    store.broken = {"drop"}
    list(delete(workspace, ["a", "b", "c"]))
    asked: list[str] = []

    def drop(ref: str) -> None:
        asked.append(ref)
        raise StoreTimeoutError("no answer", "unlock it")

    monkeypatch.setattr(store, "drop", drop)
    assert len([each for each in prune(workspace) if each.error]) == 3
    assert len(asked) == 1


def test_a_change_that_was_made_though_it_failed_keeps_its_item(
    workspace: Workspace,
    store: MemoryStore,
    token_plan: MakePlan,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The change replaced the catalog, but could not sync its folder."""
    syncs = iter([None, OSError(5, "Input/output error")])

    def sync_folder(_folder: str) -> None:
        if error := next(syncs):
            raise error

    monkeypatch.setattr(files, "sync_folder", sync_folder)
    with pytest.raises(CatalogError, match="Input/output"):
        register(workspace, token_plan())
    (connector,) = workspace.catalog.load()
    assert store.secret(connector)["token"] == JANE_TOKEN


@pytest.mark.parametrize("fails", [False, True])
def test_prune_leaves_what_is_on_its_way_into_the_catalog(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan, fails: bool
) -> None:
    connector = register(workspace, token_plan()).connector

    def meddle(connectors: Connectors, ref: str | None) -> Connectors:
        assert [place.ref for place in orphans(workspace)] == [ref]
        assert prune(workspace) == ()
        if fails:
            raise ConnectorError("no", "try again")
        return tuple(replace(c, secret_ref=ref) for c in connectors)

    with pytest.raises(ConnectorError) if fails else contextlib.nullcontext():
        commit(workspace, "keyring", Item(Secret({"token": "new"})), meddle)
    (now,) = workspace.catalog.load()
    assert store.secret(now)["token"] == (JANE_TOKEN if fails else "new")
    prune(workspace)
    assert list(store.items) == [now.secret_ref]
    assert (now == connector) == fails


def test_prune_leaves_what_connectors_refer_to(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    connector = register(workspace, token_plan()).connector
    assert (orphans(workspace), prune(workspace)) == ((), ())
    assert store.secret(connector)["token"] == JANE_TOKEN


def test_who_looked_a_connector_up_before_it_was_changed_reads_the_new_one(
    workspace: Workspace, token_plan: MakePlan
) -> None:
    stale = register(workspace, token_plan()).connector
    new = make_update(workspace, "prod", new_token(BOB_TOKEN), verify=False).connector
    connector, item = workspace.read(stale)
    assert connector == new
    assert item.secret == Secret({"token": BOB_TOKEN})


def test_every_change_has_a_reference_of_its_own(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    seen: list[Connector] = [register(workspace, token_plan()).connector]
    for token in (BOB_TOKEN, JANE_TOKEN, BOB_TOKEN):
        seen.append(make_update(workspace, "prod", new_token(token), verify=False).connector)
    assert len({connector.secret_ref for connector in seen}) == 4
    assert list(store.items) == [seen[-1].secret_ref]
