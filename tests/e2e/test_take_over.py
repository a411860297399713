"""The natural first day: a connector takes the place of the context that it was made from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.apiserver import ApiServer
from tests.conftest import BOB, BOB_TOKEN, JANE, JANE_TOKEN, Home
from tests.e2e.terminal import Terminal
from tests.kubeconfigs import exec_user, token_user, write_kubeconfig


@pytest.fixture
def lab(terminal: Terminal, server: ApiServer, cheap_file_store: None) -> Terminal:
    """A terminal with the context ``lab``, and the connector ``lab`` made from it."""
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    terminal.connector("register", "lab", "--auto-configure", "--store", "file")
    return terminal


@pytest.fixture
def before(lab: Terminal) -> bytes:
    """The kubeconfig's bytes before any login."""
    return lab.home.kubeconfig.read_bytes()


def items(home: Home) -> list[str]:
    """The references of all items that may be in a store."""
    return sorted(path.stem for path in (home.connector_home / "items").iterdir())


def test_register_tells_of_the_plain_text_and_how_to_take_it_out(
    terminal: Terminal, server: ApiServer, cheap_file_store: None
) -> None:
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    done = terminal.run("connector", "register", "lab", "--auto-configure", "--store", "file")
    (command,) = re.findall(r"plain text\nUse it, and take that out: kubectl (.*)", done.stderr)
    assert done.stderr.count("kubectl connector login") == 1
    terminal.ask(*command.split())
    assert JANE_TOKEN not in terminal.home.kubeconfig.read_text()
    assert terminal.who_am_i() == JANE.name


@pytest.mark.parametrize("mode", ["--embed", "--exec"])
def test_login_takes_the_context_over_and_logout_gives_it_back(
    lab: Terminal, before: bytes, mode: str
) -> None:
    kubeconfig = lab.home.kubeconfig
    kept = items(lab.home)
    said = lab.connector("login", "lab", mode)
    assert 'Took over context "lab"' in said
    assert "logout lab" in said
    assert lab.who_am_i() == JANE.name
    assert kubeconfig.read_text().count(JANE_TOKEN) == (1 if mode == "--embed" else 0)
    assert lab.ask("config", "get-contexts", "-o", "name") == "lab"
    assert lab.ask("config", "get-users").split() == ["NAME", "lab-user"]
    assert "unchanged" in lab.connector("login", "lab")
    assert 'Gave back context "lab"' in lab.connector("logout", "lab")
    assert kubeconfig.read_bytes() == before
    assert (items(lab.home), "originals" in lab.kept()["lab"]) == (kept, False)
    assert lab.who_am_i() == JANE.name


def test_another_token_leaves_the_connector_that_of_its_context(
    lab: Terminal, before: bytes
) -> None:
    kubeconfig = lab.home.kubeconfig
    lab.connector("login", "lab", "--exec")
    lab.connector("update", "lab", "--token-stdin", "--no-verify", stdin=BOB_TOKEN)
    assert "lab in ~/.kube/config, but for the credential" in lab.connector("describe", "lab")
    lab.connector("logout", "lab")
    assert (kubeconfig.read_bytes(), lab.who_am_i()) == (before, JANE.name)
    assert 'Took over context "lab"' in lab.connector("login", "lab", "--exec")
    assert lab.who_am_i() == BOB.name
    lab.connector("logout", "lab")
    assert kubeconfig.read_bytes() == before
    lab.connector("update", "lab", "--auto-configure")  # and once more it is all its context's
    assert "but for the credential" not in lab.connector("describe", "lab")
    lab.connector("login", "lab", "--exec")
    assert lab.who_am_i() == JANE.name


def test_what_kubectl_rewrote_in_between_is_given_back_all_the_same(
    lab: Terminal, before: bytes
) -> None:
    lab.connector("login", "lab", "--exec")
    lab.ask("config", "set-context", "lab", "--namespace=shop")
    lab.ask("config", "set-cluster", "another", "--server=https://another.example")
    lab.connector("logout", "lab")
    after = yaml.safe_load(lab.home.kubeconfig.read_text())
    wanted = yaml.safe_load(before)
    assert {each["name"]: each for each in after["clusters"]}.keys() == {"lab-cluster", "another"}
    assert after["users"] == wanted["users"]
    assert after["contexts"] == wanted["contexts"]
    assert after["current-context"] == "lab"
    assert lab.who_am_i() == JANE.name


def test_delete_refuses_what_only_logout_can_give_back(lab: Terminal, before: bytes) -> None:
    lab.connector("login", "lab", "--exec")
    refusal = lab.refused("delete", "lab", "--yes")
    assert (refusal.code, "keeps what its login replaced" in refusal.error) == (1, True)
    assert "kubectl connector logout lab" in refusal.hint
    assert refusal.hint.endswith("kubectl connector delete lab --yes --force")
    assert "no connector" not in lab.connector("prune") + lab.connector("list")
    lab.connector("logout", "--all")
    assert lab.home.kubeconfig.read_bytes() == before
    lab.connector("delete", "lab", "--yes")


def test_what_is_lost_is_said_and_nothing_is_changed(lab: Terminal, before: bytes) -> None:
    lab.connector("login", "lab", "--exec")
    ours = lab.home.kubeconfig.read_bytes()
    lab.connector("delete", "lab", "--yes", "--force")
    for name in ("lab", "--all"):
        refusal = lab.refused("logout", name)
        assert (refusal.code, "can't be given back" in refusal.error) == (6, True)
        assert refusal.hint.endswith(f"kubectl connector logout {name} --force")
        assert lab.home.kubeconfig.read_bytes() == ours
    done = lab.run("connector", "logout", "lab", "--force")
    assert (done.returncode, 'with user "lab-user" is lost' in done.stderr) == (0, True)
    after = yaml.safe_load(lab.home.kubeconfig.read_text())
    wanted = yaml.safe_load(before)
    assert (after["contexts"], after["clusters"]) == (wanted["contexts"], wanted["clusters"])
    assert not after["users"]


def test_a_locked_store_changes_nothing(lab: Terminal, before: bytes) -> None:
    lab.connector("login", "lab", "--exec")
    ours = lab.home.kubeconfig.read_bytes()
    for passphrase in ("", "wrong"):
        done = lab.run(
            "connector", "logout", "lab", env={"KUBECTL_CONNECTOR_PASSPHRASE": passphrase}
        )
        assert (done.returncode, len(done.stderr.splitlines())) == (6, 2)
        assert "can't be given back" in done.stderr
        assert lab.home.kubeconfig.read_bytes() == ours
    lab.connector("logout", "lab")
    assert lab.home.kubeconfig.read_bytes() == before


def test_a_user_that_other_contexts_need_stays(lab: Terminal) -> None:
    lab.ask("config", "set-context", "shop", "--cluster=lab-cluster", "--user=lab-user")
    before = lab.home.kubeconfig.read_bytes()
    done = lab.run("connector", "login", "lab", "--exec")
    assert 'secret of user "lab-user" stays' in done.stderr
    assert 'context "shop" too' in done.stderr
    assert lab.who_am_i() == lab.who_am_i("--context=shop") == JANE.name
    lab.connector("logout", "lab")
    assert lab.home.kubeconfig.read_bytes() == before


def test_overwrite_keeps_and_gives_back_too(lab: Terminal, server: ApiServer) -> None:
    lab.ask("config", "set-context", "mine", "--cluster=lab-cluster", "--user=me")
    lab.ask("config", "set-credentials", "me", "--token=hunter2")
    before = lab.home.kubeconfig.read_bytes()
    refusal = lab.refused("login", "lab", "--context", "mine")
    assert (refusal.code, "logout gives it back" in refusal.hint) == (7, True)
    assert lab.home.kubeconfig.read_bytes() == before
    said = lab.connector("login", "lab", "--context", "mine", "--overwrite", "--exec")
    assert 'Took over context "mine"' in said
    assert "is gone" not in said
    assert "hunter2" not in lab.home.kubeconfig.read_text()
    assert lab.who_am_i() == JANE.name
    lab.connector("logout", "lab")
    assert lab.home.kubeconfig.read_bytes() == before


def test_a_store_is_needed_for_a_secret_only(
    terminal: Terminal, server: ApiServer, tmp_path: Path
) -> None:
    terminal.environment["KUBECTL_CONNECTOR_PASSPHRASE"] = ""
    user = exec_user(tmp_path / "get-token", token=JANE_TOKEN)
    kubeconfig = write_kubeconfig(terminal.home.kubeconfig, server, user)
    before = kubeconfig.read_bytes()
    terminal.connector("register", "lab", "--auto-configure", "--store", "file")
    for mode in ("--embed", "--exec"):
        terminal.connector("login", "lab", mode)
    assert terminal.who_am_i() == JANE.name
    terminal.connector("logout", "lab")
    assert kubeconfig.read_bytes() == before


def test_what_other_programs_noted_is_kept(
    terminal: Terminal, server: ApiServer, cheap_file_store: None
) -> None:
    """As minikube and Teleport note it; what looks like a secret is not for the catalog."""
    noted = {"cluster_info": {"provider": "minikube.sigs.k8s.io", "version": "v1.37.0"}}
    secret = {"a": {"session": {"api-token": "hunter2"}}}
    kubeconfig = write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    content = yaml.safe_load(kubeconfig.read_text())
    for kind in ("cluster", "user", "context"):
        entry = content[f"{kind}s"][0][kind]
        entry["extensions"] = [
            {"name": name, "extension": data} for name, data in {**noted, **secret}.items()
        ]
    kubeconfig.write_text(yaml.safe_dump(json.loads(json.dumps(content))))  # without anchors
    before = kubeconfig.read_bytes()
    terminal.connector("register", "lab", "--auto-configure", "--store", "file")
    shown = yaml.safe_load(terminal.connector("describe", "lab", "-o", "yaml"))
    assert shown["extensions"] == dict.fromkeys(("cluster", "user", "context"), noted)
    for context in ("lab", "other"):
        terminal.connector("login", "lab", "--exec", "--context", context)
    assert "hunter2" not in kubeconfig.read_text()
    view = json.loads(terminal.ask("config", "view", "--raw", "-o", "json"))
    for kind in ("cluster", "user", "context"):
        for entry in view[f"{kind}s"]:
            names = [each["name"] for each in entry[kind]["extensions"]]
            assert names == ["cluster_info", "kubectl-connector"]
            assert entry[kind]["extensions"][0]["extension"] == noted["cluster_info"]
    assert terminal.who_am_i() == JANE.name
    terminal.connector("logout", "lab")
    assert kubeconfig.read_bytes() == before
