"""The page of kubectl's rules, the code that cites them, and the vectors that show them agree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.view import load
from tests.conftest import ROOT
from tests.kubeconfig.recorder import VECTORS

PAGE = ROOT / "docs" / "kubectl-semantics.md"
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
CITED = re.compile(r"\b([DMWFXP])(\d{1,2})(?:-\1(\d{1,2}))?\b")
"""An id, or a range of them as in a docstring."""


def page() -> dict[str, tuple[set[str], set[str]]]:
    """The vectors and the tests that the page names for each rule."""
    found = {}
    for rule, _, shown in ROW.findall(PAGE.read_text()):
        assert rule not in found, f"{rule} is on the page twice"
        names = set(re.findall(r"`([^`]+)`", shown))
        tests = {name for name in names if name.startswith("test_")}
        found[rule] = (names - tests, tests)
    return found


def vectors() -> dict[str, set[str]]:
    """The vectors that show each rule."""
    found: dict[str, set[str]] = {}
    for file in VECTORS.glob("*/vector.json"):
        for rule in json.loads(file.read_text())["rules"]:
            found.setdefault(rule, set()).add(file.parent.name)
    return found


def sources(*folders: str) -> list[Path]:
    return [file for folder in folders for file in (ROOT / folder).rglob("*.py")]


def cited() -> dict[str, str]:
    """Every rule that the code or a test cites, and a file that does."""
    found = {}
    for file in sources("kubectl_connector", "tests"):
        for kind, first, last in CITED.findall(file.read_text(encoding="utf-8")):
            for number in range(int(first), int(last or first) + 1):
                found[f"{kind}{number}"] = str(file.relative_to(ROOT))
    return found


def test_every_rule_that_the_code_cites_is_on_the_page() -> None:
    assert {rule: file for rule, file in cited().items() if rule not in page()} == {}


def test_every_rule_on_the_page_is_cited() -> None:
    assert page().keys() - cited().keys() - vectors().keys() == set()


def test_the_page_names_the_vectors_that_show_a_rule() -> None:
    assert {rule: shown for rule, (shown, _) in page().items() if shown} == vectors()


def test_the_tests_that_the_page_names_are_there() -> None:
    defined = {
        name
        for file in sources("tests")
        for name in re.findall(r"^ *def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    for rule, (shown, tests) in page().items():
        assert shown or tests, f"nothing shows {rule}"
        assert tests <= defined, rule


def test_windows_separates_files_with_semicolons() -> None:
    environ = {"KUBECONFIG": r"C:\a;b:c;;C:\a"}
    assert kubeconfig_files(None, environ, "nt").paths == (r"C:\a", "b:c")
    assert kubeconfig_files(None, {"KUBECONFIG": "a;b:c"}, "posix").paths == ("a;b", "c")


def test_an_auth_provider_beside_an_exec_stanza_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(
        "clusters: [{name: k, cluster: {server: https://k.example}}]\n"
        "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
        "users: [{name: u, user: {auth-provider: {name: gcp}, exec: {command: c,"
        " apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}]\n"
    )
    with pytest.raises(KubeconfigError, match="both auth-provider and exec"):
        load(kubeconfig_files(str(path), {})).resolve("c")
