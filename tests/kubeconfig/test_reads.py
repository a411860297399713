"""What login, logout and list read, and when: no needless entry, and no secret under a lock."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig import write
from kubectl_connector.kubeconfig.disk import read_kubeconfig
from kubectl_connector.kubeconfig.ours.login import Login, login_edit
from kubectl_connector.kubeconfig.ours.logout import logout_edit
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.text.construct import construct
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.operations.login import LoginRequest, login
from kubectl_connector.operations.logout import logout
from kubectl_connector.operations.overview import overview
from kubectl_connector.operations.workspace import Workspace
from tests.conftest import Home
from tests.kubeconfig.conftest import MakeWorkspace, connector
from tests.operations.conftest import MemoryStore

# How many entries are parsed

NAMES = [f"c-{number}" for number in range(100)]
BEFORE = b"contexts:\n- name: mine\ncurrent-context: 'mine' # where we are\n"


@pytest.fixture
def files(home: Home) -> KubeconfigFiles:
    home.kubeconfig.parent.mkdir(exist_ok=True)
    home.kubeconfig.write_bytes(BEFORE)
    home.kubeconfig.chmod(0o600)
    return kubeconfig_files(str(home.kubeconfig), {})


@functools.cache
def crowded() -> bytes:
    """A kubeconfig with every one of the names logged in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config"
        path.write_bytes(BEFORE)
        for number, name in enumerate(NAMES):
            id_, server = connector(number, name).id, f"https://{name}.example.com:6443"
            entries = Login(id_, name, {"server": server}, {"exec": {"command": "true"}}, False)
            make_edit = functools.partial(login_edit, login=entries, owners={})
            edit_kubeconfig(kubeconfig_files(str(path), {}), make_edit)
        return path.read_bytes()


@pytest.fixture
def crowd(make_workspace: MakeWorkspace, files: KubeconfigFiles, home: Home) -> Workspace:
    """100 connectors, each logged in."""
    home.kubeconfig.write_bytes(crowded())
    return make_workspace(NAMES)


@contextmanager
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts of the entries that are parsed meanwhile."""
    texts: list[str] = []

    def noting(text: str) -> object:
        texts.append(text)
        return construct(text)

    with monkeypatch.context() as patch:
        patch.setattr("kubectl_connector.kubeconfig.document.construct", noting)
        yield texts


def test_list_parses_two_entries_a_connector(
    crowd: Workspace, files: KubeconfigFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    with parsed(monkeypatch) as texts:
        listed = overview(crowd, files).listed
    assert {each.connector.name: each.contexts for each in listed} == {n: (n,) for n in NAMES}
    assert len(texts) <= 3 * len(NAMES)
    assert len(texts) == len(set(texts)) == 2 * len(NAMES)  # each context and user, once


@pytest.mark.parametrize(
    ("name", "most"),
    [
        # its three entries; the context above, which is linked anew, and that read back; the
        # cluster that holds the memory
        ("c-50", 6),
        # its three entries; the context below, which is current next; the holder of the memory
        ("c-99", 5),
        # its three entries, one of which holds the memory; the context above and the next holder
        # of the memory, and both read back
        ("c-0", 7),
    ],
)
def test_logout_parses_only_what_it_must(
    crowd: Workspace,
    files: KubeconfigFiles,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    most: int,
) -> None:
    with parsed(monkeypatch) as texts:
        assert logout(crowd, name, files).contexts == (name,)
    assert len(texts) <= most
    own = [text for text in texts if f"connector: {name}\n" in text]
    assert len(own) == 3


def test_a_second_login_parses_only_what_it_must(
    crowd: Workspace, files: KubeconfigFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    with parsed(monkeypatch) as texts:
        login(crowd, "c-50", LoginRequest(files, namespace="n"))
    # its three entries; the current context and the one above; the cluster that holds the memory;
    # and its context, its user and the context above read back
    assert len(texts) <= 9


def test_logging_all_out_one_by_one_gives_the_bytes_back(
    crowd: Workspace, files: KubeconfigFiles, home: Home
) -> None:
    ids = {each.name: each.id for each in crowd.catalog.load()}
    for name in [*NAMES[::2], *NAMES[1::2]]:
        edit_kubeconfig(files, functools.partial(logout_edit, name=name, ids=ids))
    assert home.kubeconfig.read_bytes() == BEFORE


@pytest.mark.parametrize("name", ["prod eu", "it's", 'quo"te', "é", "007", "a:b", "ctx/1", "1e3"])
def test_a_context_of_any_name_is_linked_anew(
    make_workspace: MakeWorkspace, files: KubeconfigFiles, home: Home, name: str
) -> None:
    """Names that can be spelt in several ways are found too."""
    workspace = make_workspace("ab")
    login(workspace, "a", LoginRequest(files, context=name))
    login(workspace, "b", LoginRequest(files))
    logout(workspace, "a", files)
    logout(workspace, "b", files)
    assert home.kubeconfig.read_bytes() == BEFORE


# When a secret is read


@dataclass
class Watched(MemoryStore):
    """Notes whether kubectl's lock is there while a secret is read."""

    lock: Path = Path("unset")
    reads: list[bool] = field(default_factory=list)

    def get(self, ref: str) -> Item:
        self.reads.append(self.lock.exists())
        return super().get(ref)


@pytest.fixture
def watched(home: Home) -> Watched:
    return Watched(lock=Path(f"{home.kubeconfig}.lock"))


@pytest.fixture
def workspace(home: Home, watched: Watched) -> Workspace:
    """One with a connector whose token is in the watched store."""
    prod = replace(
        connector(0, "prod"),
        auth_method="token",
        configuration={},
        secret_names=("token",),
        secret_ref="ref",
    )
    watched.put("ref", Item(Secret({"token": "0123"})))
    catalog = Catalog(str(home.connector_home))
    catalog.change(lambda _: (prod,))
    return Workspace(catalog, lambda _: watched, owner="jane")


def torn(monkeypatch: pytest.MonkeyPatch, *first_reads: bytes | None) -> None:
    """Let the first reads of kubeconfigs find these bytes."""
    answers = list(first_reads)

    def read(path: str, for_edit: bool = False) -> bytes | None:
        return answers.pop(0) if answers else read_kubeconfig(path, for_edit)

    monkeypatch.setattr(write, "read_kubeconfig", read)


HALF = b"contexts: [{name: mine}]\nusers:\n- {name: me, us"


@pytest.mark.parametrize("first", [HALF, b""], ids=["half", "truncated"])
def test_a_secret_is_never_read_under_the_lock(
    workspace: Workspace,
    files: KubeconfigFiles,
    watched: Watched,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    first: bytes,
) -> None:
    """The first look comes while kubectl writes the file in place (W12)."""
    torn(monkeypatch, first)
    assert login(workspace, "prod", LoginRequest(files)).mode == "embed"
    assert watched.reads == [False]
    assert b"prod" in home.kubeconfig.read_bytes()
    assert not watched.lock.exists()


def test_a_secret_is_not_read_under_the_lock_where_the_mode_has_changed(
    workspace: Workspace,
    files: KubeconfigFiles,
    watched: Watched,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first look saw a stanza, and another login embedded before we got the lock."""
    login(workspace, "prod", LoginRequest(files, mode="exec", program="kubectl-connector"))
    stanza = home.kubeconfig.read_bytes()
    login(workspace, "prod", LoginRequest(files, mode="embed"))
    watched.reads.clear()
    torn(monkeypatch, stanza)
    request = LoginRequest(files, program="kubectl-connector", namespace="n")
    assert login(workspace, "prod", request).mode == "embed"
    assert watched.reads == [False]
    assert b'namespace: "n"' in home.kubeconfig.read_bytes()


def test_no_secret_is_read_for_a_stanza_that_the_first_look_missed(
    workspace: Workspace,
    files: KubeconfigFiles,
    watched: Watched,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    login(workspace, "prod", LoginRequest(files, mode="exec", program="kubectl-connector"))
    torn(monkeypatch, HALF)
    request = LoginRequest(files, program="kubectl-connector", namespace="n")
    assert login(workspace, "prod", request).mode == "exec"
    assert watched.reads == []


def test_a_file_that_stays_broken_asks_for_no_secret(
    workspace: Workspace, files: KubeconfigFiles, watched: Watched, home: Home
) -> None:
    home.kubeconfig.write_bytes(HALF)
    with pytest.raises(KubeconfigError, match="is not valid YAML"):
        login(workspace, "prod", LoginRequest(files))
    assert watched.reads == []
