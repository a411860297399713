"""Secure and restore, on kubeconfigs that are spelt oddly or change meanwhile."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from kubectl_connector.kubeconfig.disk import PublicKubeconfigError
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.operations.extent import Extent
from kubectl_connector.operations.logout import logout
from kubectl_connector.operations.restore import restore
from kubectl_connector.operations.secure import SecureRequest, look, plan_secure, secure
from kubectl_connector.operations.workspace import Workspace
from tests.conftest import Home
from tests.operations.conftest import MemoryStore

DATA = {
    "clusters": [{"name": "lab", "cluster": {"server": "https://lab.example.com:6443"}}],
    "users": [{"name": "lab", "user": {"token": "hunter2", "tokenFile": ""}}],
    "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
    "current-context": "lab",
}
BLOCK = """\
clusters: [{name: lab, cluster: {server: "https://lab.example.com:6443"}}]
users:
 -  user:
       token: hunter2   # from the mail
    name: 'lab'
contexts: [{name: lab, context: {cluster: lab, user: lab}}]
current-context: lab
"""


@pytest.fixture
def kubeconfig(home: Home) -> Path:
    home.kubeconfig.parent.mkdir()
    home.kubeconfig.touch(mode=0o600)
    return home.kubeconfig


@pytest.fixture
def files(kubeconfig: Path) -> KubeconfigFiles:
    return kubeconfig_files(str(kubeconfig), {})


def request_for(files: KubeconfigFiles) -> SecureRequest:
    extent = Extent(files, every=True)
    return SecureRequest(extent, "keyring", "kubectl-connector", verify=False)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DATA),
        json.dumps(DATA, indent=4),
        BLOCK,
        BLOCK.replace("\n", "\r\n"),
        "\ufeff" + BLOCK,
        BLOCK.replace("token: hunter2", "token: &t hunter2"),
        BLOCK + "x: &x [1]\ny: *x\n",
    ],
    ids=["json", "indented", "block", "crlf", "bom", "anchor", "anchors elsewhere"],
)
def test_the_same_bytes_come_back(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore, text: str
) -> None:
    kubeconfig.write_bytes(text.encode())
    request = request_for(files)
    secure(workspace, request, plan_secure(workspace, request))
    assert b"hunter2" not in kubeconfig.read_bytes()
    assert b"from the mail" not in kubeconfig.read_bytes()
    assert look(request.extent) == ()
    (done,) = restore(workspace, request.extent)
    assert (done.error, done.connector) == (None, "lab")
    assert kubeconfig.read_bytes() == text.encode()
    assert len(store.items) == 1  # the connector's own


def test_an_alias_can_not_be_kept_and_stays(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    text = BLOCK.replace("token: hunter2", "token: *t").replace(
        "clusters:", "t: &t hunter2\nclusters:"
    )
    kubeconfig.write_text(text)
    request = request_for(files)
    (step,) = secure(workspace, request, plan_secure(workspace, request)).steps
    assert step.error
    assert "anchors" in step.error.message
    assert (kubeconfig.read_text(), store.items) == (text, {})


def test_a_user_that_has_changed_since_it_was_read_stays(
    workspace: Workspace,
    files: KubeconfigFiles,
    kubeconfig: Path,
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kubeconfig.write_text(BLOCK)
    request = request_for(files)
    steps = plan_secure(workspace, request)
    changed = BLOCK.replace("hunter2", "hunter3")

    def late(*given: object, **more: object) -> object:
        kubeconfig.write_text(changed)
        return edit_kubeconfig(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("kubectl_connector.operations.secure.edit_kubeconfig", late)
    (step,) = secure(workspace, request, steps).steps
    assert step.error
    assert "has just changed it" in step.error.message
    assert (kubeconfig.read_text(), len(store.items)) == (changed, 1)


def test_what_stood_in_another_file_goes_into_none_that_others_read(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    """Somebody copies the entry into a kubeconfig that is listed beside the one it stood in."""
    kubeconfig.write_text(BLOCK)
    request = request_for(files)
    secure(workspace, request, plan_secure(workspace, request))
    other = kubeconfig.with_name("other")
    (user,) = yaml.safe_load(kubeconfig.read_text())["users"]
    other.write_text(yaml.safe_dump({"users": [{**user, "name": "copy"}]}))
    other.chmod(0o666)
    before = {path: path.read_text() for path in (kubeconfig, other)}
    both = kubeconfig_files(None, {"KUBECONFIG": f"{kubeconfig}{os.pathsep}{other}"})
    (connector,) = workspace.catalog.load()
    for give_back in (
        lambda: restore(workspace, Extent(both, every=True)),
        lambda: logout(workspace, connector.name, both),
    ):
        with pytest.raises(PublicKubeconfigError):
            give_back()
        assert {path: path.read_text() for path in before} == before
    kubeconfig.chmod(0o644)  # as it may have been before
    assert [done.error for done in restore(workspace, request.extent)] == [None]
    assert kubeconfig.read_text() == BLOCK


def test_what_no_longer_fits_stays_kept(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    """With another column, the text says nothing but the user's name."""
    before = BLOCK[: BLOCK.index(" - ")] + "- name: lab\n  user: {token: hunter2}\n"
    kubeconfig.write_text(before + BLOCK[BLOCK.index("contexts:") :])
    before = kubeconfig.read_text()
    request = request_for(files)
    secure(workspace, request, plan_secure(workspace, request))
    good, kept = kubeconfig.read_text(), dict(store.items)
    bad = good.replace("column: 2\n", "column: 5\n")
    assert bad != good
    kubeconfig.write_text(bad)
    (done,) = restore(workspace, request.extent)
    assert done.error
    assert "somebody has changed what was noted of it" in done.error.message
    assert (kubeconfig.read_text(), store.items) == (bad, kept)
    kubeconfig.write_text(good)
    restore(workspace, request.extent)
    assert kubeconfig.read_text() == before


def test_an_entry_that_was_copied_can_be_given_back_twice(
    workspace: Workspace, files: KubeconfigFiles, kubeconfig: Path, store: MemoryStore
) -> None:
    kubeconfig.write_text(BLOCK)
    request = request_for(files)
    secure(workspace, request, plan_secure(workspace, request))
    document = yaml.safe_load(kubeconfig.read_text())
    document["users"].append({**document["users"][0], "name": "copy"})
    document["contexts"].append({"name": "copy", "context": {"cluster": "lab", "user": "copy"}})
    kubeconfig.write_text(json.dumps(document))
    for context in ("lab", "copy"):
        (done,) = restore(workspace, Extent(files, contexts=(context,)))
        assert done.error is None
    assert [user.entry for user in load(files).users.values()] == [{"token": "hunter2"}] * 2
    assert len(store.items) == 1  # the connector's own


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
@pytest.mark.parametrize("name", ["pipe", "a\0b"])
def test_a_token_file_that_is_none_is_left(
    workspace: Workspace, kubeconfig: Path, files: KubeconfigFiles, name: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    user = {"name": "lab", "user": {"tokenFile": f"{tmp_path}/{name}"}}
    kubeconfig.write_text(json.dumps({**DATA, "users": [user]}))
    (step,) = plan_secure(workspace, request_for(files))
    assert step.move is None
    assert step.error
    assert "can't be read" in step.error.message
