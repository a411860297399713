"""Tokens that a program prints: which commands are taken, and what is made of their output."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import IssueRequest
from kubectl_connector.errors import ConnectorError, RefusedError, UsageError
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential
from tests.auth.test_methods import jwt_until

METHOD = auth_method("command")
JWT = jwt_until(datetime(2026, 3, 1, tzinfo=timezone.utc))
SIGNED = f"eyJhbGciOiJub25lIn0.{JWT.partition('.')[2]}"
MIXED = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv"
Printer = Callable[..., str]


@pytest.fixture
def program(tmp_path: Path) -> Printer:
    """A function that makes a program of some lines of Python, and returns its path."""

    def make(*lines: str) -> str:
        path = tmp_path / "print-token"
        path.write_text("\n".join([f"#!{sys.executable}", "import os, sys, time", *lines]))
        path.chmod(stat.S_IRWXU)
        return str(path)

    return make


def kept(text: str) -> list[str]:
    """The words that the catalog has of a command."""
    words: list[str] = METHOD.build({"token_from": text}).configuration["token_from"]
    return words


def issue(text: str, **request: Any) -> Credential:
    material = METHOD.build({"token_from": text})
    asked = IssueRequest(Cluster("https://lab.example"), **request)
    return METHOD.issue(material.configuration, material.secret, asked)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("op read op://infra/prod/token", ["op", "read", "op://infra/prod/token"]),
        ('op read "op://My Vault/a|b/token"', ["op", "read", "op://My Vault/a|b/token"]),
        ("pass show 'k8s/$prod'", ["pass", "show", "k8s/$prod"]),
        (r"pass show k8s/a\;b", ["pass", "show", "k8s/a;b"]),
        ("op read op://a/b/c?attribute=otp", ["op", "read", "op://a/b/c?attribute=otp"]),
        ("cat '~/*'", ["cat", "~/*"]),
        ("gopass show -o k8s/prod", ["gopass", "show", "-o", "k8s/prod"]),
        ("bw get password it's#1", []),
        (
            "vault kv get -field=token secret/k8s/prod",
            ["vault", "kv", "get", "-field=token", "secret/k8s/prod"],
        ),
        (
            "gcloud secrets versions access latest --secret=prod-token",
            ["gcloud", "secrets", "versions", "access", "latest", "--secret=prod-token"],
        ),
        (
            "aws secretsmanager get-secret-value --secret-id prod/token --query SecretString",
            [
                "aws",
                "secretsmanager",
                "get-secret-value",
                "--secret-id",
                "prod/token",
                "--query",
                "SecretString",
            ],
        ),
        ("sh -c 'op read op://a/b/c | tr -d x'", ["sh", "-c", "op read op://a/b/c | tr -d x"]),
    ],
)
def test_a_command_is_kept_as_its_words(text: str, words: list[str]) -> None:
    if not words:
        with pytest.raises(UsageError, match="quote that is not closed"):
            kept(text)
        return
    assert kept(text) == words
    assert not METHOD.build({"token_from": text}).secret


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("op read x | jq .token", "|"),
        ("op read x; true", ";"),
        ("cat ~/tok", "~"),
        ("cat *.txt", "*"),
        ("op read $@", "$@"),
        ('op read "$1" "$*"', "$1"),
        ('op read "$*"', "$*"),
        ("op read x;true", ";"),
        ("op read x && true", "&"),
        ("cat < token", "<"),
        ("pass show $(cat name)", "$("),
        ('pass show "$(cat name)"', "$("),
        ("pass show $HOME/x", "$H"),
        ('pass show "${NAME}"', "${"),
        ("pass show `cat name`", "`"),
        ("AWS_PROFILE=prod aws secretsmanager get-secret-value", "AWS_PROFILE="),
    ],
)
def test_what_takes_a_shell_is_refused(text: str, sign: str) -> None:
    with pytest.raises(UsageError, match="no shell runs") as caught:
        kept(text)
    assert f'"{sign}"' in caught.value.message
    assert "script" in caught.value.hint


@pytest.mark.parametrize("text", [" ", "''", '"" a'])
def test_it_names_a_program(text: str) -> None:
    with pytest.raises(UsageError, match="names no program"):
        kept(text)


@pytest.mark.parametrize("word", [SIGNED, f"--token={MIXED}", f"Authorization:{SIGNED}"])
def test_a_token_itself_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="has a secret in it") as caught:
        kept(f"echo {word}")
    assert word not in caught.value.message + caught.value.hint
    assert "--token-stdin" in caught.value.hint


def test_an_argument_that_looks_like_a_secret_goes_to_the_store(program: Printer) -> None:
    path = program("print('-'.join(sys.argv[1:]))")
    material = METHOD.build({"token_from": f"{path} --password hunter2 show"})
    assert material.configuration["token_from"] == [path, "--password", "[HIDDEN]", "show"]
    request = IssueRequest(Cluster("https://lab.example"))
    issued = METHOD.issue(material.configuration, material.secret, request)
    assert issued.token == "--password-hunter2-show"
    assert "hunter2" not in str(METHOD.describe(material.configuration))
    runs = METHOD.runs(material.configuration)
    assert runs
    assert "hunter2" not in runs.args


def test_a_path_is_good_in_every_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert kept("./print-token now") == [f"{tmp_path}/print-token", "now"]
    assert kept("~/bin/print-token") == [f"{tmp_path}/bin/print-token"]


@pytest.mark.parametrize("end", ["", "\\n", "\\r\\n"])
def test_one_line_is_the_token_and_its_own_end_counts(program: Printer, end: str) -> None:
    credential = issue(program(f"sys.stdout.write('{JWT}{end}')"))
    assert credential.token == JWT
    assert credential.expires_at == datetime(2026, 3, 1, tzinfo=timezone.utc)
    assert issue(program("print('opaque')")).expires_at is None


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("sys.exit(3)", "gave no token (exit status 3)", "run it by hand"),
        ("print()", "printed nothing", "bare token"),
        ("pass", "printed nothing", "bare token"),
        ("print('s3cr3t\\nx')", "printed more than one line", "bare token"),
        ("print('s3cr3t\\n')", "printed more than one line", "bare token"),
        ("print('Bearer s3cr3t')", "blanks or signs", "bare token"),
        ("sys.stdout.buffer.write(b's3cr3t\\xff')", "blanks or signs", "bare token"),
    ],
)
def test_what_is_no_token(program: Printer, line: str, message: str, hint: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        issue(program(line))
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert isinstance(caught.value, RefusedError) == ("exit" in line)
    error: BaseException | None = caught.value
    while error:
        assert "s3cr3t" not in repr(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_what_it_says_goes_to_the_user(program: Printer, capfd: pytest.CaptureFixture[str]) -> None:
    assert issue(program("print('touch the key', file=sys.stderr)", "print('t')")).token == "t"
    assert capfd.readouterr().err == "touch the key\n"


def test_it_has_a_time_limit(program: Printer) -> None:
    start = time.monotonic()
    with pytest.raises(ConnectorError, match=r"gave no answer in 0\.2 s"):
        issue(program("time.sleep(60)"), timeout=0.2)
    assert time.monotonic() - start < 30


def test_it_may_ask_only_where_a_person_is(program: Printer) -> None:
    path = program("print(os.path.samefile('/dev/stdin', os.devnull))")
    assert issue(path).token == "True"
    stdin, other = os.pipe()
    kept_stdin = os.dup(0)
    try:
        os.dup2(stdin, 0)
        assert issue(path, interactive=True).token == "False"
    finally:
        os.dup2(kept_stdin, 0)
        for each in (stdin, other, kept_stdin):
            os.close(each)


def test_a_missing_program_has_a_hint() -> None:
    with pytest.raises(ConnectorError, match="no-such-program is not installed") as caught:
        issue("no-such-program read it")
    assert "--token-from" in caught.value.hint
