"""``verify`` tells apart what can be wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from kubectl_connector.cli.main import run
from tests.apiserver import ApiServer, sockets
from tests.apiserver.tokens import jwt
from tests.conftest import JANE, JANE_TOKEN

Capture = pytest.CaptureFixture[str]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")


def verified(
    capsys: Capture, folder: Path, url: str, authority: str, token: str = JANE_TOKEN
) -> tuple[int, str, str]:
    """Keep a connector as it is, and verify it: exit code, error and hint."""
    (folder / "token").write_text(token)
    (folder / "ca.crt").write_text(authority)
    words = ["--server", url, "--certificate-authority", str(folder / "ca.crt"), "--no-verify"]
    words += ["--token-file", str(folder / "token"), "--store", "file"]
    assert run(["register", "lab", *words]) == 0
    capsys.readouterr()
    code = run(["verify", "lab", "--timeout", "5"])
    error, hint = capsys.readouterr().err.splitlines()
    return code, error.removeprefix("error: "), hint.removeprefix("hint:  ")


def until(end: timedelta) -> str:
    return jwt({"exp": int((datetime.now(timezone.utc) + end).timestamp())})


def server_clock(monkeypatch: pytest.MonkeyPatch, off: timedelta) -> None:
    """Have servers say that it is so much later."""

    def date(*_: object) -> str:
        return format_datetime(datetime.now(timezone.utc) + off, usegmt=True)

    monkeypatch.setattr(sockets._Handler, "date_time_string", date)


def test_expired(server: ApiServer, tmp_path: Path, capsys: Capture) -> None:
    found = verified(capsys, tmp_path, server.url, server.ca_pem, until(-3 * HOUR))
    assert found == (4, 'the token of "lab" expired 3 h ago', "kubectl connector renew lab")


def test_revoked(server: ApiServer, tmp_path: Path, capsys: Capture) -> None:
    code, error, hint = verified(capsys, tmp_path, server.url, server.ca_pem, until(9 * HOUR))
    assert code == 4
    assert error.endswith("(401 Unauthorized), though it ends in 8 h: it may have been revoked")
    assert hint == "kubectl connector renew lab"


@pytest.mark.parametrize(
    ("off", "says"),
    [(-3, "3 h ahead of"), (5, "4 h behind"), (0, "")],
)
def test_clock_skew(
    server: ApiServer,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    off: int,
    says: str,
) -> None:
    server_clock(monkeypatch, off * HOUR)
    code, error, hint = verified(capsys, tmp_path, server.url, server.ca_pem, "nobodys-token")
    assert code == 4
    if says:
        assert error.endswith(f"; this machine's clock is {says} the server's")
        assert hint == "set this machine's clock, then: kubectl connector verify lab"
    else:
        assert error.endswith("(401 Unauthorized)")
        assert hint == "kubectl connector renew lab"


def test_a_clock_that_is_behind_takes_a_certificate_for_one_to_come(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}, certificate="to-come") as server:
        server_clock(monkeypatch, 72 * HOUR)
        code, error, hint = verified(capsys, tmp_path, server.url, server.ca_pem)
    assert code == 5
    assert "certificate is not yet valid" in error
    assert "this machine's clock is 2 d behind the server's; set it" in hint


def test_a_certificate_to_come_is_the_servers_fault_where_the_clocks_agree(
    tmp_path: Path, capsys: Capture
) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}, certificate="to-come") as server:
        code, _, hint = verified(capsys, tmp_path, server.url, server.ca_pem)
    assert (code, "clock" in hint) == (5, False)
    assert "it has to be renewed" in hint


def test_wrong_ca(server: ApiServer, tmp_path: Path, capsys: Capture) -> None:
    code, error, hint = verified(capsys, tmp_path, server.url, server.corporate_ca_pem)
    assert code == 5
    assert "presents a certificate that is not trusted" in error
    assert "--certificate-authority FILE" in hint


def test_unreachable(server: ApiServer, tmp_path: Path, capsys: Capture) -> None:
    code, error, hint = verified(capsys, tmp_path, "https://127.0.0.1:1", server.ca_pem)
    assert code == 5
    assert "can't be reached" in error
    assert "network or VPN" in hint
