"""What login replaces is never lost: killed in between, again, and beside other changes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kubectl_connector.errors import ConnectorError, KubeconfigError, StoreError, UsageError
from kubectl_connector.kubeconfig.document import parse
from kubectl_connector.kubeconfig.ours.originals import Unkept, original_of
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.schema import BODY
from kubectl_connector.kubeconfig.view import Found, load
from kubectl_connector.operations import logout as logout_module
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.items import orphans, prune
from kubectl_connector.operations.login import LoggedIn, LoginRequest, login
from kubectl_connector.operations.logout import LoggedOut, logout
from kubectl_connector.operations.originals import Keeper, forget
from kubectl_connector.operations.register import plan_register, register
from kubectl_connector.operations.rename import rename
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.update import plan_update
from kubectl_connector.operations.workspace import Workspace
from tests.conftest import Home
from tests.operations.conftest import MemoryStore, make_update

BEFORE = b"""\
clusters:
- name: lab-cluster  # ours
  cluster: {server: "https://lab.example.com:6443"}
users:
 -  user:
       token: "hunter2"   # from the mail
    name: 'lab-user'
contexts:
- {name: lab, context: {cluster: lab-cluster, user: lab-user}}
- {name: other, context: {cluster: o, user: o}}
current-context: lab
"""


@pytest.fixture
def files(home: Home) -> KubeconfigFiles:
    home.kubeconfig.parent.mkdir()
    home.kubeconfig.touch(mode=0o600)
    home.kubeconfig.write_bytes(BEFORE)
    return kubeconfig_files(str(home.kubeconfig), {})


@pytest.fixture
def kubeconfig(files: KubeconfigFiles, home: Home) -> Path:
    return home.kubeconfig


@pytest.fixture
def lab(workspace: Workspace, files: KubeconfigFiles) -> Workspace:
    """A workspace with the connector ``lab``, made from the context ``lab``."""
    register(workspace, plan_register("lab", "keyring", FromContext(files, "lab")), verify=False)
    return workspace


def log_in(workspace: Workspace, files: KubeconfigFiles, **request: object) -> LoggedIn:
    how: Mapping[str, object] = {"mode": "exec", "program": "kubectl-connector", **request}
    return login(workspace, "lab", LoginRequest(files, **how))  # type: ignore[arg-type]


def log_out(workspace: Workspace, files: KubeconfigFiles, force: bool = False) -> LoggedOut:
    return logout(workspace, "lab", files, force=force)


def test_there_and_back(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    done = log_in(lab, files)
    assert (done.took_over, done.context, done.shared) == (True, "lab", None)
    assert b"hunter2" not in kubeconfig.read_bytes()
    assert b"from the mail" not in kubeconfig.read_bytes()
    assert b"# ours" in kubeconfig.read_bytes()  # a comment without a secret needs no store
    assert len(store.items) == 2
    assert not orphans(lab)
    assert prune(lab) == ()
    gone = log_out(lab, files)
    assert (gone.restored, gone.current, gone.switched) == (("lab",), "lab", False)
    assert kubeconfig.read_bytes() == BEFORE
    assert len(store.items) == len(lab.catalog.journal.places()) == 1


def test_a_copy_that_is_logged_out_leaves_what_the_other_one_needs(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, tmp_path: Path, store: MemoryStore
) -> None:
    log_in(lab, files)
    copy = tmp_path / "copy"
    copy.write_bytes(kubeconfig.read_bytes())
    copy.chmod(0o644)
    copied = kubeconfig_files(str(copy), {})
    with pytest.raises(KubeconfigError, match="can be read by others"):
        log_out(lab, copied)
    copy.chmod(0o600)
    log_out(lab, copied)
    assert copy.read_bytes() == BEFORE
    log_out(lab, files)
    assert kubeconfig.read_bytes() == BEFORE
    assert len(store.items) == 1


@pytest.mark.parametrize("moved", [True, False])
def test_a_kubeconfig_that_was_moved_or_made_public_gets_its_own_back(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore, moved: bool
) -> None:
    log_in(lab, files)
    if moved:
        kubeconfig = kubeconfig.rename(kubeconfig.with_name("moved"))
    else:
        kubeconfig.chmod(0o644)  # as it may have been before login
    log_out(lab, kubeconfig_files(str(kubeconfig), {}))
    assert kubeconfig.read_bytes() == BEFORE
    assert len(store.items) == 1


def test_delete_refuses_while_the_kubeconfig_can_not_be_seen(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    log_in(lab, files)
    moved = kubeconfig.rename(kubeconfig.with_name("moved"))
    with pytest.raises(ConnectorError, match="which is not there"):
        list(delete(lab, ["lab"]))
    kubeconfig.mkdir()
    with pytest.raises(ConnectorError, match="which can't be read"):
        list(delete(lab, ["lab"]))
    kubeconfig.rmdir()
    kubeconfig.touch()
    lock = kubeconfig.with_name("config.lock")
    lock.touch()  # whoever holds it may have emptied the file to write it
    with pytest.raises(ConnectorError, match="keeps what its login replaced"):
        list(delete(lab, ["lab"]))
    lock.unlink()
    moved.replace(kubeconfig)
    log_out(lab, files)
    assert kubeconfig.read_bytes() == BEFORE
    assert [done.secret_left for done in delete(lab, ["lab"])] == [False]
    assert store.items == {}


def test_what_no_longer_fits_is_not_dropped_unless_forced(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    log_in(lab, files)
    good = kubeconfig.read_bytes()
    bad = good.replace(b"column: 4\n", b"column: 9\n")
    assert bad != good
    kubeconfig.write_bytes(bad)
    with pytest.raises(KubeconfigError, match="somebody has changed what was noted") as caught:
        log_out(lab, files)
    assert caught.value.hint.endswith(" --force")
    assert (kubeconfig.read_bytes(), len(store.items)) == (bad, 2)
    kubeconfig.write_bytes(good)
    log_out(lab, files)
    assert kubeconfig.read_bytes() == BEFORE


def test_a_login_that_was_killed_before_it_wrote(
    lab: Workspace,
    files: KubeconfigFiles,
    kubeconfig: Path,
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it kept is not removed by prune, not by the next login, and does not hold delete."""
    with monkeypatch.context() as patch:
        patch.setattr("kubectl_connector.operations.originals.forget", lambda *_: None)
        kubeconfig.chmod(0o644)
        with pytest.raises(KubeconfigError):
            log_in(lab, files, mode="embed")
        kubeconfig.chmod(0o600)
    assert kubeconfig.read_bytes() == BEFORE
    assert (len(store.items), prune(lab)) == (2, ())
    log_in(lab, files)
    assert len(store.items) == 3
    log_out(lab, files)
    assert (kubeconfig.read_bytes(), len(store.items)) == (BEFORE, 2)
    list(delete(lab, ["lab"]))
    assert (store.items, lab.catalog.journal.places()) == ({}, ())


def test_a_login_that_is_given_up_takes_nothing_from_another(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One waits for the lock; another keeps the same text; Ctrl-C ends the first."""
    given_up, keep = Keeper(lab, lab.catalog.get("lab")), Keeper.keep

    def beside(keeper: Keeper, unkept: Iterable[Unkept]) -> None:
        unkept = list(unkept)
        keep(given_up, unkept)
        keep(keeper, unkept)
        given_up.failed(files)

    monkeypatch.setattr(Keeper, "keep", beside)
    log_in(lab, files)
    log_out(lab, files)
    assert kubeconfig.read_bytes() == BEFORE


def test_a_logout_that_is_not_done_yet_takes_nothing_from_a_login(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has written, and drops what it gave back when the next login has just kept that."""
    log_in(lab, files)
    keep = Keeper.keep

    def late(workspace: Workspace, refs: Collection[str], _: KubeconfigFiles) -> None:
        def beside(keeper: Keeper, unkept: Iterable[Unkept]) -> None:
            keep(keeper, unkept)
            forget(workspace, refs)

        with monkeypatch.context() as patch:
            patch.setattr(Keeper, "keep", beside)
            log_in(lab, files)

    with monkeypatch.context() as patch:
        patch.setattr(logout_module, "put_back", late)
        log_out(lab, files)
    log_out(lab, files)
    assert kubeconfig.read_bytes() == BEFORE


def test_a_logout_that_was_killed_after_it_wrote(
    lab: Workspace,
    files: KubeconfigFiles,
    kubeconfig: Path,
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_in(lab, files)
    with monkeypatch.context() as patch:
        patch.setattr(logout_module, "put_back", lambda *_: None)
        log_out(lab, files)
    assert (kubeconfig.read_bytes(), len(store.items)) == (BEFORE, 2)
    assert [done.secret_left for done in delete(lab, ["lab"])] == [False]
    assert (store.items, lab.catalog.journal.places()) == ({}, ())


def test_what_was_changed_while_it_was_kept_is_kept_anew(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    """Somebody gives the user another token after we have kept it, and before we hold the lock."""
    changed = BEFORE.replace(b"hunter2", b"hunter3")
    put, store_put = store.put, []

    def put_and_change(ref: str, item: object) -> None:
        put(ref, item)  # type: ignore[arg-type]
        store_put.append(ref)
        kubeconfig.write_bytes(changed)

    store.put = put_and_change  # type: ignore[method-assign]
    log_in(lab, files)
    assert (len(store_put), len(store.items)) == (2, 2)
    log_out(lab, files)
    assert kubeconfig.read_bytes() == changed


def test_what_was_renamed_comes_back_under_its_new_name(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path
) -> None:
    log_in(lab, files)
    kubeconfig.write_text(kubeconfig.read_text().replace('"name": "lab"', "name: lab-2"))
    log_out(lab, files)
    view = load(files)
    assert view.contexts["lab-2"].entry == {"cluster": "lab-cluster", "user": "lab-user"}
    assert view.users["lab-user"].entry == {"token": "hunter2"}


def test_the_entries_come_back_where_somebody_deleted_our_context(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path
) -> None:
    log_in(lab, files)
    text = kubeconfig.read_text()
    start = text.index("- {", text.index("contexts:"))
    kubeconfig.write_text(text[:start] + text[text.index("- {name: other") :])
    done = log_out(lab, files)
    assert (done.contexts, bool(done.files)) == ((), True)
    assert load(files).users["lab-user"].entry == {"token": "hunter2"}


def test_changes_beside_it_leave_what_is_kept(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, stores: dict[str, MemoryStore]
) -> None:
    log_in(lab, files)
    make_update(lab, "lab", {"token": "hunter4"}, verify=False)
    make_update(lab, "lab", None, verify=False, store="file")
    assert len(stores["keyring"].items) == len(stores["file"].items) == 1
    log_in(lab, files, mode="embed")
    assert b"hunter4" in kubeconfig.read_bytes()
    log_out(lab, files)
    assert (kubeconfig.read_bytes(), stores["keyring"].items) == (BEFORE, {})


@pytest.mark.parametrize("broken", ["get", "lost"])
def test_what_can_not_be_read_changes_nothing_unless_forced(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore, broken: str
) -> None:
    log_in(lab, files)
    ours = kubeconfig.read_bytes()
    if broken == "lost":
        store.items.clear()
    store.broken = {broken}
    with pytest.raises(StoreError) as caught:
        log_out(lab, files)
    again = f"kubectl connector logout lab --kubeconfig {kubeconfig} --force"
    assert caught.value.hint.endswith(again)
    assert kubeconfig.read_bytes() == ours
    done = log_out(lab, files, force=True)
    assert (done.restored, done.lost) == (("lab",), ('user "lab-user"',))
    assert "lab-user" not in load(files).users
    assert lab.catalog.load()[0].originals == ()


def test_anchors_elsewhere_are_no_hindrance(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path
) -> None:
    shared = BEFORE + b"x: &x [1]\ny: *x\n"
    kubeconfig.write_bytes(shared)
    log_in(lab, files)
    assert b"hunter2" not in kubeconfig.read_bytes()
    log_out(lab, files)
    assert kubeconfig.read_bytes() == shared


def test_anchors_in_it_are_refused_before_anything_is_kept(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    shared = b"x: &x hunter2\n" + BEFORE.replace(b'"hunter2"', b"*x")
    kubeconfig.write_bytes(shared)
    with pytest.raises(KubeconfigError, match="anchors"):
        log_in(lab, files)
    assert (kubeconfig.read_bytes(), len(store.items)) == (shared, 1)


def test_a_connector_that_was_deleted_meanwhile_keeps_nothing(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    put = store.put

    def delete_first(ref: str, item: object) -> None:
        list(delete(lab, ["lab"]))
        put(ref, item)  # type: ignore[arg-type]

    store.put = delete_first  # type: ignore[method-assign]
    with pytest.raises(ConnectorError, match="deleted meanwhile"):
        log_in(lab, files)
    assert (kubeconfig.read_bytes(), store.items) == (BEFORE, {})


def test_a_login_that_fails_keeps_nothing(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    kubeconfig.chmod(0o644)
    with pytest.raises(KubeconfigError, match="can be read by others"):
        log_in(lab, files, mode="embed")
    assert (kubeconfig.read_bytes(), len(store.items)) == (BEFORE, 1)
    assert lab.catalog.load()[0].originals == ()


def test_another_connectors_take_over_is_handed_on(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    register(lab, plan_register("twin", "keyring", FromContext(files, "lab")), verify=False)
    log_in(lab, files)
    rename(lab, "lab", "old")
    request = LoginRequest(files, context="lab", mode="exec", program="kubectl-connector")
    with pytest.raises(KubeconfigError, match="of connector old"):
        login(lab, "twin", replace(request, overwrite=False, context="lab"))
    login(lab, "twin", replace(request, overwrite=True))
    assert logout(lab, "old", files).contexts == ()
    assert [done.secret_left for done in delete(lab, ["old"])] == [False]
    with pytest.raises(ConnectorError, match="keeps what its login replaced"):
        delete(lab, ["twin"])
    logout(lab, "twin", files)
    assert (kubeconfig.read_bytes(), len(store.items)) == (BEFORE, 1)


def test_a_cluster_in_another_file_stays_as_it_is(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path
) -> None:
    other = kubeconfig.with_name("other")
    other.touch(mode=0o600)
    start, end = BEFORE.index(b"clusters:"), BEFORE.index(b"users:")
    contents = {kubeconfig: BEFORE[:start] + BEFORE[end:], other: BEFORE[start:end]}
    for path, data in contents.items():
        path.write_bytes(data)
    both = kubeconfig_files(None, {"KUBECONFIG": f"{kubeconfig}{os.pathsep}{other}"})
    register(workspace, plan_register("lab", "keyring", FromContext(both, "lab")), verify=False)
    log_in(workspace, both)
    assert b"hunter2" not in kubeconfig.read_bytes()
    assert other.read_bytes() == contents[other]
    assert load(both).resolve("lab").cluster.server == "https://lab.example.com:6443"
    log_out(workspace, both)
    assert {path: path.read_bytes() for path in contents} == contents


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("pointed", [False, True])
def test_a_user_that_another_context_needs_is_never_replaced(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path, overwrite: bool, pointed: bool
) -> None:
    """It has the name that ours would have, or somebody points our context to it."""
    shop = BEFORE.replace(b"name: lab, ", b"name: shop, ").replace(b"t: lab\n", b"t: shop\n")
    before = shop if pointed else shop.replace(b"'lab-user'", b"lab").replace(b"lab-user", b"lab")
    kubeconfig.write_bytes(before)
    source = FromContext(files, "shop")
    register(workspace, plan_register("lab", "keyring", source), verify=False)
    make_update(workspace, "lab", {"token": "hunter4"}, verify=False)
    if pointed:
        log_in(workspace, files, mode="embed")
        text = kubeconfig.read_text()
        assert text.count("user: lab\n") == 1
        kubeconfig.write_text(text.replace("user: lab\n", "user: lab-user\n"))
    log_in(workspace, files, mode="embed", overwrite=overwrite)
    view = load(files)
    tokens = {name: view.resolve(name).auth_info.token for name in ("shop", "lab")}
    assert tokens == {"shop": "hunter2", "lab": "hunter4"}
    log_out(workspace, files)
    assert kubeconfig.read_bytes() == before


def test_no_connector_is_made_of_a_context_that_runs_us(
    lab: Workspace, files: KubeconfigFiles, kubeconfig: Path
) -> None:
    """Taking it anew from there would make the connector run itself."""
    log_in(lab, files)
    source = FromContext(files, "lab")
    with pytest.raises(UsageError, match='is what login wrote for "lab"'):
        plan_update(lab, "lab", source)
    text = kubeconfig.read_text()  # somebody signs in again there, as kubectl config does it
    kubeconfig.write_text(text.replace("    user:\n", '    user:\n      token: "hunter3"\n'))
    assert dict(plan_update(lab, "lab", source).draft.secret) == {"token": "hunter3"}


EXEC = "exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Never, "


@pytest.mark.parametrize(
    ("kind", "field", "line"),
    [
        ("users", "client-key: /y", "password: S3CR3T"),
        ("users", EXEC + "token: S3CR3T}", ""),
        ("users", EXEC + 'env: [{name: HTTPS_PROXY, value: "http://u:S3CR3T@p"}]}', ""),
        ("users", EXEC + 'args: ["-c", "export VAULT_TOKEN=S3CR3T"]}', ""),
        ("users", EXEC + "args: ['-H', 'Authorization: Bearer S3CR3T']}", ""),
        ("users", "client-key: /y # old password S3CR3T", "x: y"),
        ("users", "client-key: /y # token:", "#   S3CR3T\n  x: y"),
        ("users", "client-key: /y\n    as-user-extra: {token: [S3CR3T]}", ""),
        ("clusters", 'proxy-url: "http://S3CR3T@p"', ""),
        ("clusters", "server: https://x # Bearer S3CR3T", "x: y"),
        ("contexts", "extensions: [{name: x, extension: {password: 87654321}}]", ""),
        ("contexts", "extensions: [{name: x, extension: {tokens: [S3CR3T]}}]", ""),
        ("contexts", "extensions: [{name: x, extension: {passwords: {a: S3CR3T}}}]", ""),
        ("contexts", "namespace: x", "token: 87654321"),
    ],
)
def test_what_may_be_a_secret_goes_to_the_store(kind: str, field: str, line: str) -> None:
    item = f"- name: lab\n  {BODY[kind]}:\n    {field}\n" + (f"  {line}\n" if line else "")
    found = Found("lab", "/config", kind, parse("/config", f"{kind}:\n{item}".encode()))
    assert isinstance(original_of(found, {}), Unkept)
