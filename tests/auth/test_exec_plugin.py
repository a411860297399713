"""Running exec plugins as kubectl does (semantics X1 to X10), with real programs."""

from __future__ import annotations

import json
import stat
import sys
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import IssueRequest
from kubectl_connector.auth.programs import find_program
from kubectl_connector.errors import ConnectorError, RefusedError, UsageError
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster, ExecConfig
from kubectl_connector.model.secret import Credential
from tests.apiserver import Authority

V1 = "client.authentication.k8s.io/v1"
CLUSTER = Cluster(
    "https://lab.example", certificate_authority_data="PEM", exec_config={"audience": "lab"}
)
METHOD = auth_method("exec")


@pytest.fixture
def plugin(tmp_path: Path) -> Any:
    """A function that makes a program of some lines of Python, and returns its stanza."""

    def make(*lines: str, **fields: Any) -> ExecConfig:
        path = tmp_path / "plugin"
        path.write_text("\n".join([f"#!{sys.executable}", "import json, os, sys, time", *lines]))
        path.chmod(stat.S_IRWXU)
        return ExecConfig(str(path), **fields)

    return make


def issue(stanza: ExecConfig, interactive: bool = False, timeout: float = 10.0) -> Credential:
    material = METHOD.from_auth_info(AuthInfo(exec=stanza))
    request = IssueRequest(CLUSTER, interactive, timeout)
    return METHOD.issue(material.configuration, material.secret, request)


def answer(status: Any, api_version: str = V1) -> str:
    return f"print({json.dumps(json.dumps({'apiVersion': api_version, 'status': status}))})"


def test_the_program_gets_what_kubectl_gives_it(plugin: Any, tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    stanza = plugin(
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])",
        "seen = [info, sys.argv[1:], os.environ['ADDED'], sys.stdin.read()]",
        f"json.dump(seen, open({str(seen)!r}, 'w'))",
        answer({"token": "t"}),
        args=("get-token", "--password", "hunter2"),
        env=(("ADDED", "yes"),),
        provide_cluster_info=True,
    )
    assert issue(stanza).token == "t"
    info, args, added, stdin = json.loads(seen.read_text())
    assert args == ["get-token", "--password", "hunter2"]
    assert (added, stdin) == ("yes", "")
    assert info["apiVersion"] == V1
    assert info["spec"]["interactive"] is False
    assert info["spec"]["cluster"] == {
        "server": "https://lab.example",
        "certificate-authority-data": "UEVN",
        "config": {"audience": "lab"},
    }


@pytest.mark.parametrize(
    ("name", "gets"),
    [
        ("plugin", {"EXPORT": "the stanza's"}),
        ("kubectl-connector", {"": "x", "EXPORT": "the stanza's"}),
    ],
)
def test_our_passphrases_are_not_for_it(
    plugin: Any, monkeypatch: pytest.MonkeyPatch, name: str, gets: dict[str, str]
) -> None:
    variables = {
        each: f"KUBECTL_CONNECTOR_{each}_PASSPHRASE".replace("__", "_")
        for each in ("", "NEW", "EXPORT")
    }
    for variable in variables.values():
        monkeypatch.setenv(variable, "x")
    stanza = plugin(
        f"seen = {{n: os.environ[v] for n, v in {variables!r}.items() if v in os.environ}}",
        f"assert seen == {gets!r}, seen",
        answer({"token": "t"}),
        env=((variables["EXPORT"], "the stanza's"),),
    )
    path = Path(stanza.command).rename(Path(stanza.command).with_name(name))
    assert issue(replace(stanza, command=str(path))).token == "t"


def test_a_program_that_did_not_ask_for_it_gets_no_cluster(plugin: Any) -> None:
    stanza = plugin(
        "assert 'cluster' not in json.loads(os.environ['KUBERNETES_EXEC_INFO'])['spec']",
        answer({"token": "t"}),
    )
    assert issue(stanza).token == "t"


def test_a_certificate_and_an_end(plugin: Any) -> None:
    pair = Authority("ca").issue_client("jane", ())
    issued = issue(
        plugin(
            answer(
                {
                    "clientCertificateData": pair.certificate_pem,
                    "clientKeyData": pair.key_pem,
                    "expirationTimestamp": "2026-03-01T01:00:00+01:00",
                }
            )
        )
    )
    assert issued.client_key == pair.key_pem
    assert issued.expires_at == datetime(2026, 3, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "line",
    [
        "print('hello')",
        "pass",
        "print('[]')",
        "print('log line'); " + answer({"token": "t"}),
        answer({"token": "s3cr3t"}, "client.authentication.k8s.io/v1beta1"),
        answer({}),
        answer(None),
        answer({"token": "s3cr3t", "clientKeyData": "s3cr3t"}),
        answer({"token": "s3cr3t", "expirationTimestamp": "2026-03-01"}),
        answer({"token": "s3cr3t", "expirationTimestamp": ""}),
        answer({"token": "s3cr3t\n"}),
        answer({"token": ["s3cr3t"]}),
    ],
)
def test_what_kubectl_would_not_take_is_refused_unquoted(plugin: Any, line: str) -> None:
    with pytest.raises(ConnectorError, match=r"printed no .* ExecCredential") as caught:
        issue(plugin(line))
    error: BaseException | None = caught.value
    assert "s3cr3t" not in str(error)
    assert error is not None
    assert error.__cause__ is None


def test_a_program_that_fails_is_a_refusal(plugin: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RefusedError, match="exit status 3"):
        issue(plugin("print('sign in first', file=sys.stderr); sys.exit(3)"))
    assert "sign in first" in capfd.readouterr().err


def test_a_program_that_hangs_is_ended(plugin: Any) -> None:
    with pytest.raises(ConnectorError, match=r"no answer in 0\.5 s"):
        issue(plugin("time.sleep(60)"), timeout=0.5)


def test_what_a_hanging_program_has_started_is_ended_too(plugin: Any, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    stanza = plugin(
        "import subprocess",
        "child = subprocess.Popen(['sleep', '60'])",
        f"open({str(pid)!r}, 'w').write(str(child.pid))",
        "child.wait()",
    )
    with pytest.raises(ConnectorError, match="no answer"):
        issue(stanza, timeout=1.0)
    status = Path(f"/proc/{pid.read_text()}/stat")
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc to look into")
    deadline = time.monotonic() + 5
    while status.exists() and " Z " not in status.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_program_that_needs_a_terminal_is_not_run_without(plugin: Any, tmp_path: Path) -> None:
    stanza = plugin(f"open({str(tmp_path / 'ran')!r}, 'w')", interactive_mode="Always")
    with pytest.raises(ConnectorError, match="needs a terminal"):
        issue(stanza)
    assert not (tmp_path / "ran").exists()


def test_a_program_that_never_asks_gets_no_terminal(plugin: Any) -> None:
    stanza = plugin(
        "assert json.loads(os.environ['KUBERNETES_EXEC_INFO'])['spec']['interactive'] is False",
        "assert sys.stdin.read() == ''",
        answer({"token": "t"}),
        interactive_mode="Never",
    )
    assert issue(stanza, interactive=True).token == "t"


def test_a_missing_program_shows_its_own_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    stanza = ExecConfig("no-such-plugin", install_hint="\n  brew install it\n  then sign in\n")
    with pytest.raises(ConnectorError, match="no-such-plugin is not installed") as caught:
        issue(stanza)
    assert caught.value.hint == "brew install it then sign in"
    with pytest.raises(ConnectorError) as caught:
        issue(replace(stanza, install_hint=None))
    assert "full path" in caught.value.hint


def test_a_relative_entry_of_path_is_not_searched(
    plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin(answer({"token": "t"}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(ConnectorError, match="not installed"):
        find_program(ExecConfig("plugin"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program(ExecConfig("plugin")) == str(tmp_path / "plugin")


@pytest.mark.parametrize(
    "stanza",
    [ExecConfig(""), ExecConfig("x", api_version="client.authentication.k8s.io/v1alpha1")],
)
def test_a_stanza_that_kubectl_would_not_take_is_refused(stanza: ExecConfig) -> None:
    with pytest.raises(UsageError):
        METHOD.from_auth_info(AuthInfo(exec=stanza))
