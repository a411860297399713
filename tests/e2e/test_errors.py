"""Errors: always two lines, the right exit code, and nothing changed."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.apiserver import BAD_GATEWAY, PROXY_LOGIN_PAGE, ApiServer, ConnectProxy, User
from tests.apiserver.server import Presented
from tests.conftest import JANE, JANE_TOKEN
from tests.e2e.terminal import Terminal
from tests.kubeconfigs import client_certificate_user, token_user, write_kubeconfig

FAILED, USAGE, NOT_FOUND, REFUSED, UNREACHABLE, STORE, KUBECONFIG = range(1, 8)

REGISTER = ("register", "prod", "--auto-configure", "--store", "file", "--timeout", "5")


def test_a_wrong_name(registered: Terminal) -> None:
    more = {"update": ["--label", "tier=dev"], "delete": ["--yes"]}
    for verb in ("describe", "verify", "login", "logout", "update", "delete"):
        refusal = registered.refused(verb, "prdo", *more.get(verb, []))
        assert refusal.code == NOT_FOUND, verb
        assert '"prdo"' in refusal.error, verb
        assert "prod" in refusal.hint, verb


def test_wrong_usage(terminal: Terminal) -> None:
    reasons = {
        ("register", "prod", "--bogus"): "bogus",
        ("register", "a name"): "name",
        ("register", "prod", "--server", "https://lab", "--auth-method", "magic"): "magic",
        ("register", "prod", "--server", "http://127.0.0.1:1", "--token-stdin"): "https",
    }
    for words, reason in reasons.items():
        refusal = terminal.refused(*words, stdin="token")
        assert refusal.code == USAGE, words
        assert reason in refusal.error + refusal.hint, words
    assert not terminal.kept()


def test_no_kubeconfig_to_configure_from(terminal: Terminal) -> None:
    refusal = terminal.refused(*REGISTER)
    assert refusal.code == KUBECONFIG
    assert refusal.error == "no kubeconfig: ~/.kube/config (from KUBECONFIG) does not exist"


def test_a_context_that_is_not_there(registered: Terminal) -> None:
    refusal = registered.refused("register", "two", "--context", "lob", "--store", "file")
    assert refusal.code == NOT_FOUND
    assert "lab" in refusal.hint


@pytest.mark.parametrize("kind", ["token", "expired-token", "certificate", "anonymous"])
def test_refused_by_the_cluster(kind: str, terminal: Terminal, server: ApiServer) -> None:
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    user = {
        "token": token_user("a-token-that-nobody-knows"),
        "expired-token": token_user(server.issue_token(JANE, yesterday)),
        "certificate": client_certificate_user(
            server.issue_client_certificate("carol", foreign=True)
        ),
        "anonymous": token_user(server.issue_token(User("system:anonymous"))),
    }[kind]
    write_kubeconfig(terminal.home.kubeconfig, server, user)
    refusal = terminal.refused(*REGISTER)
    assert refusal.code == REFUSED
    assert "token-that" not in refusal.error + refusal.hint
    assert not terminal.kept()
    assert not list(terminal.home.connector_home.rglob("*secret*"))


def test_unreachable(terminal: Terminal, server: ApiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"https://127.0.0.1:{free.getsockname()[1]}"
    user = token_user(JANE_TOKEN)
    write_kubeconfig(terminal.home.kubeconfig, server, user, cluster={"server": nobody})
    refusal = terminal.refused(*REGISTER)
    assert refusal.code == UNREACHABLE
    assert nobody in refusal.error
    assert not terminal.kept()


def test_a_server_that_hangs(terminal: Terminal) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as server:
        server.hang = "answer"
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        refusal = terminal.refused(*REGISTER[:-1], "1")
    assert refusal.code == UNREACHABLE
    assert "--timeout" in refusal.hint


@pytest.mark.parametrize(
    ("presented", "hinted"),
    [
        ("corporate-proxy", "--certificate-authority"),
        ("wrong-host", "--tls-server-name"),
        ("expired", "renew"),
    ],
)
def test_untrusted(presented: Presented, hinted: str, terminal: Terminal) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}, certificate=presented) as server:
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        refusal = terminal.refused(*REGISTER)
        # No untrusted server got the token; one with a certificate of another time is asked for the
        # time, without any.
        assert not any(each.authorization or each.body for each in server.requests)
        assert {each.method for each in server.requests} <= {"HEAD"}
    assert refusal.code == UNREACHABLE
    assert hinted in refusal.hint
    if presented == "corporate-proxy":
        assert "corp-proxy CA" in refusal.error
    assert not terminal.kept()


def test_trusting_the_corporate_proxy(terminal: Terminal, tmp_path: Path) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}, certificate="corporate-proxy") as server:
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        (tmp_path / "ca.crt").write_text(server.corporate_ca_pem)
        terminal.connector(*REGISTER, "--no-verify")
        terminal.connector("update", "prod", "--certificate-authority", tmp_path / "ca.crt")
        terminal.connector("login", "prod")
        assert terminal.who_am_i() == JANE.name


def test_something_else_answers(terminal: Terminal) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as server:
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        for answer in (PROXY_LOGIN_PAGE, BAD_GATEWAY):
            server.answer = answer
            refusal = terminal.refused(*REGISTER)
            assert refusal.code == UNREACHABLE
            assert server.url in refusal.error


def test_through_a_proxy(terminal: Terminal, server: ApiServer) -> None:
    with ConnectProxy() as proxy:
        cluster = {"proxy-url": proxy.url}
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN), cluster=cluster)
        terminal.connector(*REGISTER)
        assert proxy.targets
        proxy.refuse = True
        refusal = terminal.refused("verify", "prod", "--timeout", "5")
    assert refusal.code == UNREACHABLE
    assert "proxy" in refusal.error


def test_no_store(terminal: Terminal, server: ApiServer) -> None:
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    refusal = terminal.refused("register", "prod", "--auto-configure", "--store", "keyring")
    assert refusal.code == STORE
    assert "config set store file" in refusal.hint
    without = {"KUBECTL_CONNECTOR_PASSPHRASE": ""}
    refusal = terminal.refused(*REGISTER, env=without)
    assert refusal.code == STORE
    assert "KUBECTL_CONNECTOR_PASSPHRASE" in refusal.error + refusal.hint
    assert not terminal.kept()


def test_a_wrong_passphrase(registered: Terminal) -> None:
    before = registered.home.kubeconfig.read_bytes()
    wrong = {"KUBECTL_CONNECTOR_PASSPHRASE": "wrong"}
    assert registered.refused("login", "prod", env=wrong).code == STORE
    assert registered.home.kubeconfig.read_bytes() == before


def test_a_locked_kubeconfig(registered: Terminal) -> None:
    kubeconfig = registered.home.kubeconfig
    lock = kubeconfig.with_name(f"{kubeconfig.name}.lock")
    lock.touch()
    before = kubeconfig.read_bytes()
    refusal = registered.refused("login", "prod", "--lock-timeout", "0.5")
    assert refusal.code == KUBECONFIG
    assert "lock" in refusal.error
    assert kubeconfig.read_bytes() == before
    assert lock.exists()  # we must not remove another process's lock


@pytest.mark.parametrize("content", ["contexts: [", "just words", "contexts: 7\n"])
def test_a_broken_kubeconfig(content: str, registered: Terminal) -> None:
    registered.home.kubeconfig.write_text(content)
    refusal = registered.refused("login", "prod", "--kubeconfig", registered.home.kubeconfig)
    assert refusal.code == KUBECONFIG
    assert os.path.basename(registered.home.kubeconfig) in refusal.error
    assert registered.home.kubeconfig.read_text() == content
