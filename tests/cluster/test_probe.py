"""The probe against a real server: success, and every way to fail."""

from __future__ import annotations

import os
import re
import socket
import ssl
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubectl_connector.cluster import tls
from kubectl_connector.cluster.probe import Probe, probe
from kubectl_connector.cluster.transport import AuthenticatedPool, impersonation_headers, proxy_for
from kubectl_connector.errors import ClusterError, ConnectorError, RefusedError
from kubectl_connector.model.kubeconfig import Cluster, Impersonation
from kubectl_connector.model.secret import Credential
from tests.apiserver import (
    BAD_GATEWAY,
    PROXY_LOGIN_PAGE,
    SELF_SUBJECT_REVIEWS,
    Answer,
    ApiServer,
    ConnectProxy,
    User,
    redirect_to,
)
from tests.conftest import ADMIN_PASSWORD, JANE_TOKEN

JANE = Credential(token=JANE_TOKEN)
NOBODY = Impersonation()


def ask(
    cluster: Cluster,
    credential: Credential = JANE,
    impersonation: Impersonation = NOBODY,
    timeout: float = 5.0,
) -> Probe:
    pool = AuthenticatedPool(cluster, lambda: credential, impersonation)
    try:
        return probe(cluster, pool, timeout)
    finally:
        pool.clear()


def cluster_of(server: ApiServer) -> Cluster:
    return Cluster(server.url, certificate_authority_data=server.ca_pem)


def test_the_systems_roots_are_found_where_another_distribution_keeps_them(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An OpenSSL that was built on another system knows no CA file here."""
    (tmp_path / "roots.pem").write_text(server.ca_pem)
    nowhere = SimpleNamespace(cafile=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(tls, "_BUNDLES", (str(tmp_path / "none"), str(tmp_path / "roots.pem")))
    assert ask(Cluster(server.url)).username == "jane@example.com"
    monkeypatch.setattr(tls, "_BUNDLES", ())
    with pytest.raises(ClusterError, match="not trusted"):
        ask(Cluster(server.url))


def test_a_socks_proxy_that_refuses_is_not_called_slow(server: ApiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    cluster = replace(cluster_of(server), proxy_url=f"socks5://127.0.0.1:{port}")
    with pytest.raises(ClusterError, match="the proxy on the way to"):
        ask(cluster)


def test_a_token_says_who_we_are(server: ApiServer) -> None:
    found = ask(cluster_of(server))
    assert re.fullmatch(r"v1\.\d+\.\d+", found.version)
    assert found.username == "jane@example.com"
    assert "developers" in found.groups


def test_a_password_is_really_sent(server: ApiServer) -> None:
    good = ask(cluster_of(server), Credential(username="admin", password=ADMIN_PASSWORD))
    assert good.username == "admin"
    with pytest.raises(RefusedError):
        ask(cluster_of(server), Credential(username="admin", password="wrong"))


def test_a_client_key_is_never_in_a_file_in_the_clear(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = server.issue_client_certificate("kate", ("ops",))
    seen: list[tuple[str, str, int, int]] = []
    load = ssl.SSLContext.load_cert_chain

    def look_then_load(context: ssl.SSLContext, path: str, *args: Any, **kwargs: Any) -> None:
        modes = [stat.S_IMODE(os.stat(p).st_mode) for p in (path, os.path.dirname(path))]
        seen.append((path, Path(path).read_text(), *modes))  # type: ignore[arg-type]
        load(context, path, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", look_then_load)
    found = ask(cluster_of(server), Credential(client_certificate=certificate, client_key=key))
    assert found.username == "kate"
    [(path, text, file_mode, folder_mode)] = seen
    assert "BEGIN ENCRYPTED PRIVATE KEY" in text
    assert not set(key.splitlines()[1:-1]) & set(text.splitlines())
    assert (file_mode, folder_mode) == (0o600, 0o700)
    assert not os.path.exists(os.path.dirname(path))


def test_impersonation_reaches_the_cluster(server: ApiServer) -> None:
    who = Impersonation(user="carol", groups=("one", "two"), extra=(("Reason", ("ticket 7",)),))
    assert ask(cluster_of(server), impersonation=who).username == "carol"
    assert ask(cluster_of(server), impersonation=who).groups[:2] == ("one", "two")


def test_impersonation_headers_are_client_gos() -> None:
    headers = impersonation_headers(
        Impersonation("a", "u-1", ("g", "h"), (("example.com/Reason", ("x", "y")),))
    )
    assert list(headers.iteritems()) == [
        ("Impersonate-User", "a"),
        ("Impersonate-Uid", "u-1"),
        ("Impersonate-Group", "g"),
        ("Impersonate-Group", "h"),
        ("Impersonate-Extra-example.com%2Freason", "x"),
        ("Impersonate-Extra-example.com%2Freason", "y"),
    ]


@pytest.mark.parametrize(
    "credential",
    [Credential(token="wrong"), Credential()],
    ids=["a wrong token", "no credential at all"],
)
def test_who_is_not_known_is_refused(server: ApiServer, credential: Credential) -> None:
    with pytest.raises(RefusedError):
        ask(cluster_of(server), credential)


def test_a_certificate_of_another_cluster_is_refused(server: ApiServer) -> None:
    certificate, key = server.issue_client_certificate("kate", foreign=True)
    with pytest.raises(RefusedError):
        ask(cluster_of(server), Credential(client_certificate=certificate, client_key=key))


def test_a_cluster_without_self_subject_reviews_still_answers() -> None:
    with ApiServer(
        tokens={JANE_TOKEN: User("jane")}, absent_paths={SELF_SUBJECT_REVIEWS}
    ) as server:
        found = ask(cluster_of(server))
    assert found.username is None


def test_an_untrusted_certificate_names_its_issuer() -> None:
    with (
        ApiServer(tokens={JANE_TOKEN: User("jane")}, certificate="corporate-proxy") as server,
        pytest.raises(ClusterError, match=r"not trusted.*issuer: .*corp-proxy CA"),
    ):
        ask(cluster_of(server))


def test_a_corporate_root_can_be_trusted() -> None:
    with ApiServer(tokens={JANE_TOKEN: User("jane")}, certificate="corporate-proxy") as server:
        cluster = Cluster(server.url, certificate_authority_data=server.corporate_ca_pem)
        assert ask(cluster).username == "jane"


def test_an_expired_certificate_says_so() -> None:
    with (
        ApiServer(certificate="expired") as server,
        pytest.raises(ClusterError, match="expired") as caught,
    ):
        ask(cluster_of(server))
    assert "renewed" in caught.value.hint


def test_a_certificate_for_another_name_suggests_tls_server_name() -> None:
    with ApiServer(tokens={JANE_TOKEN: User("jane")}, certificate="wrong-host") as server:
        with pytest.raises(ClusterError) as caught:
            ask(cluster_of(server))
        assert "--tls-server-name" in caught.value.hint
        named = replace(cluster_of(server), tls_server_name="api.lab.example")
        assert ask(named).username == "jane"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_insecure_skips_every_check() -> None:
    with ApiServer(tokens={JANE_TOKEN: User("jane")}, certificate="expired") as server:
        cluster = Cluster(server.url, insecure_skip_tls_verify=True)
        assert ask(cluster).username == "jane"


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ClusterError, match="can't be reached: connection refused"):
        ask(Cluster(f"https://127.0.0.1:{port}"))


def test_an_unknown_host_is_unreachable() -> None:
    with pytest.raises(ClusterError, match="can't be reached"):
        ask(Cluster("https://no-such-host.invalid:6443"))


@pytest.mark.parametrize("where", ["handshake", "answer"])
def test_a_server_that_stops_talking_is_not_waited_for(where: Any) -> None:
    with ApiServer() as server:
        server.hang = where
        with pytest.raises(ClusterError, match=r"no answer in 0\.3 s"):
            ask(cluster_of(server), timeout=0.3)


@pytest.mark.parametrize(
    "answer", [PROXY_LOGIN_PAGE, BAD_GATEWAY, redirect_to("https://x.invalid")]
)
def test_what_is_no_api_server_is_told_apart(answer: Answer) -> None:
    with ApiServer() as server:
        server.answer = answer
        with pytest.raises(ClusterError, match="does not answer like a Kubernetes API server"):
            ask(cluster_of(server))


def test_plain_http_on_the_port_is_explained() -> None:
    with ApiServer(tls=False) as server, pytest.raises(ClusterError, match="TLS"):
        ask(Cluster(f"https://127.0.0.1:{server.port}"))


def test_credentials_never_go_over_plain_http() -> None:
    with ApiServer(tls=False, tokens={JANE_TOKEN: User("jane")}) as server:
        with pytest.raises(ConnectorError):
            ask(Cluster(server.url))
        assert all(request.user == "system:anonymous" for request in server.requests)


def test_a_proxy_is_used_and_its_refusal_explained(server: ApiServer) -> None:
    with ConnectProxy() as proxy:
        assert ask(replace(cluster_of(server), proxy_url=proxy.url)).username
        assert proxy.targets == [f"127.0.0.1:{server.port}"]
    with ConnectProxy(refuse=True) as proxy, pytest.raises(ClusterError, match="proxy"):
        ask(replace(cluster_of(server), proxy_url=proxy.url))


def test_the_environments_proxy_is_used_but_not_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "direct.example")
    assert proxy_for(Cluster("https://far.example:6443")) == "http://proxy.example:3128"
    assert proxy_for(Cluster("https://direct.example:6443")) is None
    assert proxy_for(Cluster("https://127.0.0.1:6443")) is None
    own = Cluster("https://direct.example", proxy_url="socks5://own.example:1080")
    assert proxy_for(own) == "socks5://own.example:1080"


def test_a_strange_proxy_scheme_is_refused(server: ApiServer) -> None:
    with pytest.raises(ConnectorError, match="scheme must be http, https or socks5"):
        ask(replace(cluster_of(server), proxy_url="ftp://proxy.example"))


def test_a_bad_certificate_authority_is_refused() -> None:
    with pytest.raises(ConnectorError, match="not a certificate"):
        ask(Cluster("https://127.0.0.1:1", certificate_authority_data="nonsense"))


def test_an_ended_credential_is_fetched_anew(server: ApiServer) -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    clock = [now]
    issued: list[Credential] = []

    def issue() -> Credential:
        issued.append(Credential(token=JANE_TOKEN, expires_at=clock[0] + timedelta(minutes=1)))
        return issued[-1]

    pool = AuthenticatedPool(cluster_of(server), issue, now=lambda: clock[0])
    for _ in range(2):
        assert pool.request("GET", f"{server.url}/version").status == 200
    assert len(issued) == 1
    clock[0] += timedelta(minutes=2)
    assert pool.request("GET", f"{server.url}/version").status == 200
    assert len(issued) == 2
    pool.clear()
