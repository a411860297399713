"""``secure`` takes the plain text out of kubeconfigs of every kind; ``restore`` puts it back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.apiserver import ApiServer
from tests.conftest import BOB, BOB_TOKEN, JANE, JANE_TOKEN
from tests.e2e.terminal import Terminal
from tests.kubeconfigs import (
    client_certificate_file_user,
    client_certificate_user,
    cluster_entry,
    exec_user,
    token_file_user,
    token_user,
    write_kubeconfig,
)

Entry = dict[str, Any]
PLUGIN_SECRET = "hunter2-of-the-plugin"


@pytest.fixture
def every(terminal: Terminal, server: ApiServer, cheap_file_store: None) -> dict[str, str]:
    """Two kubeconfigs with every kind of user; their contexts, and who each makes one."""
    folder = terminal.home.path
    pair = server.issue_client_certificate("carol@example.com")
    plugin = exec_user(folder / "plugin", token=BOB_TOKEN)
    plugin["exec"]["env"].append({"name": "CLIENT_SECRET", "value": PLUGIN_SECRET})
    hour = datetime.now(timezone.utc) + timedelta(hours=1)
    config = {"client-id": "x", "idp-issuer-url": "https://issuer.invalid"}
    config["id-token"] = server.issue_token(JANE, hour)
    oidc = {"name": "oidc", "config": config}
    first = {
        "token": token_user(JANE_TOKEN),
        "shared": token_user(BOB_TOKEN),
        "token-file": token_file_user(folder / "token", JANE_TOKEN),
        "certificate": client_certificate_user(pair),
        "certificate-file": client_certificate_file_user(folder, pair),
    }
    second = {
        "plugin": plugin,
        "oidc": {"auth-provider": oidc},
        "acts": token_user(JANE_TOKEN) | {"as": BOB.name, "as-groups": ["visitors"]},
    }
    paths = [folder / ".kube" / name for name in ("config", "other")]
    paths[0].parent.mkdir()
    for path, users in zip(paths, (first, second), strict=True):
        path.touch(mode=0o600)
        path.write_text(_kubeconfig(server, users))
    terminal.environment["KUBECONFIG"] = os.pathsep.join(map(str, paths))
    return {
        **dict.fromkeys(("token", "token-file", "oidc"), JANE.name),
        **dict.fromkeys(("shared", "shared-too", "plugin", "acts"), BOB.name),
        **dict.fromkeys(("certificate", "certificate-file"), "carol@example.com"),
    }


def _kubeconfig(server: ApiServer, users: dict[str, Entry]) -> str:
    """A kubeconfig as a person keeps it: comments, JSON in between, and odd indentation."""
    name = next(iter(users))
    lines = ["# mine", "apiVersion: v1", "kind: Config", "", "clusters:"]
    lines += [
        f"   - name: {name}-cluster # ours",
        f"     cluster: {json.dumps(cluster_entry(server))}",
    ]
    lines += ["", "users:   # who"]
    for user, entry in users.items():
        lines += [f" -  name: '{user}'", "    user:"]
        dumped = yaml.safe_dump(entry, sort_keys=False, width=4096)
        lines += [f"        {line}" for line in dumped.splitlines()]
        lines += [f"        # that was {user}", ""]
    lines += ["contexts:"]
    aliases = {user: user for user in users}
    aliases |= {"shared-too": "shared"} if "shared" in users else {}
    for context, user in aliases.items():
        where = {"cluster": f"{name}-cluster", "user": user, "namespace": f"of-{context}"}
        lines.append(f"- {json.dumps({'name': context, 'context': where})}")
    return "\n".join([*lines, f'current-context: "{name}"', "# the end"]) + "\n"


def _files(terminal: Terminal) -> dict[str, bytes]:
    paths = terminal.environment["KUBECONFIG"].split(os.pathsep)
    return {path: Path(path).read_bytes() for path in paths}


def _secrets(before: dict[str, bytes]) -> set[bytes]:
    """Every secret in the kubeconfigs, as it is spelt there."""
    found = {JANE_TOKEN.encode(), BOB_TOKEN.encode(), PLUGIN_SECRET.encode()}
    for data in before.values():
        for user in yaml.safe_load(data)["users"]:
            key = user["user"].get("client-key-data")
            token = user["user"].get("auth-provider", {}).get("config", {}).get("id-token")
            found |= {each.encode() for each in (key, token) if each}
    return found


def test_every_kind_of_user_there_and_back(terminal: Terminal, every: dict[str, str]) -> None:
    before = _files(terminal)
    assert terminal.run("connector", "secure", "--all", "--check").returncode == 1
    assert "would move" in terminal.connector("secure", "--all", "--dry-run", "--store", "file")
    assert (_files(terminal), terminal.kept()) == (before, {})

    done = terminal.run("connector", "secure", "--all", "--store", "file")
    assert done.returncode == 0, done.stderr + done.stdout
    after = _files(terminal)
    assert not [secret for secret in _secrets(before) for data in after.values() if secret in data]
    assert terminal.connector("secure", "--all", "--check").startswith("Nothing is in plain text")
    assert {each: terminal.who_am_i("--context", each) for each in every} == every
    view = json.loads(terminal.ask("config", "view", "-o", "json"))
    assert {each["name"]: each["context"]["namespace"] for each in view["contexts"]} == {
        each: f"of-{each}" for each in every
    }
    listed = {each["name"]: each for each in terminal.document("list")["items"]}
    assert listed["shared"]["status"]["contexts"] == ["shared", "shared-too"]
    for name in ("token", "client.crt", "client.key"):
        assert f"{name} is not needed any more" in done.stderr
        assert (terminal.home.path / name).exists()

    assert "Nothing" in terminal.connector("secure", "--all", "--store", "file")
    assert _files(terminal) == after
    assert "restored" in terminal.connector("restore", "--all")
    assert _files(terminal) == before
    assert "Nothing to restore" in terminal.connector("restore", "--all")
    kept = set(terminal.kept())
    terminal.connector("secure", "--all", "--store", "file", "--no-verify")
    assert set(terminal.kept()) == kept  # the same secrets: the connectors that are there
    terminal.connector("logout", "--all")
    assert _files(terminal) == before


KILLED = """
import os, signal, sys
from kubectl_connector.catalog import Catalog
from kubectl_connector.cli.main import run
from kubectl_connector.kubeconfig import write
from kubectl_connector.operations import originals, restore, secure

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

where, *words = sys.argv[1:]
if where == "before the catalog":
    Catalog.change = die
elif where == "before the kubeconfig":
    secure.edit_kubeconfig = restore.edit_kubeconfig = die
elif where == "between the kubeconfigs":
    put, done = write.write_kubeconfig, []
    write.write_kubeconfig = lambda *a: die() if done else done.append(put(*a))
else:
    originals.Keeper.used = restore.put_back = die
run(words)
"""
POINTS = (
    "before the catalog",
    "before the kubeconfig",
    "between the kubeconfigs",
    "after the kubeconfig",
)


@pytest.mark.parametrize("where", POINTS)
def test_killed_half_way_nothing_is_lost_and_the_next_one_ends_it(
    terminal: Terminal, server: ApiServer, cheap_file_store: None, where: str
) -> None:
    folder = terminal.home.path
    paths = [folder / name for name in ("one", "two")]
    for path, token in zip(paths, (JANE_TOKEN, BOB_TOKEN), strict=True):
        write_kubeconfig(path, server, token_user(token), context=path.name)
    terminal.environment["KUBECONFIG"] = os.pathsep.join(map(str, paths))
    before = _files(terminal)
    # Who was killed while it wrote a kubeconfig has left kubectl's lock there.
    unlock = ("--all", "--lock-timeout", "0", "--break-lock")
    how = (*unlock, "--store", "file", "--exec-command", "name", "--no-verify")

    def killed(*words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, where, *words],
            env=terminal.environ(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        for lock in folder.glob("*.lock"):
            os.utime(lock, (0, 0))  # as if it had been left long ago
        users = {"one": JANE.name, "two": BOB.name}
        assert {each: terminal.who_am_i("--context", each) for each in users} == users

    killed("secure", *how)
    terminal.connector("secure", *how)
    assert sorted(terminal.kept()) == ["one", "two"]
    assert not [data for data in _files(terminal).values() if b"-token-" in data]
    if where != "before the catalog":  # restore changes it last
        killed("restore", *unlock)
    terminal.run("connector", "restore", *unlock)
    assert _files(terminal) == before


def test_what_a_context_says_survives_register_and_login(
    terminal: Terminal, server: ApiServer, cheap_file_store: None
) -> None:
    """What kubectl itself sees is the same, but for the names, the stanza and our marks."""
    note = {"name": "example.com/note", "extension": {"since": "2026", "tags": ["a", "b"]}}
    acts = {
        "as": BOB.name,
        "as-uid": "42",
        "as-groups": ["visitors", "readers"],
        "as-user-extra": {"scopes": ["view", "list"], "reason": ["test"]},
    }
    cluster = {
        "tls-server-name": "localhost",
        "proxy-url": "http://proxy.example.com:3128",
        "disable-compression": True,
        "extensions": [note],
    }
    user = token_user(JANE_TOKEN) | acts | {"extensions": [note]}
    path = write_kubeconfig(
        terminal.home.kubeconfig, server, user, namespace="shop", cluster=cluster
    )
    text = path.read_text()
    extension = f"extensions: [{json.dumps(note)}]"
    path.write_text(text.replace("namespace: shop", f"namespace: shop\n         {extension}"))

    def seen(context: str) -> Entry:
        view = ("config", "view", "--raw", "--minify", "-o", "json", "--context", context)
        document = json.loads(terminal.ask(*view))
        bodies = {kind: document[f"{kind}s"][0][kind] for kind in ("cluster", "user", "context")}
        for body in bodies.values():
            marks = [each for each in body["extensions"] if each["name"] != "kubectl-connector"]
            body["extensions"] = marks
        bodies["user"].pop("token", None)
        bodies["user"].pop("exec", None)
        bodies["context"] |= {"cluster": "", "user": ""}
        return bodies

    before = seen("lab")
    assert before["user"].keys() == {*acts, "extensions"}
    assert before["context"]["namespace"] == "shop"
    register = ("register", "prod", "--auto-configure", "--store", "file", "--no-verify")
    terminal.connector(*register)
    for mode in ("--exec", "--embed"):
        terminal.connector("login", "prod", mode, "--no-set-current")
        assert seen("prod") == before
    terminal.connector("logout", "prod")
    terminal.connector("secure", "--store", "file", "--no-verify")
    assert seen("lab") == before
