"""Credentials that end by themselves, through the real kubectl and a real keyring."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_connector import jwt
from tests.apiserver import Allowed, ApiServer
from tests.apiserver.tokens import jwt as jwt_of
from tests.conftest import JANE, JANE_TOKEN, VENV_BIN, Home
from tests.e2e.terminal import LIMIT, Terminal, imported, tokens_at_once
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.secret_service import require_secret_service, secret_service

READER = "system:serviceaccount:shop:reader"
CSRS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"


@pytest.fixture(scope="module")
def service() -> Iterator[dict[str, str]]:
    require_secret_service()
    with secret_service() as environment:
        yield environment


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as running:
        running.objects.create("serviceaccounts", "reader", "shop")
        yield running


@pytest.fixture
def terminal(kubectl: Path, home: Home, service: dict[str, str], server: ApiServer) -> Terminal:
    """A terminal in a session with a keyring; jane's context is ``lab``."""
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    address = "DBUS_SESSION_BUS_ADDRESS"
    return Terminal(kubectl, home, {address: service[address]})


def minted(server: ApiServer) -> int:
    return sum(each.path.endswith("/token") for each in server.requests)


def test_kubectl_is_the_service_account(terminal: Terminal, server: ApiServer) -> None:
    account = ("--service-account", "shop/reader", "--duration", "30m")
    terminal.connector("register", "lab", "--auto-configure", *account)
    terminal.connector("login", "lab", "--exec")
    assert JANE_TOKEN not in terminal.home.kubeconfig.read_text()
    assert terminal.who_am_i() == READER
    (token,) = {each for each in server.rules.tokens if each != JANE_TOKEN}
    end = jwt.expiry(token)
    assert end
    assert abs(end.timestamp() - time.time() - 1800) < LIMIT
    terminal.ask("get", "pods", "-n", "shop")
    assert minted(server) == 1
    assert {each.user for each in server.requests if "pods" in each.path} == {READER}

    # While it is kept, it is handed out as fast as a plain token.
    id_ = terminal.kept()["lab"]["id"]
    script = str(VENV_BIN / "kubectl-connector")
    modules = imported(terminal, script, "credential", "lab", "--id", id_)
    assert not {"typer", "yaml", "json", "kubectl_connector.catalog"} & modules

    terminal.connector("login", "lab", "--embed")
    assert minted(server) == 2
    assert terminal.who_am_i() == READER
    terminal.connector("logout", "lab")
    assert terminal.who_am_i() == JANE.name


def test_fifty_at_once_ask_for_one_token(terminal: Terminal, server: ApiServer) -> None:
    account = ("--service-account", "shop/reader", "--no-verify", "--timeout", "60")
    terminal.connector("register", "lab", "--auto-configure", *account)
    arguments = ("credential", "lab", "--id", terminal.kept()["lab"]["id"])
    assert len(tokens_at_once(terminal, 50, arguments)) == 1
    assert minted(server) == 1


def test_a_narrow_role_is_enough(terminal: Terminal, server: ApiServer) -> None:
    """Whoever may only make tokens of one account, and bind them, needs no more."""
    server.rules.allowed[JANE.name] = [
        Allowed(("create",), "serviceaccounts/token", names=("reader",), namespace="shop"),
        Allowed(("create", "delete"), "secrets", namespace="shop"),
    ]
    account = ("--service-account", "shop/reader", "--revocable")
    terminal.connector("register", "lab", "--auto-configure", *account)
    terminal.connector("login", "lab", "--exec")
    assert terminal.who_am_i() == READER
    (token,) = {each for each in server.rules.tokens if each != JANE_TOKEN}
    assert "Revoked" in terminal.connector("logout", "lab", "--revoke")
    dead = terminal.run("auth", "whoami", f"--token={token}")
    assert dead.returncode != 0
    assert server.objects.list("secrets", "shop") == []


def test_what_is_made_in_the_cluster_is_shown_first(terminal: Terminal, server: ApiServer) -> None:
    words = ("register", "lab", "--auto-configure", "--service-account", "shop/agent", "--create")
    refused = terminal.run("connector", *words, "--role", "view", "-n", "shop")
    assert refused.returncode == 2, refused.stderr
    assert "kind: ServiceAccount\n" in refused.stderr
    assert "kind: RoleBinding\n" in refused.stderr
    assert "--yes" in refused.stderr.splitlines()[-1]
    assert terminal.kept() == {}
    assert "agent" not in terminal.ask("get", "serviceaccounts", "-n", "shop")

    terminal.connector(*words, "--role", "view", "-n", "shop", "--yes")
    assert "agent" in terminal.ask("get", "serviceaccounts", "-n", "shop")
    terminal.ask("get", "rolebinding", "kubectl-connector:shop:agent:view", "-n", "shop")
    terminal.connector("delete", "lab", "--yes", "--remove-service-account")
    assert "agent" not in terminal.ask("get", "serviceaccounts", "-n", "shop")


def test_kubectl_approves_a_certificate(terminal: Terminal, server: ApiServer) -> None:
    words = ["connector", "register", "lab", "--auto-configure", "--request-certificate"]
    words += ["--user", "jane-laptop", "--group", "dev", "--group", "ops", "--duration", "1h"]
    waiting = subprocess.Popen(
        [terminal.kubectl, *words],
        env=terminal.environ(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + LIMIT
    while not (found := server.objects.list("certificatesigningrequests")):
        assert time.monotonic() < until
        time.sleep(0.1)
    terminal.ask("certificate", "approve", found[0]["metadata"]["name"])
    _, said = waiting.communicate(timeout=LIMIT)
    assert waiting.returncode == 0, said
    assert "you are jane-laptop" in said
    terminal.connector("login", "lab", "--exec")
    assert terminal.who_am_i() == "jane-laptop"
    groups = terminal.ask("auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}")
    assert "dev" in groups
    assert "ops" in groups
    assert len(server.objects.list("certificatesigningrequests")) == 1


def test_a_certificate_that_waits_is_fetched_by_kubectl(
    terminal: Terminal, server: ApiServer
) -> None:
    words = ("register", "lab", "--auto-configure", "--request-certificate", "--no-wait")
    done = terminal.run("connector", *words)
    assert done.returncode == 0
    (kept,) = server.objects.list("certificatesigningrequests")
    approve = f"kubectl certificate approve {kept['metadata']['name']}"
    assert approve in done.stderr
    terminal.connector("login", "lab", "--exec")
    failed = terminal.run("get", "pods")
    assert failed.returncode != 0
    assert approve in failed.stderr
    terminal.ask(*approve.split()[1:], "--context", "lab", "--token", JANE_TOKEN)
    assert terminal.who_am_i() == JANE.name


def test_what_is_over_ends_with_a_plain_word(terminal: Terminal, server: ApiServer) -> None:
    words = ("register", "lab", "--auto-configure", "--request-certificate", "--wait", "1s")
    done = terminal.run("connector", *words)
    assert done.returncode == 4
    assert "waits to be approved" in done.stderr
    assert terminal.kept()["lab"]["issuedRef"]  # the key of the request is kept


def test_kubectl_says_once_that_a_credential_ends(terminal: Terminal, server: ApiServer) -> None:
    pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
    now = int(time.time())
    token = jwt_of({"iat": now - 360_000, "exp": now + 7_300})
    server.rules.tokens[token] = JANE
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(token))
    terminal.connector("register", "lab", "--auto-configure")
    terminal.connector("login", "lab", "--exec")

    def typed() -> str:
        words = ["get", "namespaces", "-o", "name"]
        screen = pexpect.spawn(
            str(terminal.kubectl), words, env=terminal.environ(), encoding="utf-8", timeout=LIMIT
        )
        screen.expect(pexpect.EOF)
        screen.close()
        assert screen.exitstatus == 0
        return str(screen.before)

    line = 'the token of "lab" ends in 2 h; renew it: kubectl connector renew lab'
    assert line not in terminal.run("get", "namespaces").stderr  # in a pipe
    assert typed().count(line) == 1
    assert line not in typed()
