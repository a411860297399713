"""What the program shows and asks a person, on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
if not hasattr(pexpect, "spawn"):
    pytest.skip("pseudo-terminals are a Unix thing", allow_module_level=True)

from kubectl_connector.settings import Settings  # noqa: E402
from kubectl_connector.stores import store_settings  # noqa: E402
from tests.apiserver import ApiServer  # noqa: E402
from tests.conftest import ADMIN_PASSWORD, JANE_TOKEN, PLUGIN, Home  # noqa: E402
from tests.kubeconfigs import token_user, write_kubeconfig  # noqa: E402

PROGRAM = str(PLUGIN)
PASSPHRASE = {"KUBECTL_CONNECTOR_PASSPHRASE": "correct horse"}


NEW_PASSPHRASE = "New passphrase of the file store (8 characters or more): "


class Person:
    """A person at a terminal who runs one command."""

    def __init__(self, *words: str, program: str = PROGRAM, **environment: str) -> None:
        env = {**os.environ, **PASSPHRASE, "TERM": "xterm", **environment}
        env = {name: value for name, value in env.items() if value}
        self.screen = pexpect.spawn(
            program, list(words), env=env, timeout=20, encoding="utf-8", dimensions=(50, 200)
        )

    def sees(self, text: str) -> None:
        self.screen.expect_exact(text)

    def answers(self, question: str, answer: str) -> None:
        self.sees(question)
        self.screen.sendline(answer)

    def leaves(self) -> tuple[int, str]:
        """The exit code, and the rest of the output."""
        self.screen.expect(pexpect.EOF)
        self.screen.close()
        rest = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", str(self.screen.before))
        return self.screen.exitstatus, rest


@pytest.fixture(autouse=True)
def asked_every_time(home: Home) -> None:
    """Nothing remembers the passphrase from one command to the next."""
    Settings(str(home.connector_home), {}, store_settings).set("file.remember", "0")


@pytest.fixture
def authority(server: ApiServer, tmp_path: Path) -> Path:
    path = tmp_path / "ca.crt"
    path.write_text(server.ca_pem)
    return path


def test_a_token_is_asked_for_and_not_shown(server: ApiServer, authority: Path) -> None:
    options = ["--server", server.url, "--certificate-authority", str(authority)]
    person = Person("register", "lab", "--store", "file", *options)
    person.answers("Bearer token: ", JANE_TOKEN)
    code, rest = person.leaves()
    assert code == 0, rest
    assert 'Registered connector "lab"' in rest
    assert "you are jane@example.com" in rest
    assert JANE_TOKEN not in rest


def test_everything_can_be_asked_for(server: ApiServer, authority: Path) -> None:
    person = Person("register", "lab", "--interactive", "--store", "file")
    person.answers("Server (https://HOST:PORT): ", server.url.removeprefix("https://"))
    person.answers("CA certificate file (empty: the system's): ", "/no/such/file")
    person.sees("can't be read")
    person.answers("CA certificate file (empty: the system's): ", str(authority))
    person.answers("Name of the cluster [127.0.0.1]: ", "")
    person.answers("[token]: ", "magic")
    person.answers("[token]: ", "password")
    person.answers("Username: ", "")
    person.answers("Username: ", "admin")
    person.answers("Password: ", ADMIN_PASSWORD)
    person.answers("Namespace: ", "shop")
    person.answers("Description: ", "")
    code, rest = person.leaves()
    assert code == 0, rest
    assert "you are admin" in rest
    assert ADMIN_PASSWORD not in rest


def test_the_current_context_is_offered(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN), namespace="shop")
    person = Person("register", "lab", "-i", "--store", "file")
    person.answers(f"Use your current context lab ({server.url})? (Y/n): ", "what?")
    person.answers("(Y/n): ", "")
    person.answers("Name of the cluster [lab-cluster]: ", "ours")
    person.answers("Namespace [shop]: ", "")
    person.answers("Description: ", "it works")
    code, rest = person.leaves()
    assert code == 0, rest
    assert "ours" in rest


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("at", ["Server", "Bearer token"])
def test_it_can_be_cancelled_with_nothing_kept(home: Home, key: str, at: str) -> None:
    options = ["--server", "https://127.0.0.1:1"] if at == "Bearer token" else ["--interactive"]
    person = Person("register", "lab", "--store", "file", *options)
    person.sees(at)
    person.screen.send(key)
    code, rest = person.leaves()
    assert code == 130
    assert "cancelled" in rest
    assert not home.connector_home.exists() or not list(home.connector_home.glob("*.[yj]*n"))


def test_ctrl_c_while_the_cluster_is_asked(home: Home) -> None:
    with ApiServer() as server:
        server.hang = "answer"
        options = ["--server", server.url, "--insecure-skip-tls-verify", "--store", "file"]
        person = Person("register", "lab", *options)
        person.answers("Bearer token: ", JANE_TOKEN)
        person.sees("asking https://127.0.0.1")  # the spinner
        person.screen.sendintr()
        code, rest = person.leaves()
    assert (code, "cancelled" in rest) == (130, True)
    assert not (home.connector_home / "connectors.yaml").exists()


def test_a_new_file_store_asks_for_its_passphrase_twice(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    words = ("register", "lab", "--auto-configure", "--store", "file")
    unset = {"KUBECTL_CONNECTOR_PASSPHRASE": ""}
    person = Person(*words, **unset)
    person.sees("There is no encrypted file in")
    person.answers(NEW_PASSPHRASE, "too few")
    person.sees("That is too short.")
    person.answers(NEW_PASSPHRASE, "one of them")
    person.answers("The same again: ", "another")
    person.sees("The two differ.")
    person.answers(NEW_PASSPHRASE, "one of them")
    person.answers("The same again: ", "one of them")
    assert person.leaves()[0] == 0
    person = Person("login", "lab", "--context", "ours", **unset)
    person.answers("Passphrase of the file store: ", "one of them")
    assert person.leaves()[0] == 0


def test_a_passphrase_is_typed_beside_a_pipe(server: ApiServer, authority: Path) -> None:
    """The token comes from stdin, so the passphrase is asked for at the terminal itself."""
    options = ["--server", server.url, "--certificate-authority", str(authority)]
    register = [PROGRAM, "register", "lab", "--store", "file", "--token-stdin", *options]
    command = f"printf %s {JANE_TOKEN} | {shlex.join(register)}"
    person = Person("-c", command, program="/bin/sh", KUBECTL_CONNECTOR_PASSPHRASE="")
    person.answers(NEW_PASSPHRASE, "one of them")
    person.answers("The same again: ", "one of them")
    code, rest = person.leaves()
    assert (code, 'Registered connector "lab"' in rest) == (0, True), rest


def test_another_passphrase(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    for name in ("lab", "prod"):
        words = ("register", name, "--auto-configure", "--store", "file")
        assert Person(*words).leaves()[0] == 0
    unset = {"KUBECTL_CONNECTOR_PASSPHRASE": ""}
    change = ("store", "change-passphrase")
    person = Person(*change, **unset)
    person.answers("Passphrase of the file store: ", "wrong")
    code, rest = person.leaves()
    assert (code, "does not open" in rest) == (6, True)
    person = Person(*change, **unset)
    person.answers("Passphrase of the file store: ", PASSPHRASE["KUBECTL_CONNECTOR_PASSPHRASE"])
    person.answers(NEW_PASSPHRASE, "one of them")
    person.answers("The same again: ", "one of them")
    code, rest = person.leaves()
    assert (code, "Changed the passphrase" in rest) == (0, True)
    verify = ("verify", "--all")
    assert Person(*verify, KUBECTL_CONNECTOR_PASSPHRASE="one of them").leaves()[0] == 0


def test_delete_asks_first(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert Person("register", "lab", "--auto-configure", "--store", "file").leaves()[0] == 0
    person = Person("delete", "lab")
    person.answers('Delete "lab", secrets included? (y/N): ', "")
    code, rest = person.leaves()
    assert (code, "nothing was deleted" in rest) == (1, True)
    person = Person("delete", "lab")
    person.answers('Delete "lab", secrets included? (y/N): ', "y")
    code, rest = person.leaves()
    assert (code, 'Deleted connector "lab"' in rest) == (0, True)


def test_describe_frames_its_tables_on_a_terminal(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert Person("register", "lab", "--auto-configure", "--store", "file").leaves()[0] == 0
    code, screen = Person("describe", "lab").leaves()
    assert code == 0
    assert "┏━" in screen
    assert re.search(r"┃ token +│ \[HIDDEN\]", screen)
    assert JANE_TOKEN not in screen
    assert JANE_TOKEN in Person("describe", "lab", "--show-secrets").leaves()[1]


def test_red_marks_an_error_unless_no_color_is_set() -> None:
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        person = Person("describe", "nope", **environment)
        person.screen.expect(pexpect.EOF)
        assert ("\x1b[31merror:" in str(person.screen.before)) is coloured


def test_a_credential_asked_for_by_hand_may_ask_every_time(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert Person("register", "lab", "--auto-configure", "--store", "file").leaves()[0] == 0
    id_ = yaml.safe_load((home.connector_home / "connectors.yaml").read_text())["connectors"][0][
        "id"
    ]
    for words in (["credential", "lab"], ["credential", "lab", "--id", id_]):
        code, rest = Person(*words).leaves()
        assert (code, JANE_TOKEN in rest) == (2, False)
        assert "kubectl connector credential lab --force" in rest
    for _ in range(2):
        person = Person("credential", "lab", "--force", KUBECTL_CONNECTOR_PASSPHRASE="")
        person.answers("Passphrase of the file store: ", PASSPHRASE["KUBECTL_CONNECTOR_PASSPHRASE"])
        code, rest = person.leaves()
        assert (code, JANE_TOKEN in rest) == (0, True)
