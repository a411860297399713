"""What people get wrong, and what the two lines say then."""

from __future__ import annotations

import pytest

from tests.apiserver import ApiServer
from tests.cli.test_commands import Capture, fails, succeeds
from tests.conftest import BOB_TOKEN, JANE_TOKEN, Home
from tests.kubeconfigs import token_user, write_kubeconfig


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")


def test_naming_a_context_or_a_kubeconfig_means_auto_configure(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(BOB_TOKEN), context="lab")
    other = home.path / "other"
    write_kubeconfig(other, server, token_user(JANE_TOKEN), context="shop")
    register = ("register", "one", "--store", "file", "--no-verify")
    succeeds(capsys, *register, "--kubeconfig", str(other), "--context", "shop")
    described = ("describe", "one", "-o", "json", "--show-secrets")
    assert JANE_TOKEN in succeeds(capsys, *described)
    succeeds(capsys, "update", "one", "--kubeconfig", str(home.kubeconfig), "--no-verify")
    assert BOB_TOKEN in succeeds(capsys, *described)
    succeeds(capsys, "register", "two", "--store", "file", "--no-verify", "--context", "lab")
    code, error, hint = fails(
        capsys, "register", "three", "--context", "lab", "--server", "https://x"
    )
    assert (code, "can't be given too" in error) == (2, True)
    assert "kubectl connector update three" in hint


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        ("{home}/none", "~/none (from KUBECONFIG) does not exist"),
        ("{home}/none:{home}/no", "none of ~/none, ~/no (from KUBECONFIG) exists"),
        ("{home}/void", "~/void (from KUBECONFIG) is empty"),
        ("{home}/void:{home}/no", "none of ~/void, ~/no (from KUBECONFIG) holds anything"),
        ("{home}/bare", "~/bare (from KUBECONFIG) has no contexts"),
        ("", "~/.kube/config does not exist"),
    ],
)
def test_a_kubeconfig_that_says_nothing_is_named_with_the_reason(
    capsys: Capture, home: Home, monkeypatch: pytest.MonkeyPatch, variable: str, problem: str
) -> None:
    (home.path / "void").write_text("# nothing yet\n---\n")
    (home.path / "bare").write_text("clusters: [{name: a, cluster: {server: https://a}}]\n")
    monkeypatch.setenv("KUBECONFIG", variable.format(home=home.path))
    for words in (["--auto-configure"], ["--context", "lab"]):
        code, error, hint = fails(capsys, "register", "lab", *words)
        assert (code, error) == (7, f"no kubeconfig: {problem}")
        assert "--kubeconfig FILE" in hint


def test_a_variable_that_names_no_file(
    capsys: Capture, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "::")
    said = fails(capsys, "register", "lab", "--auto-configure")
    assert said == (7, "KUBECONFIG is set, but names no file", "set it to a path, or unset it")
