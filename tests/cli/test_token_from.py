"""``--token-from``: a connector that knows where its token is, and has none."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from kubectl_connector.cli.main import run
from tests.apiserver import ApiServer
from tests.conftest import JANE, JANE_TOKEN, Home

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A password manager that has jane's token, and counts how often it was asked."""
    path = tmp_path / "print-token"
    asked = tmp_path / "asked"
    path.write_text(f'#!/bin/sh\necho "$*" >> {asked}\necho {JANE_TOKEN}\n')
    path.chmod(stat.S_IRWXU)
    return path


@pytest.fixture
def cluster(server: ApiServer, tmp_path: Path) -> tuple[str, ...]:
    authority = tmp_path / "ca.crt"
    authority.write_text(server.ca_pem)
    return ("--server", server.url, "--certificate-authority", str(authority))


def ours(capsys: Capture, *words: str, code: int = 0) -> tuple[str, str]:
    ended = run(list(words))
    captured = capsys.readouterr()
    assert ended == code, captured.err
    assert JANE_TOKEN not in captured.out + captured.err
    return captured.out, captured.err


def asked(program: Path) -> list[str]:
    file = program.with_name("asked")
    return file.read_text().splitlines() if file.exists() else []


def test_there_is_a_reference_and_no_copy(
    capsys: Capture, home: Home, program: Path, cluster: tuple[str, ...]
) -> None:
    command = f"{program} show k8s/prod"
    _, err = ours(capsys, "register", "prod", *cluster, "--token-from", command)
    assert err.splitlines()[0] == f"runs: {command} ({program})"
    assert f"you are {JANE.name}" in err
    assert asked(program) == ["show k8s/prod"]
    for file in filter(Path.is_file, home.path.rglob("*")):
        if file != program:
            assert JANE_TOKEN not in file.read_text(errors="replace"), file
    kept = json.loads(ours(capsys, "describe", "prod", "-o", "json")[0])
    assert kept["authMethod"] == "command"
    assert kept["configuration"] == {"token_from": [str(program), "show", "k8s/prod"]}
    assert kept.get("secretRef") is None
    assert command in ours(capsys, "describe", "prod")[0]
    assert len(asked(program)) == 1

    ours(capsys, "verify", "prod")
    assert len(asked(program)) == 2
    again, _ = ours(capsys, "register", "prod", *cluster, "--token-from", command)
    assert "unchanged" in again
    assert len(asked(program)) == 2


def test_login_writes_no_token(
    capsys: Capture, home: Home, program: Path, cluster: tuple[str, ...]
) -> None:
    ours(capsys, "register", "prod", *cluster, "--token-from", str(program))
    _, err = ours(capsys, "login", "prod", "--embed", code=1)
    assert err.splitlines()[1] == "hint:  kubectl connector login prod --exec"
    ours(capsys, "login", "prod", "--exec-command", "name")
    assert "credential" in home.kubeconfig.read_text()


def test_what_is_shown_is_not_run_where_nothing_is_verified(
    capsys: Capture, program: Path, cluster: tuple[str, ...]
) -> None:
    _, err = ours(capsys, "register", "a", *cluster, "--token-from", str(program), "--no-verify")
    assert f"runs: {program}" in err
    assert asked(program) == []
    _, err = ours(capsys, "register", "b", *cluster, "--token-from", "no-such read", "--no-verify")
    assert "no-such is not installed" in err
    code = ("register", "c", *cluster, "--token-from", "no-such read")
    _, err = ours(capsys, *code, code=1)
    assert err.splitlines()[0] == "error: the program no-such is not installed, or not on the PATH"


def test_a_connector_comes_and_goes(
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    program: Path,
    cluster: tuple[str, ...],
) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")
    token = tmp_path / "token"
    token.write_text(JANE_TOKEN)
    ours(capsys, "register", "prod", *cluster, "--token-file", str(token), "--store", "file")
    _, err = ours(capsys, "update", "prod", "--token-from", f"{program} show")
    assert err.startswith(f"runs: {program} show")
    kept = json.loads(ours(capsys, "describe", "prod", "-o", "json")[0])
    assert (kept["authMethod"], kept.get("secretRef")) == ("command", None)
    ours(capsys, "update", "prod", "--token-file", str(token))
    kept = json.loads(ours(capsys, "describe", "prod", "-o", "json")[0])
    assert kept["authMethod"] == "token"
    assert kept["secretRef"]
    assert len(asked(program)) == 1


def test_the_cluster_refuses_it(capsys: Capture, program: Path, cluster: tuple[str, ...]) -> None:
    ours(capsys, "register", "prod", *cluster, "--token-from", f"{program} show k8s/prod")
    program.write_text("#!/bin/sh\necho another\n")
    _, err = ours(capsys, "verify", "prod", code=4)
    assert f"put a fresh token where it is read from: {program} show k8s/prod" in err


def test_both_kinds_of_token_exclude_each_other(
    capsys: Capture, tmp_path: Path, program: Path, cluster: tuple[str, ...]
) -> None:
    token = tmp_path / "token"
    token.write_text(JANE_TOKEN)
    words = ("--token-from", str(program), "--token-file", str(token))
    _, err = ours(capsys, "register", "prod", *cluster, *words, code=2)
    assert "belong to different authentication methods" in err


def test_the_type_tells_of_it(capsys: Capture) -> None:
    out, _ = ours(capsys, "describe-type", "kubernetes", "--auth-method", "command")
    assert "--token-from COMMAND" in out
    out, _ = ours(capsys, "list-types", "-o", "json")
    assert "command" in out
    out, _ = ours(capsys, "register", "--help")
    assert "--token-from" in out
