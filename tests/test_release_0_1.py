"""We read what release 0.1 wrote as it is, and the first change converts it, with its secrets.

That release wrote the folders in tests/release_0_1: a catalog, and the encrypted file or the
keyring's items, whole or in parts as on Windows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import CatalogError, RefusedError, StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.issue import issue
from kubectl_connector.operations.items import orphans, prune
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import plan_register, register
from kubectl_connector.operations.rename import rename
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores import SecretStore, StoreOptions
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.keyring import KeyringStore
from tests.conftest import ROOT, Home
from tests.operations.conftest import make_update
from tests.stores.keyrings import MemoryKeyring

WRITTEN = ROOT / "tests" / "release_0_1"
NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
PROXY = "http://jane:hunter2@proxy.example:3128"
READY = ["both", "certificate", "ended", "ending", "proxied", "token"]
"""The connectors whose secret is a credential for kubectl."""
WITHOUT_SECRET = ["plain-plugin"]
V1 = "apiVersion: kubectl-connector/v1"
V2 = "apiVersion: kubectl-connector/v2"


@pytest.fixture(params=["file", "keyring", "keyring-in-parts"])
def kind(request: pytest.FixtureRequest) -> str:
    """How release 0.1 kept the secrets."""
    return str(request.param)


@pytest.fixture
def backend() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def workspace(kind: str, home: Home, backend: MemoryKeyring) -> Workspace:
    """A workspace of today's on a copy of the folder."""
    folder = home.connector_home
    shutil.copytree(WRITTEN / kind, folder)
    for file in folder.iterdir():
        file.chmod(0o600)
    options = StoreOptions(str(folder), lambda confirm: "correct horse battery staple")  # noqa: ARG005
    store: SecretStore = FileStore(options)
    if kind != "file":
        for service, text in json.loads((folder / "keyring.json").read_text()).items():
            backend.set_password(service, "kubectl-connector", text)
        store = KeyringStore(options, backend, 1200 if "parts" in kind else None)
    return Workspace(Catalog(str(folder)), lambda name: store, owner="jane", now=lambda: NOW)  # noqa: ARG005


def everything(workspace: Workspace) -> dict[str, tuple[Connector, Item]]:
    """Every connector and its secret half, without the references and what is ready."""
    found = {}
    for connector in workspace.catalog.load():
        _, item = workspace.read(connector)
        found[connector.name] = replace(connector, secret_ref=None), replace(item, ready=None)
    return found


def new_plan(store: str) -> Plan:
    fields = {"server": "https://new.example", "cluster_name": "new"}
    return plan_register("new", store, None, Changes(fields, {"token": "a-new-one"}))


def test_it_is_read_as_it_is(workspace: Workspace, kind: str) -> None:
    before = Path(workspace.catalog.path).read_bytes()
    found = everything(workspace)
    assert len(found) == 10
    assert {name: dict(item.secret) for name, (_, item) in found.items()} == {
        "both": {"token": "beside-a-pair", **PAIR(found)},
        "certificate": PAIR(found),
        "ended": {"token": "a-token-that-ended"},
        "ending": {"token": "a-token-that-ends"},
        "password": {"password": "a-password"},
        "plain-plugin": {},
        "plugin": {"arg 3": "4f9a-secret-key", "env PLUGIN_TOKEN": "s3cr3t-env"},
        "proxied": {"token": "through-a-proxy"},
        "token": {"token": "a-plain-token"},
        "token-file": PAIR(found),
    }
    assert {name for name, (_, item) in found.items() if item.proxy_url} == {"proxied"}
    assert found["proxied"][1].proxy_url == PROXY
    assert found["proxied"][0].proxy_has_password
    for name, (connector, item) in found.items():
        assert set(connector.secret_names) == set(item.secret), name
    assert orphans(workspace) == ()
    assert Path(workspace.catalog.path).read_bytes() == before


def PAIR(found: dict[str, tuple[Connector, Item]]) -> dict[str, str]:  # noqa: N802
    """The certificate and key in the folder."""
    secret = found["certificate"][1].secret
    assert "BEGIN CERTIFICATE" in secret["client_certificate"]
    return {name: secret[name] for name in ("client_certificate", "client_key")}


def test_it_gives_out_credentials(workspace: Workspace) -> None:
    for name, token in (("token", "a-plain-token"), ("ending", "a-token-that-ends")):
        connector, item = workspace.read(workspace.catalog.get(name))
        assert issue(workspace, connector, item).token == token
    with pytest.raises(RefusedError, match="expired"):
        issue(workspace, *workspace.read(workspace.catalog.get("ended")))


@pytest.mark.parametrize("change", ["register", "update", "rename", "redescribe", "delete"])
def test_the_first_change_takes_it_over(workspace: Workspace, kind: str, change: str) -> None:
    before = everything(workspace)
    store = "file" if kind == "file" else "keyring"
    changes: dict[str, Callable[[], object]] = {
        "register": lambda: register(workspace, new_plan(store), verify=False),
        "update": lambda: make_update(workspace, "both", NEW_TOKEN, verify=False),
        "rename": lambda: rename(workspace, "both", "new"),
        "redescribe": lambda: make_update(workspace, "both", description="x"),
        "delete": lambda: list(delete(workspace, ["both"])),
    }
    changes[change]()
    assert V2 in Path(workspace.catalog.path).read_text()
    after = everything(workspace)
    for name in before.keys() - {"both"}:
        assert after[name] == before[name], name
    assert orphans(workspace) == ()
    noted = {place.ref for place in workspace.catalog.journal.places()}
    assert noted == {c.secret_ref for c in workspace.catalog.load() if c.secret_ref}


NEW_TOKEN = {"token": "a-new-one"}


@pytest.mark.parametrize("change", ["register", "update"])
def test_a_change_that_has_the_store_open_rewrites_its_items(
    workspace: Workspace, kind: str, change: str, backend: MemoryKeyring
) -> None:
    if change == "register":
        store = "file" if kind == "file" else "keyring"
        register(workspace, new_plan(store), verify=False)
    else:
        make_update(workspace, "token", NEW_TOKEN, verify=False)
    for connector in workspace.catalog.load():
        if connector.name in WITHOUT_SECRET:
            assert connector.secret_ref is None
            continue
        assert connector.secret_ref != connector.id
        item = workspace.read(connector)[1]
        assert (item.ready is not None) == (connector.name in (*READY, "new")), connector.name
        if item.ready:
            assert item.ready.expires_at == connector.expires_at
    ids = {connector.id for connector in workspace.catalog.load()}
    assert not [service for service, _ in backend.items if service.split("/")[1] in ids]


def test_an_item_that_is_gone_is_no_reason_not_to_take_the_others_over(
    workspace: Workspace, kind: str
) -> None:
    lost = workspace.catalog.get("ending")
    workspace.open_store(lost.store).drop(lost.id)
    register(workspace, new_plan(lost.store), verify=False)
    assert workspace.catalog.get("ending") == replace(lost, secret_ref=lost.id)
    assert workspace.catalog.get("token").secret_ref != workspace.catalog.get("token").id


def test_registering_the_same_again_is_unchanged(workspace: Workspace, kind: str) -> None:
    store = "file" if kind == "file" else "keyring"
    start = Draft(replace(new_plan(store).draft.spec, cluster_name="lab"))
    cluster = workspace.catalog.get("token").cluster
    draft = Draft(replace(start.spec, cluster=cluster), Secret({"token": "a-plain-token"}))
    plan = Plan("token", start, Changes(), draft)
    assert register(workspace, plan, verify=False).unchanged


def test_nothing_is_missing_at_any_moment(
    workspace: Workspace, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a kill at any change of a file or an item, nothing is lost, and prune cleans up."""
    before = everything(workspace)
    folder = Path(workspace.catalog.path).parent
    store = workspace.open_store("any")
    seen = 0

    def look() -> None:
        nonlocal seen
        seen += 1
        now = everything(replace(workspace, catalog=Catalog(str(folder))))
        assert {name: now[name] for name in before} == before

    for method in ("put", "drop"):
        original = getattr(store, method)

        def looked_at(*arguments: object, original: Callable[..., None] = original) -> None:
            original(*arguments)
            look()

        monkeypatch.setattr(store, method, looked_at)
    change = Catalog.change

    def looked_at_change(catalog: Catalog, edit: object) -> object:
        done = change(catalog, edit)  # type: ignore[arg-type]
        look()
        return done

    monkeypatch.setattr(Catalog, "change", looked_at_change)
    register(workspace, new_plan("file" if kind == "file" else "keyring"), verify=False)
    assert seen > 20
    assert prune(workspace) == ()


def test_a_catalog_that_can_not_be_written_stays_as_it_is(
    workspace: Workspace, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(workspace.catalog.path).read_bytes()
    everything_before = everything(workspace)

    def full(*_arguments: object) -> None:
        raise CatalogError("no space left on device", "make room")

    monkeypatch.setattr("kubectl_connector.yaml_file.write", full)
    with pytest.raises(CatalogError):
        register(workspace, new_plan("file" if kind == "file" else "keyring"), verify=False)
    assert Path(workspace.catalog.path).read_bytes() == before
    assert everything(workspace) == everything_before


def test_a_lost_secret_is_said_to_be_lost(workspace: Workspace) -> None:
    connector = workspace.catalog.get("token")
    workspace.open_store(connector.store).drop(connector.id)
    with pytest.raises(StoreError, match='has no secret for "token"'):
        workspace.read(connector)
