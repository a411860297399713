"""What completion reads from the user's files, and what it does not offer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from kubectl_connector.completion.complete import complete
from kubectl_connector.completion.large import LARGE
from kubectl_connector.completion.tree import TREE
from kubectl_connector.completion.values import UserValues
from tests.conftest import Home

if TYPE_CHECKING:
    from kubectl_connector.completion.complete import Candidate

CONNECTORS = [
    {"name": "prod", "authMethod": "token", "clusterName": "gke", "namespace": "shop"},
    {
        "name": "lab",
        "description": "the \x1b[31mlab\nin the cellar",
        "labels": {"team": "ops", "tier": "1"},
        "expiresAt": "2020-01-01T00:00:00Z",
    },
    {"name": "x", "labels": {"team": "ops"}, "expiresAt": "2999-01-01T00:00:00Z"},
]


def write_catalog(home: Home, connectors: object) -> None:
    home.connector_home.mkdir(exist_ok=True)
    document = {"apiVersion": "kubectl-connector/v1", "connectors": connectors}
    (home.connector_home / "connectors.yaml").write_text(yaml.safe_dump(document))


def write_contexts(path: Path, contexts: Sequence[str], current: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = [{"name": name, "context": {"namespace": f"ns-of-{name}"}} for name in contexts]
    path.write_text(yaml.safe_dump({"contexts": listed, "current-context": current}))
    return path


def candidates(line: str) -> list[Candidate]:
    return complete(line.split(" "), TREE, UserValues(os.environ))[0]


def names(line: str) -> list[str]:
    return [name for name, _ in candidates(line)]


def test_connectors_and_what_they_are(home: Home) -> None:
    write_catalog(home, CONNECTORS)
    assert candidates("login ") == [
        ("prod", "token for gke"),
        ("lab", "the [31mlab in the cellar, expired"),
        ("x", "None for None"),
    ]
    for verb in ("delete", "login", "logout", "describe", "verify", "list-resources"):
        assert names(f"{verb} lab ") == ["prod", "x"]


def test_labels(home: Home) -> None:
    write_catalog(home, CONNECTORS)
    assert names("list -l ") == ["team=ops", "tier=1"]
    assert names("list --selector=team=") == ["team=ops"]
    assert names("verify -l tier=1,te") == ["tier=1,team=ops"]
    assert names("register new --label=team=") == ["team=ops"]


def test_contexts_of_the_merged_kubeconfig(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_contexts(home.kubeconfig, ["kind", "arn:aws:eks:eu:1:cluster/a"])
    second = write_contexts(tmp_path / "second", ["kind", "lab"], current="lab")
    missing = tmp_path / "missing"
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, [first, missing, second])))
    assert candidates("login prod --context ") == [
        ("kind", ""),
        ("arn:aws:eks:eu:1:cluster/a", ""),
        ("lab", "the current one"),
    ]


@pytest.mark.parametrize("word", ["--kubeconfig {}", "--kubeconfig={}", '--kubeconfig "{}"'])
def test_contexts_of_the_file_on_the_line(home: Home, tmp_path: Path, word: str) -> None:
    write_contexts(home.kubeconfig, ["kind"])
    other = write_contexts(tmp_path / "other", ["lab"])
    line = f"register prod --auto-configure {word.format(other)} --context "
    assert names(line) == ["lab"]


def test_the_file_on_the_line_may_be_in_the_home(home: Home) -> None:
    write_contexts(home.path / "other", ["lab"])
    assert names("register prod --kubeconfig ~/other --context ") == ["lab"]
    assert names("register prod --kubeconfig $HOME/other --context ") == ["lab"]


def test_namespaces_of_contexts_and_connectors(home: Home) -> None:
    write_catalog(home, CONNECTORS)
    write_contexts(home.kubeconfig, ["kind"])
    assert names("login prod -n ") == ["ns-of-kind", "shop"]
    home.kubeconfig.write_text("contexts: [")
    assert names("login prod -n ") == ["shop"]


@pytest.mark.parametrize(
    "text",
    ["", "[", "5", "connectors: 5", "connectors: [5]", "connectors: [{}]", "a: &a [*a]", "\x00"],
)
def test_a_broken_file_offers_nothing(home: Home, text: str) -> None:
    home.connector_home.mkdir()
    (home.connector_home / "connectors.yaml").write_text(text)
    home.kubeconfig.parent.mkdir()
    home.kubeconfig.write_text(text.replace("connectors", "contexts"))
    assert names("login ") == []
    assert names("login x --context ") == []
    assert names("login x -n ") == []
    assert names("list -l ") == []


def test_nothing_is_there_yet() -> None:
    assert names("login ") == []
    assert names("login x --context ") == []


@pytest.mark.parametrize(
    "name", ["$(reboot)", "a b", "a`b`", "a;b", "a\tb", "a\nb", "\x1b[31m", "-rf", "a'b", "é\u202e"]
)
def test_a_name_that_a_shell_would_act_on_is_not_offered(home: Home, name: str) -> None:
    write_contexts(home.kubeconfig, [name, "good", "größe"])
    assert names("login x --context ") == ["good", "größe"]


FILLER = "A" * 4800
"""As long as a cluster's certificates and a user's, in base64."""


def write_large(path: Path, entries: int, form: str = "{}") -> Path:
    """A kubeconfig as kubectl writes it, in which ``form`` may change the text."""
    numbers = range(entries)
    clusters = (
        f"- cluster:\n    certificate-authority-data: {FILLER}\n  name: c{n}" for n in numbers
    )
    contexts = (f"- context:\n    namespace: ns{n % 3}\n  name: ctx-{n}" for n in numbers)
    parts = ["apiVersion: v1", "clusters:", *clusters, "contexts:", *contexts]
    text = "\n".join([*parts, "current-context: ctx-7", "kind: Config", "users: []", ""])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(form.replace("{}", text))
    return path


def test_contexts_whatever_the_size(home: Home) -> None:
    write_large(home.kubeconfig, 6000)
    assert home.kubeconfig.stat().st_size > 29_000_000
    found = candidates("login x --context ctx-7")
    assert len(found) == 111
    assert found[:2] == [("ctx-7", "the current one"), ("ctx-70", "")]


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "---\n{}",
        "# ours\n---\n{}",
        "contexts: [{name: earlier}]\n{}",
        "{}---\ncontexts: [{name: in another document}]\n",
        "x: &x y\n{}preferences: {a: *x}\n",
        "{}z:\n  a: |\n    contexts:\n    - name: quoted\n",
    ],
)
def test_a_large_file_says_the_same_as_a_small_one(home: Home, form: str) -> None:
    write_large(home.kubeconfig, 20, form)
    assert home.kubeconfig.stat().st_size > LARGE
    assert candidates("login x --context ")[7] == ("ctx-7", "the current one")
    assert names("login x --context ") == [f"ctx-{n}" for n in range(20)]
    assert names("login x -n ") == ["ns0", "ns1", "ns2"]


@pytest.mark.parametrize(
    "write", [json.dumps, lambda data: yaml.dump(data, default_flow_style=True)]
)
def test_a_large_file_in_flow_style(home: Home, write: Callable[[object], str]) -> None:
    contexts = [{"name": f"ctx-{n}", "context": {"namespace": "shop"}} for n in range(20)]
    home.kubeconfig.parent.mkdir()
    home.kubeconfig.write_text(write({"x": FILLER * 20, "contexts": contexts}))
    assert names("login x --context ")[-1] == "ctx-19"
    assert names("login x -n ") == ["shop"]


def test_a_large_file_that_is_broken_offers_nothing(home: Home) -> None:
    write_large(home.kubeconfig, 20, "{}contexts: [")
    assert names("login x --context ") == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs on Windows")
def test_a_fifo_is_left_to_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    monkeypatch.setenv("KUBECONFIG", str(fifo))
    assert names("login x --context ") == []


def test_settings_have_values() -> None:
    assert names("config set login.mode ") == ["embed", "exec"]
    assert names("config set nothing ") == []
