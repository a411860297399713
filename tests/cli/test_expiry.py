"""When credentials end: list and describe say it, and ``renew`` is the one command for all."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.cli import environment, notice
from kubectl_connector.cli.main import run
from kubectl_connector.model.connector import parse_time
from tests.apiserver import ApiServer
from tests.apiserver.tokens import jwt
from tests.conftest import JANE, JANE_TOKEN, Home
from tests.kubeconfigs import token_user, write_kubeconfig

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")
    home.connector_home.mkdir(mode=0o700)
    text = "apiVersion: kubectl-connector/v1\nkind: Settings\nstore: file\n"
    (home.connector_home / "config.yaml").write_text(text)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    """A server for each test: they change what it keeps."""
    with ApiServer(tokens={JANE_TOKEN: JANE}) as running:
        running.objects.create("serviceaccounts", "reader", "shop")
        yield running


def succeeds(capsys: Capture, *words: str) -> str:
    code = run(list(words))
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return captured.out


def fails(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = run(list(words))
    captured = capsys.readouterr()
    first, second = captured.err.splitlines()
    assert first.startswith("error: ")
    assert second.startswith("hint:  ")
    return code, first[7:], second[7:]


def token(server: ApiServer, begin: timedelta, end: timedelta) -> str:
    """A token of jane's that began and ends so long after now."""
    now = datetime.now(timezone.utc)
    text = jwt({"iat": int((now + begin).timestamp()), "exp": int((now + end).timestamp())})
    server.rules.tokens[text] = JANE
    return text


def register(
    server: ApiServer, tmp_path: Path, capsys: Capture, name: str, secret: str, *words: str
) -> None:
    """A connector without a kubeconfig."""
    file, authority = tmp_path / "secret", tmp_path / "ca.crt"
    file.write_text(secret)
    authority.write_text(server.ca_pem)
    given = ["--server", server.url, "--certificate-authority", str(authority)]
    assert run(["register", name, *given, "--token-file", str(file), *words]) == 0
    capsys.readouterr()


def described(capsys: Capture, name: str) -> Any:
    """The document of ``describe``."""
    return json.loads(succeeds(capsys, "describe", name, "-o", "json"))


def test_list_shows_what_ends_and_in_which_order(
    server: ApiServer, tmp_path: Path, capsys: Capture
) -> None:
    day = timedelta(days=1)
    ends = {"c": 30 * day, "d": None, "a": 5 * day, "b": 2 * day}
    for name, end in ends.items():
        secret = token(server, -day, end) if end else JANE_TOKEN
        register(server, tmp_path, capsys, name, secret, "--no-verify")
    names = ("list", "-o", "name")
    assert succeeds(capsys, *names, "--expiring", "7d").split() == ["a", "b"]
    assert succeeds(capsys, *names, "--expiring", "3d12h").split() == ["b"]
    orders = ("expires", "name")
    by = {sort: succeeds(capsys, *names, "--sort", sort).split() for sort in orders}
    assert by == {"expires": ["b", "a", "c", "d"], "name": ["a", "b", "c", "d"]}
    assert run(["list", "--expiring", "1h"]) == 0
    assert "no credential has ended, or ends within 1h" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (("--expiring", "soon"), '"soon" is not a span of time', "--expiring 7d"),
        (("--expiring", "7"), '"7" is not a span of time', "--expiring 7d"),
        (("--sort", "age"), '--sort "age" is no order', "name, expires, created"),
        (("--sort", "name", "--sort-by", ".name"), "exclude each other", "one of them"),
    ],
)
def test_a_wrong_span_or_order_says_what_to_give(
    capsys: Capture, words: tuple[str, ...], says: str, hint: str
) -> None:
    code, error, said = fails(capsys, "list", *words)
    assert code == 2
    assert says in error
    assert hint in said


def test_the_last_tenth_of_a_life_is_counted_from_its_beginning(
    server: ApiServer, tmp_path: Path, capsys: Capture
) -> None:
    hour = timedelta(hours=1)
    register(server, tmp_path, capsys, "new", token(server, -hour, 9 * hour), "--no-verify")
    register(server, tmp_path, capsys, "late", token(server, -30 * hour, hour * 2), "--no-verify")
    rows = {line.split()[0]: line for line in succeeds(capsys, "list").splitlines()}
    assert "soon, in " in rows["late"]
    assert "soon" not in rows["new"]
    kept = described(capsys, "new")
    begin, warn, end = (parse_time(kept[key]) for key in ("validFrom", "warnFrom", "expiresAt"))
    assert end - warn == (end - begin) / 10
    # A label does not make it young again.
    succeeds(capsys, "update", "late", "--label", "a=b")
    assert "expires soon" in succeeds(capsys, "describe", "late")


def test_describe_knows_how_long_a_minted_token_lives(
    server: ApiServer, tmp_path: Path, capsys: Capture
) -> None:
    account = ("--service-account", "shop/reader", "--duration", "5h")
    register(server, tmp_path, capsys, "prod", JANE_TOKEN, *account)
    lines = succeeds(capsys, "describe", "prod").splitlines()
    shown = dict(re.split(r"  +", line, maxsplit=1) for line in lines if "  " in line)
    assert shown["STATE"] == "renews itself"
    assert shown["SESSION DURATION"] == "5 h"
    assert shown["EXPIRES IN"] == "4 h"
    kept = described(capsys, "prod")
    left = parse_time(kept["issuedUntil"]) - datetime.now(timezone.utc)
    assert timedelta(hours=4, minutes=58) < left <= timedelta(hours=5)


def test_an_end_in_the_past_is_told_as_such(
    server: ApiServer, tmp_path: Path, capsys: Capture, home: Home
) -> None:
    hour = timedelta(hours=1)
    register(server, tmp_path, capsys, "old", token(server, -9 * hour, -3 * hour), "--no-verify")
    assert "3 h ago" in succeeds(capsys, "list")
    assert "expired 3 h ago" in succeeds(capsys, "describe", "old")
    assert succeeds(capsys, "list", "--expiring", "30m", "-o", "name") == "old\n"


def lab(server: ApiServer, home: Home, capsys: Capture, secret: str, *words: str) -> None:
    """A connector that is made from jane's context."""
    write_kubeconfig(home.kubeconfig, server, token_user(secret))
    assert run(["register", "lab", "--auto-configure", *words]) == 0
    capsys.readouterr()


def minted(server: ApiServer) -> int:
    return sum(each.path.endswith("/token") for each in server.requests)


def test_renew_mints_anew_and_refreshes_what_is_embedded(
    server: ApiServer, home: Home, capsys: Capture
) -> None:
    lab(server, home, capsys, JANE_TOKEN, "--service-account", "shop/reader", "--duration", "1h")
    succeeds(capsys, "login", "lab", "--context", "reader", "--embed", "--no-set-current")
    before, requests = home.kubeconfig.read_text(), minted(server)
    said = succeeds(capsys, "renew", "lab")
    assert said.startswith('Renewed "lab" (token, ends in ')
    assert "contexts brought up to date: reader" in said
    assert minted(server) == requests + 1
    after = home.kubeconfig.read_text()
    assert after != before
    assert list(server.rules.tokens)[-1] in after
    # Nothing was made current, and what is kept is what the context has.
    assert "current-context: lab" in after
    kept = described(capsys, "lab")
    assert succeeds(capsys, "credential", "lab", "--id", kept["id"]).count(
        list(server.rules.tokens)[-1]
    )


def test_renew_looks_at_the_context_again(server: ApiServer, home: Home, capsys: Capture) -> None:
    hour = timedelta(hours=1)
    old = token(server, -9 * hour, -2 * hour)
    lab(server, home, capsys, old, "--no-verify")
    code, error, hint = fails(capsys, "verify", "lab")
    assert (code, error) == (4, 'the token of "lab" expired 2 h ago')
    assert hint.startswith('kubectl connector renew lab; if context "lab" of ')
    code, error, hint = fails(capsys, "renew", "lab")
    assert code == 4
    assert error.endswith("still has the token that expired 2 h ago")
    assert hint == "sign in to that context again, then: kubectl connector renew lab"

    write_kubeconfig(home.kubeconfig, server, token_user(token(server, -hour, 9 * hour)))
    would = succeeds(capsys, "renew", "lab", "--dry-run")
    assert would.startswith('"lab": would look at context "lab" in ')
    assert described(capsys, "lab")["status"]["expired"]
    assert succeeds(capsys, "renew", "lab") == 'Renewed "lab" (token, ends in 8 h)\n'
    again = succeeds(capsys, "renew", "lab")
    assert again.startswith('Connector "lab" unchanged: there is no newer token, ends in ')


def test_renew_takes_the_new_secret(
    server: ApiServer, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(server, tmp_path, capsys, "ci", JANE_TOKEN)
    code, error, hint = fails(capsys, "renew", "ci")
    assert (code, error) == (2, '"ci" needs a new token, and nobody can be asked for it here')
    assert hint == "kubectl connector renew ci --token-stdin"
    new = token(server, timedelta(), timedelta(hours=9))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{new}\n"))
    assert succeeds(capsys, "renew", "ci", "--token-stdin") == 'Renewed "ci" (token, ends in 8 h)\n'
    assert new in succeeds(capsys, "describe", "ci", "--show-secrets")
    (tmp_path / "refused").write_text("nobodys")
    code, error, _ = fails(capsys, "renew", "ci", "--token-file", str(tmp_path / "refused"))
    assert code == 4
    assert "401" in error
    assert new in succeeds(capsys, "describe", "ci", "--show-secrets")
    code, error, hint = fails(capsys, "renew", "ci", "--password-file", str(tmp_path / "refused"))
    assert code == 2
    assert "signs in with a token" in error


def test_renew_works_on_several_and_ends_with_the_worst(
    server: ApiServer, tmp_path: Path, capsys: Capture, home: Home
) -> None:
    hour = timedelta(hours=1)
    lab(server, home, capsys, token(server, -9 * hour, hour), "--label", "a=b")
    write_kubeconfig(home.kubeconfig, server, token_user(token(server, -hour, 99 * hour)))
    register(server, tmp_path, capsys, "ci", token(server, -9 * hour, -hour), "--no-verify")
    account = ("--service-account", "shop/reader", "--duration", "2h")
    register(server, tmp_path, capsys, "reader", JANE_TOKEN, *account)

    dry = succeeds(capsys, "renew", "--all", "--dry-run").splitlines()
    assert [line.partition(": ")[2].split(" in ")[0] for line in dry] == [
        "would ask for the new token",
        'would look at context "lab"',
        "would issue a new token",
    ]
    assert run(["renew", "--all"]) == 2
    said = capsys.readouterr()
    assert [line.split(" (")[0] for line in said.out.splitlines()] == [
        'Renewed "lab"',
        'Renewed "reader"',
    ]
    assert said.err.splitlines()[0].startswith('error: "ci" needs a new token')
    # What ends is renewed; the rest is left alone.
    dry = succeeds(capsys, "renew", "--expiring", "30m", "--dry-run").splitlines()
    assert [line.split(":")[0] for line in dry] == ['"ci"']
    assert run(["renew", "-l", "a=b", "--expiring", "30m"]) == 0
    assert "no credential has ended, or ends within 30m" in capsys.readouterr().err


def test_what_nobody_foresaw_ends_one_renewal_and_not_the_others(
    server: ApiServer, tmp_path: Path, capsys: Capture, home: Home
) -> None:
    account = ("--service-account", "shop/reader", "--duration")
    register(server, tmp_path, capsys, "odd", JANE_TOKEN, *account, "3h")
    register(server, tmp_path, capsys, "reader", JANE_TOKEN, *account, "2h")
    catalog = home.connector_home / "connectors.yaml"
    catalog.write_text(catalog.read_text().replace("duration: 3h", "duration: 3"))
    assert run(["renew", "--all"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith('Renewed "reader"')
    assert said.err.splitlines() == [
        'error: "odd" can\'t be used (TypeError)',
        "hint:  kubectl connector renew odd",
    ]


def test_renew_finds_another_base_where_that_is_refused(
    server: ApiServer, home: Home, capsys: Capture
) -> None:
    old = server.issue_token(JANE)
    lab(server, home, capsys, old, "--service-account", "shop/reader")
    server.revoke(old)
    code, error, hint = fails(capsys, "renew", "lab")
    assert code == 4
    assert "refused the credential that this one is made with" in error
    assert hint.startswith('kubectl connector renew lab; if context "lab" of ')
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert succeeds(capsys, "renew", "lab").startswith('Renewed "lab" (token')
    assert server.requests[-1].user == "system:serviceaccount:shop:reader"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "which connector? renew takes names, globs, -l or --all"),
        (("nobody",), 3, 'no connector named "nobody"'),
        (("--expiring", "x"), 2, "--expiring: "),
        (("--all", "nobody"), 2, "exclude each other"),
    ],
)
def test_renew_says_what_is_wrong(
    capsys: Capture, words: tuple[str, ...], code: int, says: str
) -> None:
    found, error, _ = fails(capsys, "renew", *words)
    assert found == code
    assert says in error


def kubectl_gets(capsys: Capture, name: str) -> str:
    """What is said on stderr while kubectl, at a terminal, gets its credential."""
    kept = described(capsys, name)
    assert run(["credential", name, "--id", kept["id"]]) == 0
    captured = capsys.readouterr()
    assert "ExecCredential" in captured.out
    return captured.err


def test_an_end_is_told_once_a_day_in_the_last_tenth(
    server: ApiServer,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    home: Home,
) -> None:
    hour = timedelta(hours=1)
    for name, begin in {"late": -90 * hour, "off": -90 * hour, "new": -hour}.items():
        register(server, tmp_path, capsys, name, token(server, begin, 5 * hour), "--no-verify")
    assert kubectl_gets(capsys, "late") == ""  # no terminal
    monkeypatch.setattr("os.isatty", lambda number: number == 2)
    assert kubectl_gets(capsys, "new") == ""
    line = 'kubectl-connector: the token of "late" ends in 4 h; renew it:'
    assert kubectl_gets(capsys, "late") == f"{line} kubectl connector renew late\n"
    assert kubectl_gets(capsys, "late") == ""
    # On another day again; that of an earlier day makes room.
    folder = home.connector_home / "told"
    (today,) = folder.iterdir()
    today.rename(folder / f"2020-01-01{today.name[10:]}")
    assert kubectl_gets(capsys, "late").startswith(line)
    assert [each.name for each in folder.iterdir()] == [today.name]
    succeeds(capsys, "config", "set", "warn", "off")
    assert kubectl_gets(capsys, "off") == ""
    assert len(list(folder.iterdir())) == 2  # kubectl does not come this way again today
    code, error, hint = fails(capsys, "config", "set", "warn", "never")
    assert (code, error, hint) == (2, '"never" is neither on nor off', "give on or off")


def test_where_nothing_can_be_noted_nothing_is_told(
    server: ApiServer,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    home: Home,
) -> None:
    hour = timedelta(hours=1)
    register(server, tmp_path, capsys, "late", token(server, -90 * hour, 5 * hour), "--no-verify")
    monkeypatch.setattr("os.isatty", lambda number: number == 2)
    (home.connector_home / "told").write_text("not a folder")
    assert kubectl_gets(capsys, "late") == ""


def test_the_end_is_told_though_old_files_can_not_be_removed(
    server: ApiServer,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    home: Home,
) -> None:
    hour = timedelta(hours=1)
    register(server, tmp_path, capsys, "late", token(server, -90 * hour, 5 * hour), "--no-verify")
    monkeypatch.setattr("os.isatty", lambda number: number == 2)
    folder = home.connector_home / "told"
    (folder / "2020-01-01-a-folder").mkdir(parents=True)
    (folder / "2020-01-02-old").touch()
    assert kubectl_gets(capsys, "late").startswith("kubectl-connector: the token of")
    left = {each.name[:10] for each in folder.iterdir()}
    assert "2020-01-01" in left
    assert "2020-01-02" not in left


def test_a_connector_that_is_deleted_meanwhile_is_nobodys_notice(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(notice, "is_to_be_told", lambda *_: True)
    notice.tell_of_end(environment.workspace(), "gone")
    assert capsys.readouterr().err == ""
