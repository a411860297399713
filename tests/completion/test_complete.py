"""The completion engine alone: words and a small tree in, candidates and a directive out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from kubectl_connector.completion.complete import (
    DEFAULT,
    FILE,
    FOLDER,
    FOLDERS_ONLY,
    FREE,
    NO_FILES,
    complete,
)

if TYPE_CHECKING:
    from kubectl_connector.completion.complete import Candidate, Line, Tree

VERBOSE = (("-v", "--verbose"), None, False, "more")
TREE: Tree = {
    "": ("all", (VERBOSE,), ()),
    "login": (
        "Log in",
        (
            (("--context",), "contexts", False, "where"),
            (("--kubeconfig",), FILE, False, "which file"),
            (("-o", "--output"), ("json", "yaml"), False, "how"),
            (("-l", "--label"), "labels", True, "which"),
            (("--exec", "--embed"), None, False, "mode"),
            (("--server",), FREE, False, "a URL"),
            (("--dir",), FOLDER, False, "a folder"),
            VERBOSE,
        ),
        (("connectors", False),),
    ),
    "logout": ("Log out", (), (("connectors", False),)),
    "delete": ("Delete", (VERBOSE,), (("connectors", True),)),
    "config": ("Settings", (VERBOSE,), ()),
    "config set": ("Set", (), (("settings", False), ("setting values", False))),
    "config unset": ("Unset", (), (("settings", False),)),
}

VALUES = {
    "connectors": ["lab", "prod", "prod-eu"],
    "contexts": ["kind", "minikube"],
    "labels": ["team=shop", "team=pay", "tier=1"],
    "settings": ["store", "mode"],
    "setting values": ["a", "b"],
}


def values(provider: str, line: Line) -> Iterable[Candidate]:
    return [(name, f"from {provider}") for name in VALUES[provider]]


def names(*words: str) -> list[str]:
    candidates, directive = complete(words, TREE, values)
    assert directive == NO_FILES
    return [name for name, _ in candidates]


LOGIN = ["--context", "--kubeconfig", "--output", "--label", "--exec", "--embed", "--server"]
LOGIN += ["--dir", "--verbose"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # commands
        ("", ["login", "logout", "delete", "config"]),
        ("lo", ["login", "logout"]),
        ("login", ["login"]),
        ("nothing", []),
        ("-v lo", ["login", "logout"]),
        ("config ", ["set", "unset"]),
        ("config u", ["unset"]),
        ("config nothing ", []),
        ("nothing ", []),
        ("nothing --", []),
        # positional arguments
        ("login ", ["lab", "prod", "prod-eu"]),
        ("login p", ["prod", "prod-eu"]),
        ("delete lab ", ["lab", "prod", "prod-eu"]),
        ("config set s", ["store"]),
        ("config set store ", ["a", "b"]),
        ("config set store a ", []),
        ("login -v --context kind p", ["prod", "prod-eu"]),
        ("login -- p", ["prod", "prod-eu"]),
        ("login -- -", []),
        # options
        ("login -", LOGIN),
        ("login --", LOGIN),
        ("login --con", ["--context"]),
        ("login -o", ["-o"]),
        ("login -x", []),
        ("login --context kind --con", []),
        ("login --context=kind --con", []),
        ("login -o json --out", []),
        ("login -ojson --out", []),
        ("login --exec --e", []),
        ("login -vl team=pay --ver", []),
        ("login -l team=pay --la", ["--label"]),
        ("login prod ", LOGIN),
        ("login prod x", []),
        # their values
        ("login --context ", ["kind", "minikube"]),
        ("login --context m", ["minikube"]),
        ("login --context=", ["kind", "minikube"]),
        ("login --context=k", ["kind"]),
        ("login -o ", ["json", "yaml"]),
        ("login -vo y", ["yaml"]),
        ("login --output=j", ["json"]),
        ("login -l team=", ["team=shop", "team=pay"]),
        ("login --label=team=p", ["team=pay"]),
        ("login --server ", []),
        ("login --server=", []),
        ("login --nothing=", []),
        ("login --context -- p", ["prod", "prod-eu"]),  # here "--" is the context
        ("login --exec=", []),
    ],
)
def test_what_may_follow(line: str, expected: list[str]) -> None:
    assert names(*line.split(" ")) == expected


def test_no_word_at_all_is_an_empty_one() -> None:
    assert complete([], TREE, values) == complete([""], TREE, values)


@pytest.mark.parametrize("word", ["--kubeconfig ", "--kubeconfig=", "--kubeconfig x/y"])
def test_a_shell_completes_files_itself(word: str) -> None:
    assert complete(["login", *word.split(" ")], TREE, values) == ([], DEFAULT)


def test_a_folder_where_a_folder_is_wanted() -> None:
    assert complete(["login", "--dir", ""], TREE, values) == ([], FOLDERS_ONLY)


def test_candidates_say_what_they_mean() -> None:
    assert complete(["logi"], TREE, values)[0] == [("login", "Log in")]
    assert complete(["login", "--con"], TREE, values)[0] == [("--context", "where")]
    assert complete(["login", "l"], TREE, values)[0] == [("lab", "from connectors")]


def test_a_provider_sees_the_line() -> None:
    lines: list[Line] = []

    def provide(_provider: str, line: Line) -> Iterable[Candidate]:
        lines.append(line)
        return []

    complete(["login", "prod", "--kubeconfig=f", "-ojson", "--context", ""], TREE, provide)
    complete(["config", "set", "store", ""], TREE, provide)
    assert lines[0].given == {"--kubeconfig": "f", "-o": "json", "--context": None}
    assert (lines[0].path, lines[0].arguments) == ("login", ["prod"])
    assert (lines[1].path, lines[1].arguments) == ("config set", ["store"])
