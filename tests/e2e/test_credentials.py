"""Every kind of credential: from a kubeconfig or by flags, and back to kubectl."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from tests.apiserver import ApiServer
from tests.conftest import ADMIN_PASSWORD, JANE, JANE_TOKEN
from tests.e2e.terminal import Terminal
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

CAROL = "carol@example.com"
V1BETA1 = "client.authentication.k8s.io/v1beta1"

pytestmark = pytest.mark.usefixtures("cheap_file_store")

USERS: dict[str, tuple[str, str, Callable[[ApiServer, Path], Entry]]] = {
    "token": ("token", JANE.name, lambda _, __: token_user(JANE_TOKEN)),
    "token-file": ("token", JANE.name, lambda _, f: token_file_user(f / "token", JANE_TOKEN)),
    "token-and-certificate": (
        "token",
        CAROL,
        lambda s, _: token_and_certificate_user(JANE_TOKEN, s.issue_client_certificate(CAROL)),
    ),
    "certificate": (
        "client-certificate",
        CAROL,
        lambda s, _: client_certificate_user(s.issue_client_certificate(CAROL)),
    ),
    "certificate-files": (
        "client-certificate",
        CAROL,
        lambda s, f: client_certificate_file_user(f, s.issue_client_certificate(CAROL)),
    ),
    "password": ("password", "admin", lambda _, __: password_user("admin", ADMIN_PASSWORD)),
    "exec": ("exec", JANE.name, lambda _, f: exec_user(f / "cloud login", token=JANE_TOKEN)),
}
"""By kind: the authentication method, the cluster's name for the user, the kubeconfig's user."""


@pytest.mark.parametrize("kind", USERS)
def test_auto_configure_then_login(
    kind: str, terminal: Terminal, server: ApiServer, tmp_path: Path
) -> None:
    method, user, entry = USERS[kind]
    kubeconfig = write_kubeconfig(
        terminal.home.kubeconfig, server, entry(server, tmp_path), namespace="shop"
    )
    terminal.connector("register", "prod", "--auto-configure", "--store", "file")
    described = terminal.kept()["prod"]
    assert (described["authMethod"], described["clusterName"]) == (method, "lab-cluster")

    kubeconfig.unlink()  # the connector does not need it
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == user
    assert terminal.ask("get", "pods", "-o", "name").split() == ["pod/web-0", "pod/web-1"]


def test_exec_plugin_is_kept_as_a_plugin(
    terminal: Terminal, server: ApiServer, tmp_path: Path
) -> None:
    plugin = tmp_path / "cloud login"
    write_kubeconfig(terminal.home.kubeconfig, server, exec_user(plugin, token=JANE_TOKEN))
    terminal.connector("register", "prod", "--auto-configure", "--no-verify", "--store", "file")
    assert exec_runs(plugin) == 0
    terminal.connector("login", "prod")
    runs = exec_runs(plugin)
    assert terminal.who_am_i() == JANE.name
    assert exec_runs(plugin) == runs + 1
    assert JANE_TOKEN not in terminal.home.kubeconfig.read_text()


def test_secrets_lie_encrypted(terminal: Terminal, server: ApiServer) -> None:
    certificate, key = server.issue_client_certificate(CAROL)
    user = token_and_certificate_user(JANE_TOKEN, (certificate, key))
    write_kubeconfig(terminal.home.kubeconfig, server, user)
    terminal.connector("register", "prod", "--auto-configure", "--store", "file")
    files = [path for path in terminal.home.connector_home.rglob("*") if path.is_file()]
    assert files
    key_line = key.splitlines()[1].encode()
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, file
        data = file.read_bytes()
        assert JANE_TOKEN.encode() not in data
        assert key_line not in data
    shown = terminal.connector("describe", "prod") + terminal.connector("list", "-o", "yaml")
    assert JANE_TOKEN not in shown
    assert key.splitlines()[1] not in shown
    assert JANE_TOKEN in terminal.connector("describe", "prod", "-o", "json", "--show-secrets")


class TestByFlags:
    """``register`` without a kubeconfig."""

    @pytest.fixture
    def ca(self, server: ApiServer, tmp_path: Path) -> Path:
        (tmp_path / "ca.crt").write_text(server.ca_pem)
        return tmp_path / "ca.crt"

    @pytest.fixture
    def reach(self, server: ApiServer, ca: Path) -> list[str]:
        return ["--server", server.url, "--certificate-authority", str(ca), "--store", "file"]

    def test_token_from_stdin(self, terminal: Terminal, reach: list[str]) -> None:
        details = ["--cluster-name", "lab", "--namespace", "shop", "--description", "the lab"]
        labels = ["--label", "team=shop", "--label", "tier=dev", "--token-stdin"]
        terminal.connector("register", "lab", *reach, *details, *labels, stdin=f"{JANE_TOKEN}\n")
        described = terminal.kept()["lab"]
        assert described["authMethod"] == "token"
        assert described["namespace"] == "shop"
        assert described["description"] == "the lab"
        assert described["labels"] == {"team": "shop", "tier": "dev"}
        assert terminal.connector("list", "--label", "team=shop", "-o", "name").split() == ["lab"]
        assert terminal.connector("list", "--label", "team=other", "-o", "name") == ""
        terminal.connector("login", "lab", "--context", "there", "--namespace", "default")
        assert terminal.current_context() == "there"
        assert terminal.who_am_i() == JANE.name
        assert terminal.ask("get", "pods", "-o", "name") == ""

    def test_token_from_a_file(self, terminal: Terminal, reach: list[str], tmp_path: Path) -> None:
        (tmp_path / "token").write_text(f"{JANE_TOKEN}\n")
        terminal.connector("register", "lab", *reach, "--token-file", tmp_path / "token")
        terminal.connector("login", "lab")
        assert terminal.who_am_i() == JANE.name

    def test_client_certificate(
        self, terminal: Terminal, reach: list[str], server: ApiServer, tmp_path: Path
    ) -> None:
        files = client_certificate_file_user(tmp_path, server.issue_client_certificate(CAROL))
        pair = ["--client-certificate", files["client-certificate"]]
        pair += ["--client-key", files["client-key"]]
        terminal.connector("register", "lab", *reach, *pair)
        assert terminal.kept()["lab"]["authMethod"] == "client-certificate"
        terminal.connector("login", "lab")
        assert terminal.who_am_i() == CAROL

    def test_password_from_stdin(self, terminal: Terminal, reach: list[str]) -> None:
        user = ["--username", "admin", "--password-stdin"]
        terminal.connector("register", "lab", *reach, *user, stdin=ADMIN_PASSWORD)
        assert terminal.kept()["lab"]["authMethod"] == "password"
        terminal.connector("login", "lab")
        assert terminal.who_am_i() == "admin"

    @pytest.mark.parametrize("option", ["--token", "--password"])
    def test_no_secret_in_the_command_line(
        self, option: str, terminal: Terminal, reach: list[str]
    ) -> None:
        refusal = terminal.refused("register", "lab", *reach, option, JANE_TOKEN)
        assert refusal.code == 2
        assert f"{option}-stdin" in refusal.error + refusal.hint
        assert JANE_TOKEN not in refusal.error + refusal.hint
        assert not terminal.kept()


def test_lifted_fields_survive(terminal: Terminal, server: ApiServer) -> None:
    user = token_user(JANE_TOKEN) | {"as": "erin", "as-groups": ["auditors"]}
    cluster = {"tls-server-name": "kubernetes.default.svc", "disable-compression": True}
    write_kubeconfig(terminal.home.kubeconfig, server, user, cluster=cluster, namespace="shop")
    terminal.connector("register", "prod", "--auto-configure", "--store", "file")
    terminal.connector("login", "prod")
    assert terminal.who_am_i() == "erin"
    view = yaml.safe_load(terminal.ask("config", "view", "--raw", "--minify"))
    written = view["clusters"][0]["cluster"]
    assert written | cluster == written
    assert view["contexts"][0]["context"]["namespace"] == "shop"
    assert view["users"][0]["user"]["as-groups"] == ["auditors"]


class TestAnAuthProvider:
    """kubectl still has the provider ``oidc``; each test signs in with it first."""

    @pytest.fixture
    def token(self, server: ApiServer) -> str:
        return server.issue_token(JANE, datetime.now(timezone.utc) + timedelta(hours=5))

    @pytest.fixture
    def oidc(self, each_terminal: Terminal, server: ApiServer, token: str) -> Terminal:
        config = {
            "client-id": "lab",
            "client-secret": "hunter2-client",
            "extra-scopes": "email,groups",
            "id-token": token,
            "idp-issuer-url": "https://sso.invalid",
            "refresh-token": "hunter2-refresh",
        }
        user = {"auth-provider": {"name": "oidc", "config": config}}
        write_kubeconfig(each_terminal.home.kubeconfig, server, user)
        assert each_terminal.who_am_i() == JANE.name
        return each_terminal

    def test_its_token_is_kept_where_nothing_can_renew_it(self, oidc: Terminal, token: str) -> None:
        done = oidc.run("connector", "register", "prod", "--auto-configure", "--store", "file")
        assert "will not renew itself" in done.stderr
        assert "token, expires in" in done.stderr
        assert oidc.kept()["prod"]["authMethod"] == "token"
        self._work(oidc, token)

    @pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
    def test_it_becomes_the_plugin_that_is_installed(self, oidc: Terminal, token: str) -> None:
        program = oidc.home.path / "bin" / "kubectl-oidc_login"
        program.parent.mkdir()
        answer = {"apiVersion": V1BETA1, "kind": "ExecCredential", "status": {"token": token}}
        program.write_text(f"#!/bin/sh\necho \"$@\" >'{program}.said'\necho '{json.dumps(answer)}'")
        program.chmod(0o700)
        oidc.environment["PATH"] = os.pathsep.join([str(program.parent), oidc.environ()["PATH"]])
        done = oidc.run("connector", "register", "prod", "--auto-configure", "--store", "file")
        assert done.returncode == 0, done.stderr
        assert "hunter2" not in done.stderr
        assert oidc.kept()["prod"]["authMethod"] == "exec"
        assert Path(f"{program}.said").read_text().split() == [
            "get-token",
            "--oidc-issuer-url=https://sso.invalid",
            "--oidc-client-id=lab",
            "--oidc-client-secret=hunter2-client",
            "--oidc-extra-scope=email",
            "--oidc-extra-scope=groups",
        ]
        self._work(oidc, token)

    @staticmethod
    def _work(terminal: Terminal, token: str) -> None:
        """Log in with the connector alone; its secrets are in the store alone."""
        catalog = (terminal.home.connector_home / "connectors.yaml").read_text()
        for secret in ("hunter2", token):
            assert secret not in catalog
        terminal.home.kubeconfig.unlink()
        for mode in ("--embed", "--exec"):
            terminal.connector("login", "prod", mode)
            assert terminal.who_am_i() == JANE.name
            assert "hunter2-refresh" not in terminal.home.kubeconfig.read_text()


def test_a_stanza_that_kubectl_no_longer_takes_names_the_way_to_a_new_one(
    terminal: Terminal, server: ApiServer, tmp_path: Path
) -> None:
    for program, way in (("aws", "aws eks update-kubeconfig"), ("x", f"apiVersion: {V1BETA1}")):
        user = exec_user(tmp_path / program, token=JANE_TOKEN)
        user["exec"]["apiVersion"] = "client.authentication.k8s.io/v1alpha1"
        write_kubeconfig(terminal.home.kubeconfig, server, user)
        refusal = terminal.refused("register", "prod", "--auto-configure", "--store", "file")
        assert "v1alpha1" in refusal.error
        assert way in refusal.hint
