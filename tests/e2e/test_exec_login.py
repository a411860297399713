"""``login --exec``: kubectl asks us for the credential, and the kubeconfig holds none."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_connector.model.connector import parse_time
from tests.apiserver import ApiServer
from tests.conftest import (
    ADMIN_PASSWORD,
    JANE,
    JANE_TOKEN,
    PLUGIN,
    VENV_BIN,
    Home,
    require_kernel_keyring,
)
from tests.e2e.conftest import PASSPHRASE, VARIABLE
from tests.e2e.terminal import Terminal, imported, tokens_at_once
from tests.kubeconfigs import (
    Entry,
    client_certificate_user,
    exec_user,
    password_user,
    token_and_certificate_user,
    token_file_user,
    token_user,
    write_kubeconfig,
)
from tests.secret_service import lock, require_secret_service, secret_service

CAROL = "carol@example.com"

V1BETA1 = "client.authentication.k8s.io/v1beta1"

USERS: dict[str, tuple[str, Callable[[ApiServer, Path], Entry]]] = {
    "token": (JANE.name, lambda _, __: token_user(JANE_TOKEN)),
    "certificate": (CAROL, lambda s, _: client_certificate_user(s.issue_client_certificate(CAROL))),
    "both": (
        CAROL,
        lambda s, _: token_and_certificate_user(JANE_TOKEN, s.issue_client_certificate(CAROL)),
    ),
    "token-file": (JANE.name, lambda _, f: token_file_user(f / "token", JANE_TOKEN)),
    "exec": (JANE.name, lambda _, f: exec_user(f / "cloud login", token=JANE_TOKEN)),
}


@pytest.fixture(scope="module")
def service() -> Iterator[dict[str, str]]:
    """A Secret Service for all tests that leave it unchanged."""
    require_secret_service()
    with secret_service() as environment:
        yield environment


@pytest.fixture
def keyring_terminal(each_kubectl: Path, home: Home, service: dict[str, str]) -> Terminal:
    """A terminal in a session with a keyring."""
    address = "DBUS_SESSION_BUS_ADDRESS"
    return Terminal(each_kubectl, home, {address: service[address]})


@pytest.mark.parametrize("kind", USERS)
def test_the_credential_stays_in_the_keyring(
    kind: str, keyring_terminal: Terminal, server: ApiServer, tmp_path: Path
) -> None:
    terminal = keyring_terminal
    user, entry = USERS[kind]
    kubeconfig = write_kubeconfig(terminal.home.kubeconfig, server, entry(server, tmp_path))
    terminal.connector("register", "prod", "--auto-configure")
    kubeconfig.unlink()
    terminal.connector("login", "prod", "--exec")
    text = kubeconfig.read_text()
    assert JANE_TOKEN not in text
    assert "client-key" not in text
    assert base64.b64encode(b"-----BEGIN EC PRIVATE").decode()[:20] not in text
    assert terminal.who_am_i() == user
    terminal.connector("logout", "prod")
    assert not kubeconfig.exists()


def test_nothing_is_imported_on_the_way(
    keyring_terminal: Terminal, server: ApiServer, tmp_path: Path
) -> None:
    """What the whole program imports as kubectl runs it, with a real keyring."""
    terminal = keyring_terminal
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    terminal.connector("register", "prod", "--auto-configure")
    arguments = ["credential", "prod", "--id", terminal.kept()["prod"]["id"]]
    script = str(VENV_BIN / "kubectl-connector")
    modules = imported(terminal, script, *arguments)
    assert modules - imported(terminal, "-c", "pass") == {
        "__future__",
        "_json",
        "_socket",
        "kubectl_connector",
        "kubectl_connector.__main__",
        "kubectl_connector.dbus",
        "kubectl_connector.home",
        "kubectl_connector.plugin",
        "kubectl_connector.ready",
    }


def test_what_a_store_out_of_reach_had_to_keep_is_not_given_out(
    home: Home, kubectl: Path, server: ApiServer
) -> None:
    """The keyring is locked only while one connector is deleted and another one is moved."""
    require_secret_service()
    with secret_service() as environment:
        address = "DBUS_SESSION_BUS_ADDRESS"
        there = {address: environment[address], VARIABLE: PASSPHRASE}
        terminal = Terminal(kubectl, home, there)
        write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
        for name in ("gone", "moved"):
            terminal.connector("register", name, "--auto-configure")
        ids = {name: kept["id"] for name, kept in terminal.kept().items()}
        terminal.environment[address] = "unix:path=/nonexistent"
        new = server.issue_token(JANE)
        terminal.connector("update", "moved", "--store", "file", "--token-stdin", stdin=new)
        terminal.connector("delete", "gone", "--yes", "--force")
        terminal.environment[address] = environment[address]
        said = terminal.connector("credential", "moved", "--id", ids["moved"])
        assert json.loads(said)["status"]["token"] == new
        refusal = terminal.refused("credential", "gone", "--id", ids["gone"])
        assert refusal.code == 3


@pytest.mark.skipif(os.name == "nt", reason="there is no /dev/full there")
def test_nobody_to_give_the_credential_to(keyring_terminal: Terminal, server: ApiServer) -> None:
    terminal = keyring_terminal
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    terminal.connector("register", "prod", "--auto-configure")
    arguments = ["credential", "prod", "--id", terminal.kept()["prod"]["id"]]
    for to in (">&-", ">/dev/full"):
        done = subprocess.run(
            ["sh", "-c", f'"$0" "$@" {to}', PLUGIN, *arguments],
            env=terminal.environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_is_shown_no_secret(keyring_terminal: Terminal, server: ApiServer) -> None:
    """Not by the credential path either, which has it at once."""
    pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
    terminal = keyring_terminal
    write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
    terminal.connector("register", "prod", "--auto-configure")
    arguments = ["credential", "prod", "--id", terminal.kept()["prod"]["id"]]
    for more, shown in (([], False), (["--force"], True)):
        words = [*arguments, *more]
        screen = pexpect.spawn(str(PLUGIN), words, env=terminal.environ(), encoding="utf-8")
        screen.expect(pexpect.EOF)
        assert (JANE_TOKEN in screen.before) is shown
        assert ("credential prod --force" in screen.before) is not shown


@pytest.mark.parametrize("count", [2, 10, 100])
def test_many_at_once_all_get_it(
    count: int, home: Home, kubectl: Path, service: dict[str, str], server: ApiServer
) -> None:
    address = "DBUS_SESSION_BUS_ADDRESS"
    terminal = Terminal(kubectl, home, {address: service[address]})
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    terminal.connector("register", "prod", "--auto-configure")
    arguments = ("credential", "prod", "--id", terminal.kept()["prod"]["id"])
    assert tokens_at_once(terminal, count, arguments) == {JANE_TOKEN}


def test_many_at_once_on_the_encrypted_file(registered: Terminal) -> None:
    arguments = ("credential", "prod", "--id", registered.kept()["prod"]["id"])
    assert tokens_at_once(registered, 10, arguments) == {JANE_TOKEN}


class TestARememberedKey:
    """The kernel remembers the encrypted file's key for a while: nobody is asked, nothing slow."""

    @pytest.fixture
    def unlocked(self, registered: Terminal) -> Terminal:
        """Logged in, after a command that was given the passphrase; the next ones are not."""
        require_kernel_keyring()
        registered.connector("login", "prod", "--exec")
        registered.connector("config", "unset", "file.remember")
        registered.connector("verify", "prod")
        registered.environment[VARIABLE] = ""
        return registered

    def test_nobody_is_asked_until_it_is_forgotten(self, unlocked: Terminal) -> None:
        assert unlocked.who_am_i() == JANE.name
        unlocked.connector("verify", "prod")
        unlocked.connector("store", "lock")
        assert "needs its passphrase" in unlocked.run("auth", "whoami").stderr
        assert unlocked.refused("verify", "prod").code == 6
        unlocked.connector("verify", "prod", env={VARIABLE: PASSPHRASE})
        assert unlocked.who_am_i() == JANE.name

    def test_the_setting_turns_it_off(self, unlocked: Terminal) -> None:
        unlocked.connector("config", "set", "file.remember", "0")
        assert "needs its passphrase" in unlocked.run("auth", "whoami").stderr
        assert unlocked.refused("verify", "prod").code == 6
        unlocked.connector("verify", "prod", env={VARIABLE: PASSPHRASE})  # and it is forgotten
        assert "needs its passphrase" in unlocked.run("auth", "whoami").stderr
        for value in ("soon", "1.5", "99999999"):
            refusal = unlocked.refused("config", "set", "file.remember", value)
            assert (refusal.code, "0: ask every time" in refusal.hint) == (2, True)

    def test_it_hides_no_wrong_passphrase(self, unlocked: Terminal, tmp_path: Path) -> None:
        """Who hands out everything, or the file itself, has to know it."""
        given = {VARIABLE: "wrong passphrase"}
        given |= {f"KUBECTL_CONNECTOR_{which}_PASSPHRASE": "another one" for which in NEW}
        for words in (("store", "change-passphrase"), ("store", "export", str(tmp_path / "file"))):
            assert "does not open" in unlocked.refused(*words, env=given).error
        assert unlocked.who_am_i() == JANE.name
        given[VARIABLE] = PASSPHRASE
        unlocked.connector("store", "change-passphrase", env=given)
        assert unlocked.who_am_i() == JANE.name  # with the new key
        unlocked.connector("store", "lock")
        assert "does not open" in unlocked.refused("verify", "prod", env=given).error
        unlocked.connector("verify", "prod", env={VARIABLE: "another one"})

    def test_a_copy_of_the_file_elsewhere_is_locked(
        self, unlocked: Terminal, tmp_path: Path
    ) -> None:
        shutil.copytree(unlocked.home.connector_home, tmp_path / "copy")
        env = {"KUBECTL_CONNECTOR_HOME": str(tmp_path / "copy")}
        assert unlocked.refused("verify", "prod", env=env).code == 6

    @pytest.mark.parametrize("error", ["EPERM", "ENOSYS"])
    def test_where_the_kernel_refuses_it_nothing_else_changes(
        self, unlocked: Terminal, error: str
    ) -> None:
        """As in a container, whose filter forbids these calls."""
        strace = shutil.which("strace")
        if not strace:
            pytest.skip("strace is not installed")
        tracer = [strace, "-o", os.devnull, "-e", f"inject=add_key,keyctl:error={error}"]
        id_ = unlocked.kept()["prod"]["id"]
        for passphrase, code in (("", 6), (PASSPHRASE, 0)):
            done = subprocess.run(
                [*tracer, str(PLUGIN), "credential", "prod", "--id", id_],
                env=unlocked.environ() | {VARIABLE: passphrase},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, JANE_TOKEN in done.stdout) == (code, not code), done.stderr

    def test_a_file_that_others_can_read_is_still_refused(self, unlocked: Terminal) -> None:
        (unlocked.home.connector_home / "secrets.json").chmod(0o644)
        assert "can be read by others" in unlocked.run("auth", "whoami").stderr

    def test_little_is_imported_on_the_way(self, unlocked: Terminal) -> None:
        script = str(VENV_BIN / "kubectl-connector")
        arguments = ["credential", "prod", "--id", unlocked.kept()["prod"]["id"]]
        modules = imported(unlocked, script, *arguments) - imported(unlocked, "-c", "pass")
        ours = {name for name in modules if name.startswith("kubectl_connector.")}
        assert ours == {
            f"kubectl_connector.{name}"
            for name in ("__main__", "home", "kernel_keyring", "plugin", "ready", "unlocked")
        }
        assert not modules & {"json", "re", "typing", "yaml", "cryptography.hazmat.primitives"}


NEW = ("NEW", "EXPORT")

DISPATCHER = """
import json, os, subprocess, sys
real = os.environ["KUBECTL"]
view = [real, "config", "view", "--raw", "--minify", "-o", "json"]
stanza = json.loads(subprocess.check_output(view))["users"][0]["user"]["exec"]
info = {"apiVersion": stanza["apiVersion"], "kind": "ExecCredential", "spec": {"interactive": True}}
env = {**os.environ, "KUBERNETES_EXEC_INFO": json.dumps(info)}
env |= {each["name"]: each["value"] for each in stanza.get("env") or ()}
subprocess.run([stanza["command"], *stanza["args"]], env=env, stdout=subprocess.DEVNULL)
os.execv(real, [real, *sys.argv[1:]])
"""
"""Asks for the cluster's version with the plugin's credential, as far as the plugin can tell, and
becomes the kubectl of that version."""


class TestOnTheEncryptedFile:
    """What holds for every store, tested on the one that needs no session."""

    @pytest.fixture
    def logged_in(self, registered: Terminal) -> Terminal:
        registered.connector("login", "prod", "--exec")
        return registered

    def test_kubectl_reads_its_own_input(self, logged_in: Terminal) -> None:
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0"}}
        pod["metadata"]["namespace"] = "shop"  # type: ignore[index]
        done = logged_in.run("get", "-f", "-", "-o", "name", stdin=json.dumps(pod))
        assert done.stdout == "pod/web-0\n", done.stderr

    def test_a_new_name_changes_nothing(self, logged_in: Terminal) -> None:
        logged_in.connector("rename", "prod", "production")
        assert logged_in.who_am_i() == JANE.name

    def test_a_deleted_connector_is_not_taken_for_its_namesake(
        self, logged_in: Terminal, server: ApiServer
    ) -> None:
        logged_in.connector("delete", "prod", "--yes")
        again = ("register", "prod", "--auto-configure", "--context", "lab", "--store", "file")
        logged_in.connector(*again)
        done = logged_in.run("auth", "whoami")
        assert done.returncode == 1
        assert (
            'error: the connector "prod" that this context was made from is not in' in done.stderr
        )
        assert "it was deleted" in done.stderr
        assert "kubectl connector login prod" in done.stderr
        logged_in.connector("login", "prod")
        assert logged_in.who_am_i() == JANE.name

    def test_a_deleted_connector_is_no_longer_served(self, logged_in: Terminal) -> None:
        logged_in.connector("rename", "prod", "production")
        said = logged_in.run("connector", "delete", "production", "--yes").stderr
        assert "context prod no longer works" in said
        assert logged_in.run("auth", "whoami").returncode == 1
        before = logged_in.home.kubeconfig.read_bytes()
        logged_in.connector("logout", "prod")
        assert logged_in.home.kubeconfig.read_bytes() != before
        assert logged_in.current_context() == "lab"

    def test_another_home_is_not_needed(self, logged_in: Terminal, tmp_path: Path) -> None:
        """Under sudo, or in a program that no shell started, HOME may be another one."""
        (tmp_path / "other").mkdir()
        elsewhere = {"HOME": str(tmp_path / "other"), "KUBECTL_CONNECTOR_HOME": "", "PATH": "/bin"}
        kubeconfig = f"--kubeconfig={logged_in.home.kubeconfig}"
        done = logged_in.run("auth", "whoami", kubeconfig, env=elsewhere)
        assert done.returncode == 0, done.stderr

    def test_a_missing_secret(self, logged_in: Terminal) -> None:
        (logged_in.home.connector_home / "secrets.json").unlink()
        done = logged_in.run("auth", "whoami")
        assert 'error: the file store has no secret for "prod"' in done.stderr

    def test_nobody_to_ask_for_the_passphrase(self, logged_in: Terminal) -> None:
        done = logged_in.run("auth", "whoami", env={VARIABLE: ""})
        assert done.returncode == 1
        assert "error: the file store needs its passphrase" in done.stderr
        assert f"hint:  set {VARIABLE}" in done.stderr

    def test_somebody_is_asked_once_in_a_call(self, logged_in: Terminal) -> None:
        """kubectl runs a failed plugin again: five times for ``get pods`` (X10)."""
        pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
        question = "Passphrase of the file store: "
        for answers, outcome in (
            (["wrong"] * 3, "does not open"),
            (["wrong", PASSPHRASE], "pod/web-0"),
        ):
            screen = pexpect.spawn(
                str(logged_in.kubectl),
                ["get", "pods", "-o", "name", "-n", "shop"],
                env=logged_in.environ() | {VARIABLE: "", "TERM": "dumb"},
                timeout=30,
                encoding="utf-8",
            )
            for answer in answers:
                screen.expect_exact(question)
                screen.sendline(answer)
            screen.expect(pexpect.EOF)
            screen.close()
            assert outcome in screen.before
            assert question not in screen.before
            assert PASSPHRASE not in screen.before
            assert "nobody to ask" not in screen.before  # somebody was, just now
            again = "error: nobody is asked twice for the passphrase" in screen.before
            assert again is (outcome == "does not open")

    def test_a_dispatcher_that_becomes_kubectl(self, logged_in: Terminal) -> None:
        """Google Cloud's kubectl runs the plugin too, and then becomes another kubectl."""
        pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
        question = "Passphrase of the file store: "
        dispatcher = logged_in.home.path / "kubectl"
        dispatcher.write_text(f"#!{VENV_BIN / 'python'}\n{DISPATCHER}")
        dispatcher.chmod(0o700)
        for answers, outcome in (
            ([PASSPHRASE, PASSPHRASE], "pod/web-0"),
            (["wrong"] * 3, "does not open"),
            ([PASSPHRASE, *["wrong"] * 3], "does not open"),
        ):
            screen = pexpect.spawn(
                str(dispatcher),
                ["get", "pods", "-o", "name", "-n", "shop"],
                env=logged_in.environ() | {VARIABLE: "", "KUBECTL": str(logged_in.kubectl)},
                timeout=30,
                encoding="utf-8",
            )
            for answer in answers:
                screen.expect_exact(question)
                screen.sendline(answer)
            screen.expect(pexpect.EOF)
            screen.close()
            assert outcome in screen.before
            assert question not in screen.before

    def test_a_second_login_stays_as_it_was(self, logged_in: Terminal) -> None:
        before = logged_in.home.kubeconfig.read_bytes()
        assert "unchanged" in logged_in.connector("login", "prod")
        assert logged_in.home.kubeconfig.read_bytes() == before
        logged_in.connector("login", "prod", "--embed")
        assert logged_in.home.kubeconfig.read_text().count(JANE_TOKEN) == 2  # ours, and the test's

    def test_the_cluster_refuses_the_credential(
        self, logged_in: Terminal, server: ApiServer, tmp_path: Path
    ) -> None:
        """kubectl asks again at once, and uses a credential that was renewed by then (X11)."""
        program, runs = _counting(tmp_path / "bin")
        path = os.pathsep.join([str(program.parent), logged_in.environ()["PATH"]])
        logged_in.connector("login", "prod", "--exec", "--exec-command", "name")
        server.rules.tokens.pop(JANE_TOKEN)
        try:
            done = logged_in.run("get", "pods", env={"PATH": path})
        finally:
            server.rules.tokens[JANE_TOKEN] = JANE
        assert done.returncode == 1
        assert "Unauthorized" in done.stderr or "must be logged in" in done.stderr
        assert len(runs.read_text().splitlines()) > 1
        assert JANE_TOKEN not in done.stderr


def _counting(folder: Path) -> tuple[Path, Path]:
    """A script with our program's name that runs it and counts its runs."""
    folder.mkdir()
    program, runs = folder / "kubectl-connector", folder / "runs"
    real = PLUGIN
    program.write_text(f'#!/bin/sh\necho run >>"{runs}"\nexec "{real}" "$@"\n')
    program.chmod(0o700)
    return program, runs


def test_the_program_is_gone(registered: Terminal) -> None:
    registered.connector("login", "prod", "--exec", "--exec-command", "name")
    done = registered.run("auth", "whoami", env={"PATH": "/nonexistent"})
    assert "Install it: https://github.com/kubectl-connector" in done.stderr


def test_a_locked_keyring(home: Home, kubectl: Path, server: ApiServer) -> None:
    require_secret_service()
    with secret_service() as environment:
        address = "DBUS_SESSION_BUS_ADDRESS"
        terminal = Terminal(kubectl, home, {address: environment[address]})
        write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
        terminal.connector("register", "prod", "--auto-configure")
        terminal.connector("login", "prod", "--exec")
        lock(environment)
        done = terminal.run("auth", "whoami")
        assert done.returncode == 1
        assert "error: the keyring is locked" in done.stderr
        assert JANE_TOKEN not in done.stderr + done.stdout


@pytest.mark.parametrize("store", ["file", "keyring"])
@pytest.mark.usefixtures("cheap_file_store")
class TestTheEnd:
    """A credential with a known end, by the fast way and by the ordinary way."""

    @pytest.fixture
    def terminal(self, store: str, home: Home, kubectl: Path, service: dict[str, str]) -> Terminal:
        address = "DBUS_SESSION_BUS_ADDRESS"
        passphrase = PASSPHRASE if store == "file" else ""
        return Terminal(kubectl, home, {address: service[address], VARIABLE: passphrase})

    def _document(self, terminal: Terminal, **env: str) -> Any:
        id_ = terminal.kept()["prod"]["id"]
        done = terminal.run("connector", "credential", "prod", "--id", id_, env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_it_is_said(self, terminal: Terminal, server: ApiServer, store: str) -> None:
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        register = ("register", "prod", "--auto-configure", "--store", store)
        terminal.connector(*register, "--expires-at", "2126-01-02T03:04:05Z")
        for version in ("client.authentication.k8s.io/v1", V1BETA1):
            info = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
            assert self._document(terminal, KUBERNETES_EXEC_INFO=json.dumps(info)) == {
                "apiVersion": version,
                "kind": "ExecCredential",
                "status": {"token": JANE_TOKEN, "expirationTimestamp": "2126-01-02T03:04:05Z"},
            }
        assert self._document(terminal)["apiVersion"] == "client.authentication.k8s.io/v1"

    def test_an_unknown_one_is_when_to_ask_again(
        self, terminal: Terminal, server: ApiServer, store: str
    ) -> None:
        """Some clients would ask at each request without an end, and some never again."""
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        terminal.connector("register", "prod", "--auto-configure", "--store", store)
        before = datetime.now(timezone.utc).replace(microsecond=0)
        end = parse_time(self._document(terminal)["status"]["expirationTimestamp"])
        ahead = timedelta(minutes=10)
        assert before + ahead <= end <= datetime.now(timezone.utc) + ahead
        assert "expiresAt" not in terminal.kept()["prod"]
        assert "expiresAt" not in terminal.document("describe", "prod")

    def test_it_has_passed(self, terminal: Terminal, server: ApiServer, store: str) -> None:
        token = _jwt(datetime.now(timezone.utc) - timedelta(days=2))
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(token))
        terminal.connector("register", "prod", "--auto-configure", "--no-verify", "--store", store)
        terminal.connector("login", "prod", "--exec")
        done = terminal.run("auth", "whoami")
        assert done.returncode == 1
        assert 'error: the token of "prod" expired 2 d ago' in done.stderr
        assert "kubectl connector renew prod" in done.stderr
        assert token not in done.stderr + done.stdout


def _jwt(end: datetime) -> str:
    """A token that says when it ends."""
    parts = [{"alg": "none"}, {"exp": int(end.timestamp())}]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([*(text.rstrip("=") for text in texts), "c2ln"])


def test_a_password_can_only_be_embedded(
    terminal: Terminal, server: ApiServer, cheap_file_store: None
) -> None:
    kubeconfig = write_kubeconfig(
        terminal.home.kubeconfig, server, password_user("admin", ADMIN_PASSWORD)
    )
    before = kubeconfig.read_bytes()
    terminal.connector("register", "prod", "--auto-configure", "--store", "file")
    refusal = terminal.refused("login", "prod", "--exec")
    assert "no exec plugin can hand to kubectl" in refusal.error
    assert refusal.hint == "kubectl connector login prod --embed"
    assert kubeconfig.read_bytes() == before
    terminal.connector("login", "prod", "--embed")
    assert terminal.who_am_i() == "admin"


def test_the_version_of_the_stanza(each_kubectl: Path, registered: Terminal) -> None:
    """Lightkube and pykube-ng take v1beta1 only; both kubectls take either."""
    terminal = Terminal(each_kubectl, registered.home, registered.environment)

    def version() -> str:
        return str(_user(terminal)["exec"]["apiVersion"]).rpartition("/")[2]

    terminal.connector("login", "prod", "--exec", "--exec-api-version", "v1beta1")
    assert (version(), terminal.who_am_i()) == ("v1beta1", JANE.name)
    terminal.connector("login", "prod")  # the setting decides where nothing is said
    assert version() == "v1"
    terminal.connector("login", "prod", "--embed")
    for option in (("--exec-api-version", "v1beta1"), ("--exec-command", "name")):
        refusal = terminal.refused("login", "prod", "--embed", *option)
        assert (refusal.code, option[0] in refusal.error) == (2, True)
    terminal.connector("login", "prod", "--exec-api-version", "v1beta1")  # means --exec
    assert version() == "v1beta1"
    terminal.connector("logout", "prod")
    terminal.connector("login", "prod", "--exec-command", "name")
    assert _user(terminal)["exec"]["command"] == "kubectl-connector"
    terminal.connector("config", "set", "login.exec-api-version", "v1beta1")
    terminal.connector("login", "prod")
    assert (version(), terminal.who_am_i()) == ("v1beta1", JANE.name)
    for words in (
        ("login", "prod", "--exec-api-version", "v1alpha1"),
        ("config", "set", "login.exec-api-version", "v2"),
    ):
        refusal = terminal.refused(*words)
        assert (refusal.code, refusal.hint) == (2, "choose one of: v1, v1beta1")


def test_the_default_and_one_connector_at_a_time(registered: Terminal) -> None:
    registered.connector("config", "set", "login.mode", "exec")
    registered.connector("login", "prod")
    assert _user(registered)["exec"]["args"][:2] == ["credential", "prod"]
    registered.connector("logout", "prod")
    registered.connector("update", "prod", "--login-mode", "embed")
    registered.connector("login", "prod")
    assert _user(registered)["token"] == JANE_TOKEN


def test_how_the_program_is_named(registered: Terminal) -> None:
    registered.connector("login", "prod", "--exec")
    assert _user(registered)["exec"]["command"] == str(PLUGIN)
    registered.connector("login", "prod", "--exec", "--exec-command", "name")
    assert _user(registered)["exec"]["command"] == "kubectl-connector"
    assert registered.who_am_i() == JANE.name
    refusal = registered.refused("login", "prod", "--exec", "--exec-command", "nickname")
    assert refusal.code == 2


def _user(terminal: Terminal) -> dict[str, Any]:
    view = yaml.safe_load(terminal.ask("config", "view", "--raw", "--minify"))
    return dict(view["users"][0]["user"])


class TestKubectlsPolicy:
    """What kuberc allows, and what we say of it."""

    @pytest.fixture
    def prefer(self, each_terminal: Terminal) -> Callable[[dict[str, Any]], None]:
        def write(preferences: dict[str, Any]) -> None:
            # 1.36 and 1.37 read v1beta1
            head = {"apiVersion": "kubectl.config.k8s.io/v1beta1", "kind": "Preference"}
            kuberc = each_terminal.home.path / "kuberc"
            kuberc.write_text(json.dumps(head | preferences))
            each_terminal.environment["KUBERC"] = str(kuberc)

        return write

    def test_allow_list(
        self,
        each_terminal: Terminal,
        server: ApiServer,
        cheap_file_store: None,
        prefer: Callable[[dict[str, Any]], None],
    ) -> None:
        terminal = each_terminal
        write_kubeconfig(terminal.home.kubeconfig, server, token_user(JANE_TOKEN))
        terminal.connector("register", "prod", "--auto-configure", "--store", "file")
        policy = {"credentialPluginPolicy": "Allowlist"}
        prefer(policy | {"credentialPluginAllowlist": [{"command": "another"}]})
        said = terminal.run("connector", "login", "prod", "--exec").stderr
        assert terminal.run("auth", "whoami").returncode == 1
        offered = re.search(r"does not list us: (kubectl kuberc set .*)", said)
        assert offered, said
        words = shlex.split(offered[1])
        assert words[-4:-1] == ["--allowlist-entry", "command=another", "--allowlist-entry"]

        done = terminal.run(*words[1:])
        assert done.returncode == 0, done.stderr
        assert terminal.who_am_i() == JANE.name
        assert "kuberc" not in terminal.run("connector", "login", "prod", "--exec").stderr

        Path(terminal.environment["KUBERC"]).write_text("{{{")
        done = subprocess.run(  # not through kubectl, which refuses such preferences too
            [PLUGIN, "login", "prod", "--exec"],
            env=terminal.environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "KUBERC=off" in done.stderr) == (0, True)

        prefer({"credentialPluginPolicy": "DenyAll"})
        assert terminal.run("auth", "whoami").returncode == 1
        said = terminal.run("connector", "login", "prod", "--exec").stderr
        assert "denies every credential plugin: kubectl kuberc set --section" in said
