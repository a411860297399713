"""The loopback API server, tested with the real kubectl and the standard library's client."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.apiserver import (
    BAD_GATEWAY,
    SELF_SUBJECT_REVIEWS,
    ApiServer,
    ConnectProxy,
    User,
    redirect_to,
)
from tests.conftest import ADMIN_PASSWORD, BOB_TOKEN, JANE, JANE_TOKEN, ROOT, Home
from tests.kubeconfigs import (
    Entry,
    client_certificate_file_user,
    client_certificate_user,
    exec_runs,
    exec_user,
    password_user,
    token_and_certificate_user,
    token_file_user,
    token_user,
    write_kubeconfig,
)


def run(kubectl: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [kubectl, "--request-timeout=5s", *words], capture_output=True, text=True, check=False
    )


def who_am_i(kubectl: Path) -> str:
    done = run(kubectl, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
    return done.stdout or done.stderr


def get(server: ApiServer, path: str, token: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(server.url + path, headers=headers)  # noqa: S310 (loopback)
    trust = ssl.create_default_context(cadata=server.ca_pem)
    try:
        with urllib.request.urlopen(request, context=trust, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_kubectl_reads_version_namespaces_pods(
    server: ApiServer, each_kubectl: Path, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    raw = run(each_kubectl, "get", "--raw", "/version")
    assert json.loads(raw.stdout)["gitVersion"] == "v1.33.2"
    namespaces = run(each_kubectl, "get", "namespaces")
    assert namespaces.stdout.splitlines()[1].split() == ["default", "Active", "30d"]
    pods = run(each_kubectl, "get", "pods", "--namespace=shop", "-o", "name")
    assert pods.stdout.split() == ["pod/web-0", "pod/web-1"]
    assert "Server Version: v1.33.2" in run(each_kubectl, "version").stdout
    missing = run(each_kubectl, "get", "namespace", "nowhere")
    assert missing.stderr == 'Error from server (NotFound): namespaces "nowhere" not found\n'


def test_every_kind_of_user_is_known(
    server: ApiServer, kubectl: Path, home: Home, tmp_path: Path
) -> None:
    pair = server.issue_client_certificate("carol", ["developers", "on-call"])
    plugin = tmp_path / "fake cloud login"
    users: dict[str, tuple[Entry, str]] = {
        "token": (token_user(JANE_TOKEN), JANE.name),
        "token file": (token_file_user(tmp_path / "token", JANE_TOKEN), JANE.name),
        "certificate": (client_certificate_user(pair), "carol"),
        "certificate files": (client_certificate_file_user(tmp_path, pair), "carol"),
        "both": (token_and_certificate_user(JANE_TOKEN, pair), "carol"),
        "password": (password_user("admin", ADMIN_PASSWORD), "admin"),
        "exec token": (exec_user(plugin, token=JANE_TOKEN), JANE.name),
        "exec certificate": (exec_user(tmp_path / "other", certificate=pair), "carol"),
    }
    seen = {}
    for kind, (user, _) in users.items():
        write_kubeconfig(home.kubeconfig, server, user)
        seen[kind] = who_am_i(kubectl)
    assert seen == {kind: name for kind, (_, name) in users.items()}
    assert exec_runs(plugin) == 1


def test_certificate_organizations_are_groups(server: ApiServer, kubectl: Path, home: Home) -> None:
    pair = server.issue_client_certificate("carol", ["developers", "on-call"])
    write_kubeconfig(home.kubeconfig, server, client_certificate_user(pair))
    groups = run(kubectl, "auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}")
    assert json.loads(groups.stdout) == ["developers", "on-call", "system:authenticated"]


def test_refused_credentials_get_401(server: ApiServer, kubectl: Path, home: Home) -> None:
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    revoked = server.issue_client_certificate("carol")
    server.revoke(revoked[0])
    refused = {
        "wrong token": token_user("wrong"),
        "expired token": token_user(server.issue_token(JANE, yesterday)),
        "wrong password": password_user("admin", "wrong"),
        "expired": client_certificate_user(server.issue_client_certificate("carol", (), yesterday)),
        "foreign": client_certificate_user(server.issue_client_certificate("carol", foreign=True)),
        "revoked": client_certificate_user(revoked),
    }
    answers = {}
    for kind, user in refused.items():
        write_kubeconfig(home.kubeconfig, server, user)
        done = run(kubectl, "get", "--raw", "/version")
        answers[kind] = (done.returncode, "Unauthorized" in done.stderr or done.stderr)
    assert answers == dict.fromkeys(refused, (1, True))


def test_a_revoked_token_ends(server: ApiServer) -> None:
    token = server.issue_token(User("dave"))
    assert get(server, "/api", token)[0] == 200
    server.revoke(token)
    assert get(server, "/api", token)[0] == 401


def test_forbidden_in_the_words_of_kubernetes(server: ApiServer, kubectl: Path, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(BOB_TOKEN))
    assert run(kubectl, "get", "namespaces").stderr == (
        'Error from server (Forbidden): namespaces is forbidden: User "bob@example.com" cannot '
        'list resource "namespaces" in API group "" at the cluster scope\n'
    )
    assert 'in the namespace "shop"' in run(kubectl, "get", "pods", "-n", "shop").stderr
    assert who_am_i(kubectl) == "bob@example.com"
    assert run(kubectl, "auth", "can-i", "list", "pods").stdout.startswith("no")


def test_impersonation(server: ApiServer, kubectl: Path, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    words = ("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}", "--as=erin")
    assert run(kubectl, *words).stdout == "erin"
    write_kubeconfig(home.kubeconfig, server, token_user(BOB_TOKEN))
    refused = run(kubectl, "get", "--raw", "/api/v1/namespaces", "--as=erin").stderr
    assert 'User "bob@example.com" cannot impersonate resource "users"' in refused


def test_anonymous_reads_what_is_public() -> None:
    with ApiServer() as server:
        assert [get(server, path)[0] for path in ("/version", "/livez", "/readyz")] == [200] * 3
        code, body = get(server, "/api/v1/namespaces")
        assert code == 403
        message = json.loads(body)["message"]
        assert 'User "system:anonymous" cannot list resource "namespaces"' in message
        server.rules.anonymous = False
        assert get(server, "/version")[0] == 401


def test_an_older_kubernetes_knows_no_self_review(kubectl: Path, home: Home) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}, absent_paths={SELF_SUBJECT_REVIEWS}) as server:
        write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
        assert "the selfsubjectreviews API is not enabled" in who_am_i(kubectl)


def test_the_log_of_requests_holds_no_credentials(kubectl: Path, home: Home) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as server:
        write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
        run(kubectl, "get", "--raw", "/version")
        (seen,) = server.requests
    assert (seen.method, seen.path, seen.user) == ("GET", "/version", JANE.name)
    assert seen.headers["authorization"] == "Bearer"
    assert JANE_TOKEN not in repr(seen)


@pytest.mark.parametrize(
    ("certificate", "complaint"),
    [
        ("expired", "certificate has expired"),
        ("wrong-host", "certificate is valid for 203.0.113.7, not 127.0.0.1"),
        ("corporate-proxy", "certificate signed by unknown authority"),
    ],
)
def test_certificates_that_nobody_should_trust(
    certificate: str, complaint: str, kubectl: Path, home: Home
) -> None:
    presented = {"certificate": certificate}
    with ApiServer(tokens={JANE_TOKEN: JANE}, **presented) as server:  # type: ignore[arg-type]
        write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
        refused = run(kubectl, "get", "--raw", "/version")
        assert complaint in refused.stderr
        assert not server.requests


def test_other_ways_to_be_reached(kubectl: Path, home: Home) -> None:
    tokens = {JANE_TOKEN: JANE}
    with ApiServer(tokens=tokens, tls=False) as plain:
        assert plain.url.startswith("http:")
        write_kubeconfig(home.kubeconfig, plain, token_user(JANE_TOKEN))
        assert run(kubectl, "get", "--raw", "/version").returncode == 0
    with ApiServer(tokens=tokens, tls12_only=True) as old:
        write_kubeconfig(home.kubeconfig, old, token_user(JANE_TOKEN))
        assert who_am_i(kubectl) == JANE.name
    with ApiServer(tokens=tokens, certificate="wrong-host") as named, ConnectProxy() as proxy:
        cluster = {"tls-server-name": "api.lab.example", "proxy-url": proxy.url}
        write_kubeconfig(home.kubeconfig, named, token_user(JANE_TOKEN), cluster=cluster)
        assert who_am_i(kubectl) == JANE.name
        assert set(proxy.targets) == {f"127.0.0.1:{named.port}"}


def test_a_server_that_does_not_answer(kubectl: Path, home: Home) -> None:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as server:
        write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
        for hang in ("handshake", "answer"):
            server.hang = hang
            done = run(kubectl, "--request-timeout=500ms", "get", "--raw", "/version")
            assert "Timeout" in done.stderr or "deadline exceeded" in done.stderr
        server.hang = None
        server.latency = 0.3
        start = time.monotonic()
        assert run(kubectl, "get", "--raw", "/version").returncode == 0
        assert time.monotonic() - start > 0.3
    assert "refused" in run(kubectl, "get", "--raw", "/version").stderr


def test_answers_of_things_in_between(server: ApiServer) -> None:
    try:
        server.answer = BAD_GATEWAY
        assert get(server, "/version", "wrong") == (502, BAD_GATEWAY.body.decode())
        server.answer = redirect_to(f"{server.url}/version")
        with pytest.raises(urllib.error.HTTPError, match="infinite loop"):
            raise_for_redirects(server)
    finally:
        server.answer = None


def raise_for_redirects(server: ApiServer) -> None:
    trust = ssl.create_default_context(cadata=server.ca_pem)
    urllib.request.urlopen(server.url, context=trust, timeout=5)  # noqa: S310 (loopback)


def test_in_the_foreground(kubectl: Path, home: Home, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.apiserver"]
    command += ["--write-kubeconfig", str(home.kubeconfig)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("Listening on https://127.0.0.1:")
        assert home.kubeconfig.stat().st_mode & 0o077 == 0
        assert who_am_i(kubectl) == "jane@example.com"
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=5) == 0
