"""How the command line behaves: help, suggestions, errors, output."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from kubectl_connector.cli.app import VERBS, load
from kubectl_connector.cli.main import run
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.connector import format_time, parse_time
from tests.apiserver import ApiServer
from tests.conftest import JANE, JANE_TOKEN, VENV_BIN, Home
from tests.kubeconfigs import token_user, write_kubeconfig

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")


def succeeds(capsys: Capture, *words: str) -> str:
    code = run(list(words))
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return captured.out


def fails(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = run(list(words))
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert first.startswith("error: ")
    assert second.startswith("hint:  ")
    return code, first[7:], second[7:]


def test_alone_it_shows_a_first_day(capsys: Capture) -> None:
    out = succeeds(capsys)
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  ")] == [
        "register",
        "list",
        "describe",
        "login",
        "logout",
    ]


def test_help_lists_every_command_and_imports_none(capsys: Capture) -> None:
    program = "import sys; from kubectl_connector.cli.main import run; run(['--help']);"
    program += " print([n for n in sys.modules if n.startswith('kubectl_connector.cli.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    imported = ast.literal_eval(done.stdout.decode().splitlines()[-1])
    assert "kubectl_connector.cli.main" in imported
    assert not {f"kubectl_connector.cli.{verb.module}" for verb in VERBS.values()} & set(imported)
    out = succeeds(capsys, "--help")
    for name, verb in VERBS.items():
        assert f"  {name} " in out
        assert verb.summary in out


@pytest.mark.parametrize("name", VERBS)
def test_every_command_has_help_with_an_example_and_documents_its_options(
    capsys: Capture, name: str
) -> None:
    out = succeeds(capsys, name, "--help")
    command = load(name)
    for each in getattr(command, "commands", {name: command}).values():
        assert f"kubectl connector {name}" in (each.help or "")
        for parameter in each.params:
            assert getattr(parameter, "help", None) or getattr(parameter, "hidden", False), (
                f"{name} {parameter.name}"
            )
    assert "Usage: kubectl connector" in out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("regster",), "did you mean register?"),
        (("zzz",), "all commands: kubectl connector --help"),
        (("list", "--frobnicate"), "kubectl connector list --help"),
        (("register",), "for example: kubectl connector register prod --auto-configure"),
        (
            ("list", "-o", "xml"),
            "choose one of: custom-columns, json, jsonpath, name, table, wide, yaml",
        ),
        (("config", "set", "stroe", "file"), "did you mean store?"),
        (("config", "set", "store", "floppy"), "there are: file, keyring"),
        (("version", "-o", "xml"), "give -o json"),
        (("verify",), "kubectl connector list"),
        (("logout",), "kubectl connector list"),
        (("list", "-l", "team in x"), "team=payments"),
    ],
)
def test_wrong_usage_says_what_to_type(capsys: Capture, words: tuple[str, ...], hint: str) -> None:
    code, _, said = fails(capsys, *words)
    assert code == 2
    assert hint in said


def test_settings(capsys: Capture) -> None:
    assert succeeds(capsys, "config", "view").startswith("store=keyring ")
    succeeds(capsys, "config", "set", "store", "file")
    assert succeeds(capsys, "config", "get", "store") == "file\n"
    succeeds(capsys, "config", "unset", "store")
    assert succeeds(capsys, "config", "get", "store") == "keyring\n"


def test_version_and_types_for_programs(capsys: Capture) -> None:
    assert json.loads(succeeds(capsys, "version", "-o", "json"))["version"] in succeeds(
        capsys, "version"
    )
    listed = json.loads(succeeds(capsys, "list-types", "-o", "json"))["items"]
    assert [item["type"] for item in listed] == ["kubernetes"]
    described = yaml.safe_load(succeeds(capsys, "describe-type", "kubernetes", "-o", "yaml"))
    assert {method["name"] for method in described["authMethods"]} == set(listed[0]["authMethods"])
    assert fails(capsys, "describe-type", "docker")[0] == 3
    token = ("describe-type", "kubernetes", "--auth-method", "token")
    assert "client-certificate:" not in succeeds(capsys, *token)
    one = json.loads(succeeds(capsys, *token, "-o", "json"))["authMethods"]
    assert [method["name"] for method in one] == ["token"]
    code, _, hint = fails(capsys, "describe-type", "kubernetes", "--auth-method", "tken")
    assert (code, "token" in hint) == (2, True)


def test_output_for_programs_is_whole_and_hides_secrets(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    labels = ("--label", "team=payments", "--label", "tier=1")
    succeeds(capsys, "register", "lab", "--auto-configure", "--store", "file", *labels)
    document = json.loads(succeeds(capsys, "describe", "lab", "-o", "json"))
    assert document["kind"] == "Connector"
    assert document["secretNames"] == ["token"]
    assert document["labels"] == {"team": "payments", "tier": "1"}
    assert document["createdAt"].endswith("Z")
    assert JANE_TOKEN not in json.dumps(document)
    shown = yaml.safe_load(succeeds(capsys, "describe", "lab", "-o", "yaml", "--show-secrets"))
    assert shown["secret"] == {"token": JANE_TOKEN}
    assert succeeds(capsys, "list", "-o", "name", "-l", "team", "-l", "tier=1") == "lab\n"
    assert succeeds(capsys, "list", "-o", "name", "-l", "team=other") == ""
    [verified] = json.loads(succeeds(capsys, "verify", "lab", "-o", "json"))["items"]
    assert (verified["ok"], verified["username"]) == (True, "jane@example.com")
    [resource] = json.loads(succeeds(capsys, "list-resources", "-o", "json"))["items"]
    assert resource["resourceName"] == "lab-cluster"
    columns = [line.split("   ")[0] for line in succeeds(capsys, "describe", "lab").splitlines()]
    wide = [
        line.split("   ")[0]
        for line in succeeds(capsys, "describe", "lab", "-o", "wide").splitlines()
    ]
    assert [name for name in columns if name not in wide] == []
    assert {"ID", "SECRET ID", "SESSION DURATION", "OWNER", "SHARED"} <= set(wide) - set(columns)


def test_verbose_tells_what_is_done_and_no_secret(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    done = subprocess.run(
        [
            VENV_BIN / "kubectl-connector",
            *["register", "lab", "--auto-configure", "-v", "--store", "file"],
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "/version: 200" in done.stderr
    assert "connectors.yaml" in done.stderr
    assert JANE_TOKEN not in done.stderr + done.stdout


def test_a_fault_of_ours_shows_no_text_and_no_traceback(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubectl_connector.catalog import Catalog

    def explode(_: Catalog) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(Catalog, "load", explode)
    code, error, _ = fails(capsys, "list")
    assert code == 1
    assert "RuntimeError" in error
    assert "hunter2" not in error


def test_control_characters_do_not_reach_the_terminal(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubectl_connector.catalog import Catalog

    def lie(_: Catalog) -> None:
        raise ConnectorError("a\x1b[2Jb\rc", "d\x07")

    monkeypatch.setattr(Catalog, "load", lie)
    assert run(["list"]) == 1
    assert not set(capsys.readouterr().err) & set("\x1b\r\x07")


def test_a_reader_that_has_seen_enough_is_no_error(home: Home) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for words, code in ((["describe-type", "kubernetes"], 0), (["describe", "nope"], 3)):
        done = subprocess.run(
            [VENV_BIN / "kubectl-connector", *words],
            stdout=writer,
            stderr=subprocess.PIPE if code == 0 else writer,
            check=False,
        )
        assert (done.returncode, done.stderr or b"") == (code, b"")
    os.close(writer)


@pytest.mark.skipif(os.name == "nt", reason="there is no /dev/full there")
@pytest.mark.parametrize("to", [">&-", ">/dev/full"])
@pytest.mark.parametrize("words", ["describe-type kubernetes", "--help", "list --help", "config"])
def test_output_that_can_not_be_written_is_an_error(home: Home, words: str, to: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" {words} {to}', VENV_BIN / "kubectl-connector"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: the output can't be written: ")
    assert len(done.stderr.splitlines()) == 2


def test_no_stdin_to_read_a_token_from(home: Home) -> None:
    done = subprocess.run(
        [
            "sh",
            "-c",
            '"$0" register x --server https://x.invalid --token-stdin <&-',
            VENV_BIN / "kubectl-connector",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "stdin is closed" in done.stderr) == (2, True)


def test_a_group_alone_shows_its_commands(capsys: Capture) -> None:
    assert "unset" in succeeds(capsys, "config")


def test_an_argument_that_is_no_text_is_refused(capsys: Capture) -> None:
    code, error, _ = fails(capsys, "update", "x", "--description", "\udcff")
    assert (code, "not text" in error) == (2, True)


def test_programs_get_every_character_and_terminals_none_that_they_obey(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    description = "a\u00a0b\u200dc 開発 \u202e\x9b"
    register = ("register", "lab", "--auto-configure", "--store", "file", "--no-verify")
    succeeds(capsys, *register, "--description", description)
    for output, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        text = succeeds(capsys, "describe", "lab", "-o", output)
        assert read(text)["description"] == description
        assert not {"\u202e", "\x9b"} & set(text)
    assert "a\u00a0b\u200dc 開発 \ufffd\ufffd" in succeeds(capsys, "describe", "lab")


def test_one_thing_comes_from_stdin(capsys: Capture, tmp_path: Path) -> None:
    base = ("register", "x", "--server", "https://x.invalid")
    assert fails(capsys, *base, "--token-stdin", "--password-stdin")[0] == 2
    assert fails(capsys, *base, "--token-stdin", "--token-file", "x")[0] == 2
    assert "can't be read" in fails(capsys, *base, "--token-file", str(tmp_path / "no"))[1]
    (tmp_path / "two").write_text("a\nb\n")
    assert "more than one line" in fails(capsys, *base, "--token-file", str(tmp_path / "two"))[1]
    (tmp_path / "none").write_text("\n")
    assert "is empty" in fails(capsys, *base, "--token-file", str(tmp_path / "none"))[1]


@pytest.mark.parametrize("option", ["--token", "--password"])
def test_a_secret_as_an_argument_is_refused_and_not_repeated(capsys: Capture, option: str) -> None:
    for words in ((option, "hunter2"), (f"{option}=hunter2",)):
        code, error, hint = fails(capsys, "register", "x", "--server", "https://x", *words)
        assert code == 2
        assert "every process" in error
        assert f"{option}-stdin" in hint
        assert "hunter2" not in error + hint


def test_an_end_can_be_brought_forward_and_never_put_off(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    own, sooner, later = (now + timedelta(hours=hours) for hours in (5, 1, 50))
    write_kubeconfig(home.kubeconfig, server, token_user(server.issue_token(JANE, own)))

    def end() -> datetime:
        shown = json.loads(succeeds(capsys, "describe", "lab", "-o", "json"))
        return parse_time(shown["expiresAt"])

    register = ("register", "lab", "--auto-configure", "--store", "file", "--no-verify")
    assert run([*register, "--expires-at", format_time(later)]) == 0
    assert f"that it ends at {format_time(own)}, and that counts" in capsys.readouterr().err
    assert end() == own
    update = ("update", "lab", "--no-verify", "--expires-at")
    succeeds(capsys, *update, format_time(sooner))
    assert end() == sooner
    for past in (format_time(now - timedelta(days=1)), "0226-01-31T00:00:00Z"):
        code, error, hint = fails(capsys, *update, past)
        assert (code, error) == (2, f"--expires-at: {past} is in the past")
        assert "leave it out" in hint
    assert end() == sooner
    succeeds(capsys, *update, "")
    assert end() == own  # which nobody but the credential said
