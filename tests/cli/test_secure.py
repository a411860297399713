"""What ``secure`` leaves and why, what it takes for plain text, and what ``restore`` can't give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_connector.cli.main import run
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.stores import StoreOptions
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.support.sealing import ScryptCost
from tests.apiserver import ApiServer
from tests.conftest import ADMIN_PASSWORD, BOB_TOKEN, JANE_TOKEN, Home
from tests.kubeconfigs import (
    client_certificate_file_user,
    cluster_entry,
    exec_user,
    password_user,
    token_file_user,
    token_user,
    write_kubeconfig,
)

Capture = pytest.CaptureFixture[str]
Entry = dict[str, Any]
HOW = ("--store", "file", "--exec-command", "name")


@pytest.fixture(autouse=True)
def store(home: Home, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """A file store whose passphrase is cheap to check."""
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")

    def passphrase(confirm: bool) -> str:
        return "correct horse"

    options = StoreOptions(str(home.connector_home), passphrase)
    store = FileStore(options, ScryptCost(n=2**14))
    store.put("another", Item(Secret({"token": "another"})))
    return store


def write(
    home: Home, server: ApiServer, users: dict[str, Entry], cluster: Entry | None = None
) -> bytes:
    """A kubeconfig with a context for each user, all to one cluster; its bytes."""
    entry = cluster_entry(server) | (cluster or {})
    document = {
        "clusters": [{"name": "here", "cluster": entry}],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [
            {"name": f"at-{name}", "context": {"cluster": "here", "user": name}} for name in users
        ],
        "current-context": f"at-{next(iter(users))}",
    }
    home.kubeconfig.parent.mkdir(exist_ok=True)
    home.kubeconfig.touch(mode=0o600)
    home.kubeconfig.write_text(yaml.safe_dump(document, sort_keys=False))
    return home.kubeconfig.read_bytes()


def users(home: Home) -> dict[str, Entry]:
    document = yaml.safe_load(home.kubeconfig.read_text())
    return {each["name"]: each["user"] for each in document["users"]}


def secure(capsys: Capture, *words: str) -> tuple[int, list[Entry], str]:
    """Run it; the exit code, what it says of each entry, and the rest."""
    code = run(["secure", *HOW, *words, "-o", "json"])
    said = capsys.readouterr()
    assert said.out, said.err
    return code, json.loads(said.out)["items"], said.err


def test_the_current_contexts_user_alone_unless_more_is_asked_for(
    capsys: Capture, home: Home, server: ApiServer
) -> None:
    write(home, server, {name: token_user(JANE_TOKEN) for name in "abcd"})
    code, items, _ = secure(capsys)
    assert (code, [each["entry"]["name"] for each in items]) == (0, ["a"])
    assert run(["secure", "--check"]) == 0
    assert run(["secure", "--all", "--check"]) == 1
    capsys.readouterr()
    _, items, _ = secure(capsys, "--context", "at-b", "--context", "at-c")
    assert [each["entry"]["name"] for each in items] == ["b", "c"]
    assert {name: "token" in user for name, user in users(home).items()} == {
        "a": False,
        "b": False,
        "c": False,
        "d": True,
    }
    assert run(["list", "-o", "name"]) == 0
    assert capsys.readouterr().out == "at-a\n"  # one token, one connector
    assert run(["restore", "--context", "at-b"]) == 0
    assert users(home)["b"] == token_user(JANE_TOKEN)
    assert "token" not in users(home)["c"]


def test_what_is_left_is_said_with_the_reason(
    capsys: Capture, home: Home, server: ApiServer, tmp_path: Path
) -> None:
    mount = tmp_path / "..2026_01_31"
    mount.mkdir()
    plugin = exec_user(tmp_path / "plugin", token=BOB_TOKEN)
    plugin["exec"]["provideClusterInfo"] = True
    plugin["exec"]["args"] = ["--client-secret", "hunter2"]
    kinds = {
        "good": token_user(JANE_TOKEN),
        "password": password_user("admin", ADMIN_PASSWORD),
        "rotated": token_file_user(mount / "token", JANE_TOKEN),
        "refused": token_user("nobodys-token"),
        "broken": {"token": JANE_TOKEN, "username": "jane", "password": "word"},
        "old": {"auth-provider": {"name": "gcp", "config": {"access-token": "x"}}},
        "gone": {"tokenFile": str(tmp_path / "nothing")},
        "told": plugin,
        "harmless": exec_user(tmp_path / "harmless", token=BOB_TOKEN),
    }
    write(home, server, kinds, {"proxy-url": "http://jane:hunter2@127.0.0.1:1"})
    text = home.kubeconfig.read_text() + "x-extra: 1\n"
    text = text.replace("users:\n", f"users:\n- name: unused\n  user: {{token: {BOB_TOKEN}}}\n")
    there = '- name: there\n  cluster: {server: "https://127.0.0.1:1"}\n'
    text = text.replace("clusters:\n", f"clusters:\n{there}")
    also = "- name: also\n  context: {cluster: there, user: told}\n"
    home.kubeconfig.write_text(text.replace("contexts:\n", f"contexts:\n{also}"))
    before = users(home)
    _, items, said = secure(capsys, "--all", "--no-verify")
    left = {each["entry"]["name"]: each["reason"] for each in items if each["result"] == "left"}
    assert left.keys() == {*kinds, "unused", "here"} - {"good", "refused", "harmless"}
    for name, reason in {
        "password": "no exec plugin can hand a password to kubectl",
        "rotated": "a program renews the token",
        "broken": "both a token and a username",
        "old": "no longer an auth-provider",
        "gone": "can't be read",
        "told": "is told which cluster it is for",
        "unused": "no context uses it",
        "here": "kubectl takes it from the kubeconfig alone",
    }.items():
        assert reason in left[name], name
        assert f'"{name}" is left: ' in said
    assert {name: user for name, user in users(home).items() if name in left} == {
        name: user for name, user in before.items() if name in left
    }
    assert users(home)["harmless"] == before["harmless"]
    assert "hunter2" not in said
    assert run(["secure", "--all", "--check"]) == 1
    assert "good" not in capsys.readouterr().out


def test_one_that_the_cluster_refuses_stays_as_it_was(
    capsys: Capture, home: Home, server: ApiServer
) -> None:
    write(home, server, {"good": token_user(JANE_TOKEN), "bad": token_user("nobodys-token")})
    code, items, said = secure(capsys, "--all")
    assert (code, [each["result"] for each in items]) == (4, ["moved", "left"])
    assert users(home)["bad"] == token_user("nobodys-token")
    assert "token" not in users(home)["good"]
    assert "--no-verify" in said
    assert run(["list", "-o", "name"]) == 0
    assert capsys.readouterr().out == "at-good\n"


def test_a_shared_user_is_one_connector_of_its_name_and_clashes_get_a_number(
    capsys: Capture, home: Home, server: ApiServer
) -> None:
    write(home, server, {"one": token_user(JANE_TOKEN), "at-one": token_user(BOB_TOKEN)})
    more = "- name: again\n  context: {cluster: here, user: at-one}\ncurrent-context"
    text = home.kubeconfig.read_text().replace("current-context", more)
    home.kubeconfig.write_text(text)
    _, items, _ = secure(capsys, "--all")
    assert [each["connector"] for each in items] == ["at-one", "at-one-2"]
    assert [each["contexts"] for each in items] == [["at-one"], ["at-at-one", "again"]]
    assert run(["logout", "at-one-2"]) == 0
    assert 'Gave back user "at-one" in' in capsys.readouterr().out
    assert users(home)["at-one"] == token_user(BOB_TOKEN)
    assert run(["logout", "at-one"]) == 0
    assert home.kubeconfig.read_text() == text


def test_what_login_embedded_becomes_a_stanza_and_comes_back(
    capsys: Capture, home: Home, server: ApiServer
) -> None:
    before = write(home, server, {"one": token_user(JANE_TOKEN)})
    register = ("register", "at-one", "--auto-configure", "--store", "file", "--no-verify")
    assert run([*register]) == run(["login", "at-one", "--embed"]) == 0
    embedded = home.kubeconfig.read_bytes()
    capsys.readouterr()
    code, items, _ = secure(capsys)
    assert (code, items[0]["connector"]) == (0, "at-one")
    assert JANE_TOKEN.encode() not in home.kubeconfig.read_bytes()
    assert run(["restore"]) == 0
    assert home.kubeconfig.read_bytes() == embedded
    capsys.readouterr()
    secure(capsys)
    assert run(["logout", "at-one"]) == 0
    assert home.kubeconfig.read_bytes() == before


def test_what_somebody_changed_since_login_is_not_the_connectors(
    capsys: Capture, home: Home, server: ApiServer
) -> None:
    write(home, server, {"one": token_user(JANE_TOKEN)})
    register = ("register", "at-one", "--auto-configure", "--store", "file", "--no-verify")
    assert run([*register]) == run(["login", "at-one", "--embed"]) == 0
    changed = home.kubeconfig.read_text().replace(JANE_TOKEN, BOB_TOKEN)
    home.kubeconfig.write_text(changed)
    capsys.readouterr()
    code, items, said = secure(capsys)
    assert (code, items[0]["connector"]) == (0, "at-one-2")
    assert 'it is not what "at-one" has, whose login wrote it' in said
    assert run(["credential", "at-one-2"]) == 0
    assert BOB_TOKEN in capsys.readouterr().out
    assert run(["restore"]) == 0
    assert home.kubeconfig.read_text() == changed


def test_restore_leaves_what_the_store_has_lost(
    capsys: Capture, home: Home, server: ApiServer, store: FileStore, tmp_path: Path
) -> None:
    pair = server.issue_client_certificate("carol@example.com")
    files = client_certificate_file_user(tmp_path, pair)
    write(home, server, {"lost": token_user(JANE_TOKEN), "files": files})
    _, _, said = secure(capsys, "--all")
    assert "client.key is not needed any more" in said
    (tmp_path / "client.key").unlink()
    assert run(["secure", "--all", "--check"]) == 0
    catalog = yaml.safe_load((home.connector_home / "connectors.yaml").read_text())
    (ref,) = (o["ref"] for each in catalog["connectors"] for o in each.get("originals", ()))
    store.drop(ref)
    ours = users(home)["lost"]
    capsys.readouterr()
    assert run(["restore", "--all", "-o", "json"]) == 6
    told = capsys.readouterr()
    results = {each["entry"]["name"]: each["result"] for each in json.loads(told.out)["items"]}
    assert results == {"lost": "left", "files": "restored"}
    assert "has lost it; log out without it: kubectl connector logout at-lost --force" in told.err
    assert "client.key, which is not there any more" in told.err
    assert users(home) == {"lost": ours, "files": files}


ARGS = ["credential", "lab", "--id", "an-id"]
MARK = {"id": "an-id", "connector": "lab"}


@pytest.mark.parametrize(
    ("stanza", "original", "code"),
    [
        ({}, "{name: one, user: {tokenFile: /x}}", 0),
        ({"command": "sh", "args": [*ARGS, "--password", "hunter2"]}, "", 1),
        ({"env": [{"name": "TOKEN", "value": "hunter2"}]}, "", 1),
        ({}, "{name: one, user: {token: hunter2}}", 1),
        ({}, "{name: one, user: {password: hunter2, exec: [1]}}", 1),
        ({}, "name: one\n user: {token: hunter2", 1),
    ],
)
def test_a_mark_hides_no_secret(
    capsys: Capture, home: Home, server: ApiServer, stanza: Entry, original: str, code: int
) -> None:
    """Anybody may write one; what is not our own stanza is looked at, and what it replaced, too."""
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "kubectl-connector"}
    data = {**MARK, "original": {"text": original, "column": 0}}
    user = {
        "exec": {**plugin, "args": ARGS, "interactiveMode": "Never", **stanza},
        "extensions": [{"name": "kubectl-connector", "extension": data}],
    }
    write(home, server, {"one": user})
    assert run(["secure", "--check"]) == code
    assert "hunter2" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--all", "--context", "at-one"), 2, "exclude each other"),
        (("--check", "--dry-run"), 2, "exclude each other"),
        (("--context", "at-two"), 3, "did you mean at-one?"),
        (("--store", "floppy"), 2, "there are: file, keyring"),
        (("--kubeconfig", "nowhere"), 7, "nowhere does not exist"),
    ],
)
def test_mistakes(
    capsys: Capture, home: Home, server: ApiServer, words: tuple[str, ...], code: int, said: str
) -> None:
    before = write(home, server, {"one": token_user(JANE_TOKEN)})
    assert run(["secure", "--exec-command", "name", *words]) == code
    captured = capsys.readouterr()
    assert (captured.out, len(captured.err.splitlines())) == ("", 2)
    assert said in captured.err
    assert home.kubeconfig.read_bytes() == before


def test_a_path_that_leads_nowhere_is_no_clean_kubeconfig(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/no/such/file")
    for words in (
        ["secure", "--all", "--check"],
        ["secure", "--all", "--exec-command", "name"],
        ["restore", "--all"],
    ):
        assert run(words) == 7
        assert "does not exist" in capsys.readouterr().err


def test_names_of_a_context_are_no_secrets(server: ApiServer, home: Home, capsys: Capture) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN), context="basic")
    text = home.kubeconfig.read_text().replace("basic-user", "basic")
    home.kubeconfig.write_text(text)
    assert run(["secure", "--check", "--all"]) == 1
    shown = capsys.readouterr().out
    assert "user basic" in shown
    assert "context basic" not in shown


def test_no_context_is_named_by_an_empty_text(
    server: ApiServer, home: Home, capsys: Capture
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert run(["secure", "--context", "", "--exec-command", "name"]) == 3
    assert 'no context named ""' in capsys.readouterr().err
