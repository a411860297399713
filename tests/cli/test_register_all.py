"""``register --all-contexts``: a whole kubeconfig at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_connector.cli.main import run
from kubectl_connector.operations import register_all
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, register
from kubectl_connector.operations.register_all import names_for
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home
from tests.kubeconfigs import cluster_entry, exec_user, token_user

Capture = pytest.CaptureFixture[str]
ALL = ("register", "--auto-configure", "--all-contexts")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")
    home.connector_home.mkdir(mode=0o700)
    text = "apiVersion: kubectl-connector/v1\nkind: Settings\nstore: file\n"
    (home.connector_home / "config.yaml").write_text(text)


def write(home: Home, server: ApiServer, users: Mapping[str, Any]) -> None:
    """A kubeconfig with a context for each user, of its name."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster_entry(server)}],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": name}} for name in users],
        "current-context": next(iter(users)),
    }
    home.kubeconfig.parent.mkdir(parents=True, exist_ok=True)
    home.kubeconfig.touch(mode=0o600)
    home.kubeconfig.write_text(yaml.safe_dump(document))


def registered(capsys: Capture) -> list[str]:
    assert run(["list", "-o", "json"]) == 0
    return [each["name"] for each in json.loads(capsys.readouterr().out)["items"]]


def test_every_context_becomes_a_connector(
    server: ApiServer, home: Home, capsys: Capture, tmp_path: Path
) -> None:
    good = token_user(JANE_TOKEN)
    plugin = exec_user(tmp_path / "plugin", token=JANE_TOKEN)
    users = {"a/b": good, "a:b": good, "plain": good, "bad": token_user("nobodys"), "cloud": plugin}
    write(home, server, users)
    assert run([*ALL, "--prefix", "x-", "--label", "team=a"]) == 4
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split(" (")[0] for line in lines] == [
        'Registered connector "x-a-b"',
        'Registered connector "x-a-b-2"',
        'Failed: context "bad"',
        'Registered connector "x-cloud"',
        'Registered connector "x-plain"',
    ]
    assert "you are jane@example.com" in lines[0]
    note, error, hint = said.err.splitlines()
    assert note.startswith("runs: ")
    assert error.startswith('error: context "bad": the cluster c refused the token')
    assert hint.startswith("hint:  check the credential")
    assert registered(capsys) == ["x-a-b", "x-a-b-2", "x-cloud", "x-plain"]

    # The same again: nothing is new, and a context that login wrote is not the user's.
    assert run(["login", "x-plain", "--context", "mine", "--no-set-current"]) == 0
    write_good = users | {"bad": good}
    capsys.readouterr()
    assert run([*ALL, "--prefix", "x-", "--label", "team=a", "--match", "[!b]*"]) == 0
    again = capsys.readouterr().out.splitlines()
    assert again == [
        'Connector "x-a-b" unchanged',
        'Connector "x-a-b-2" unchanged',
        'Connector "x-cloud" unchanged',
        'Skipped context "mine": login wrote it for "x-plain"',
        'Connector "x-plain" unchanged',
    ]
    write(home, server, write_good)
    assert run([*ALL, "--match", "bad", "--no-verify"]) == 0
    assert capsys.readouterr().out == 'Registered connector "bad"\n'


def test_what_has_changed_since_says_how_to_take_it(
    server: ApiServer, home: Home, capsys: Capture
) -> None:
    write(home, server, {"lab": token_user("one")})
    assert run([*ALL, "--no-verify"]) == 0
    write(home, server, {"lab": token_user("two")})
    capsys.readouterr()
    assert run([*ALL, "--no-verify"]) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert error == 'error: context "lab": "lab" was made from it before, and the two differ now'
    assert "kubectl connector update lab --auto-configure;" in hint


TOKEN = "eyJhbGci.eyJzdWIi.c2lnbmF0"


def test_names_are_valid_and_the_same_every_time() -> None:
    contexts = ["arn:aws:eks:eu/prod", "arn_aws", "kind-dev", "x/y", "x:y", "…", TOKEN]
    names = names_for(contexts, "", {"kind-dev": "dev"}, {"dev", "arn_aws"})
    assert names == {
        "arn:aws:eks:eu/prod": "arn-aws-eks-eu-prod",
        "arn_aws": "arn_aws-2",
        "kind-dev": "dev",
        "x/y": "x-y",
        "x:y": "x-y-2",
        "…": "kubernetes",
        TOKEN: "kubernetes-2",
    }


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("lab", "--all-contexts"), 2, 'the name "lab" is of one'),
        (("--all-contexts", "--context", "lab"), 2, "--context is of one"),
        (("--all-contexts", "-i"), 2, "--interactive is of one"),
        (("--match", "x*"), 2, "--match and --prefix are about many contexts"),
        (("--all-contexts", "--match", "x*"), 3, 'no context matches "x*"'),
        (("--all-contexts", "--server", "https://x"), 2, "come from the kubeconfig"),
    ],
)
def test_what_makes_no_sense_is_refused(
    server: ApiServer, home: Home, capsys: Capture, words: tuple[str, ...], code: int, says: str
) -> None:
    write(home, server, {"lab": token_user(JANE_TOKEN)})
    assert run(["register", *words]) == code
    *_, error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith("error: ")
    assert says in error
    assert hint.startswith("hint:  ")
    assert registered(capsys) == []


def test_what_nobody_foresaw_ends_one_context_and_not_the_others(
    server: ApiServer, home: Home, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(workspace: Workspace, plan: Plan, verify: bool) -> Registered:
        if plan.name == "odd":
            raise ValueError("Invalid header value: secret")
        return register(workspace, plan, verify)

    monkeypatch.setattr(register_all, "register", odd)
    write(home, server, {"odd": token_user(JANE_TOKEN), "plain": token_user(JANE_TOKEN)})
    assert run([*ALL]) == 1
    said = capsys.readouterr()
    assert 'Registered connector "plain"' in said.out
    error, hint = said.err.splitlines()
    assert error.endswith('"odd" can\'t be used (ValueError)')
    assert hint == "hint:  kubectl connector register odd --auto-configure --context odd"
    assert registered(capsys) == ["plain"]
