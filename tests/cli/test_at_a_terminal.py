"""What the program shows and asks a person, on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import filelock
import pytest
import yaml

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
if not hasattr(pexpect, "spawn"):
    pytest.skip("pseudo-terminals are a Unix thing", allow_module_level=True)

from kubectl_connector.settings import Settings  # noqa: E402
from kubectl_connector.stores import store_settings  # noqa: E402
from tests.apiserver import ApiServer  # noqa: E402
from tests.conftest import ADMIN_PASSWORD, JANE, JANE_TOKEN, PLUGIN, Home  # noqa: E402
from tests.kubeconfigs import token_user, write_kubeconfig  # noqa: E402

PROGRAM = str(PLUGIN)
TONIGHT = datetime.now(timezone.utc) + timedelta(hours=12)
PASSPHRASE = {"KUBECTL_CONNECTOR_PASSPHRASE": "correct horse"}


NEW_PASSPHRASE = "New passphrase of the file store (8 characters or more): "


IN_AN_ARCHIVE = "E2E_PLUGIN" in os.environ
"""It has no readline, whose licence does not allow it."""


class Person:
    """A person at a terminal who runs one command."""

    def __init__(self, *words: str, program: str = PROGRAM, **environment: str) -> None:
        columns = int(environment.pop("COLUMNS", "200"))  # the terminal's, not the variable
        env = {**os.environ, **PASSPHRASE, "TERM": "xterm", **environment}
        env = {name: value for name, value in env.items() if value}
        self.screen = pexpect.spawn(
            program, list(words), env=env, timeout=20, encoding="utf-8", dimensions=(50, columns)
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
        self.painted = str(self.screen.before)
        rest = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.painted)
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


def test_everything_can_be_asked_for(server: ApiServer, authority: Path, home: Home) -> None:
    """Each answer is checked at once; what the cluster refuses is the only thing asked again."""
    shutil.copy(authority, home.path / "ca.crt")
    person = Person("register", "--interactive")
    person.answers("Name of the connector: ", "my lab")
    person.sees("can't be a connector's name")
    person.answers("Name of the connector: ", "lab")
    person.sees("  1  file\r\n  2  keyring\r\n")
    person.answers("Secret store, name or number [keyring]: ", "3")
    person.sees('there is no "3"')
    person.answers("Secret store, name or number [keyring]: ", "1")
    person.answers("Server (https://HOST:PORT): ", "127.0.0.1:99999")
    person.sees("has a port that does not exist")
    address = server.url.removeprefix("https://")
    edited = "127.0.0.1:1" if IN_AN_ARCHIVE else "_127.0.0.1:1\x01\x04"
    person.answers("Server (https://HOST:PORT): ", edited)
    person.answers("CA certificate file (empty: the system's): ", "/no/such/file")
    person.sees("can't be read")
    (home.path / "note").write_text("no certificate")
    person.answers("CA certificate file (empty: the system's): ", "~/note")
    person.sees("is not a certificate in PEM form")
    person.answers(
        "CA certificate file (empty: the system's): ", "~/ca.crt" if IN_AN_ARCHIVE else "~/ca.c\t"
    )
    person.answers("Name of the cluster [127.0.0.1]: ", "")
    person.sees("client-certificate   An X.509 certificate")
    person.answers("Authentication method, name or number [token]: ", "magic")
    person.answers("[token]: ", "password")
    person.answers("Username: ", "")
    person.answers("Username: ", "admin")
    person.answers("Password: ", "wrong")
    person.answers("Namespace (empty: none): ", "My Shop")
    person.sees("can't be a namespace's name")
    person.answers("Namespace (empty: none): ", "shop")
    person.answers("Description (empty: none): ", "")
    person.sees("https://127.0.0.1:1 can't be reached")
    person.answers("Server (https://HOST:PORT) [https://127.0.0.1:1]: ", address)
    person.answers("CA certificate file (empty: as before): ", "")
    person.sees("refused the password")
    person.answers("Password: ", ADMIN_PASSWORD)
    code, rest = person.leaves()
    assert code == 0, rest
    assert "you are admin" in rest
    assert ADMIN_PASSWORD not in rest


def test_no_question_is_blamed_for_what_an_option_says(home: Home) -> None:
    """A bad option is refused before the first question: no answer could mend it."""
    for words, problem in (
        ("--server http://x", "is not an https:// address"),
        ("--server https://a:b@x", "holds a username or password"),
        ("--proxy-url ftp://x", "is not the address of an http, https or socks5 proxy"),
        ("--cluster-name=", "the cluster name can't be empty"),
        ("--auth-method token --username jane", "--username does not go with"),
    ):
        code, said = Person("register", "lab", "-i", "--store", "file", *words.split()).leaves()
        assert (code, said.count("error: "), problem in said) == (2, 1, True), said
    at = ["--server", "[::1]:6443", "--cluster-name", "c", "--store", "file"]
    code, said = Person("register", "lab", "-i", *at).leaves()
    assert (code, "give --server https://[::1]:6443" in said) == (2, True), said


def test_a_given_value_that_fits_no_answer_is_asked_for_too(
    server: ApiServer, authority: Path
) -> None:
    given = ["--server", server.url, "--certificate-authority", str(authority), "--store", "file"]
    person = Person("register", "lab", "-i", *given, "--username", "ad:min", "--namespace", "n")
    person.answers("Name of the cluster [127.0.0.1]: ", "")
    person.answers("Password: ", ADMIN_PASSWORD)
    person.sees("can't hold a colon")
    person.answers("Username: ", "admin")
    person.answers("Password: ", ADMIN_PASSWORD)
    person.answers("Description (empty: none): ", "")
    code, rest = person.leaves()
    assert (code, "you are admin" in rest) == (0, True), rest


def test_an_address_of_numbers_gives_the_cluster_its_name(home: Home) -> None:
    person = Person("register", "lab", "-i", "--store", "file", "--no-verify")
    person.answers("Server (https://HOST:PORT): ", "[::1]")
    person.answers("CA certificate file (empty: the system's): ", "")
    person.sees("Name of the cluster [::1]: ")
    person.screen.sendintr()
    assert person.leaves()[0] == 130


def test_a_key_is_asked_for_only_beside_a_certificate(
    server: ApiServer, authority: Path, home: Home
) -> None:
    given = ["--server", server.url, "--certificate-authority", str(authority), "--store", "file"]
    person = Person("register", "lab", "-i", *given, "--cluster-name", "c", "--namespace", "n")
    person.answers("[token]: ", "")
    person.answers("Bearer token: ", JANE_TOKEN)
    person.answers("File of the client certificate (PEM; empty: none): ", "")
    person.answers("Description (empty: none): ", "")
    code, rest = person.leaves()
    assert code == 0, rest
    jane, bob = (server.issue_client_certificate(name) for name in ("jane", "bob"))
    for name, pem in (("jane.crt", jane[0]), ("jane.key", jane[1]), ("bob.key", bob[1])):
        (home.path / name).write_text(pem)
    person = Person("register", "two", "-i", *given, "--cluster-name", "c", "--namespace", "n")
    person.answers("[token]: ", "client-certificate")
    person.answers("File of the client certificate (PEM): ", "~/jane.key")
    person.sees("is not a certificate")
    for key in ("bob", "jane"):
        person.answers("File of the client certificate (PEM): ", "~/jane.crt")
        person.answers("File of its private key (PEM): ", f"~/{key}.key")
        if key == "bob":
            person.sees("does not belong to the client certificate")
    person.answers("Description (empty: none): ", "")
    code, rest = person.leaves()
    assert code == 0, rest


def test_the_current_context_is_offered(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN), namespace="shop")
    person = Person("register", "lab", "-i", "--store", "file")
    person.answers(f"Use your current context lab ({server.url})? (Y/n): ", "what?")
    person.sees("answer y or n")
    person.answers("(Y/n): ", "")
    person.answers("Name of the cluster [lab-cluster]: ", "ours")
    person.answers("Namespace [shop]: ", "")
    person.answers("Description (empty: none): ", "it works")
    code, rest = person.leaves()
    assert code == 0, rest
    assert "Use it, and take that out: kubectl connector login lab --exec" in rest
    assert re.search(r"RESOURCE NAME +│ ours ", Person("describe", "lab").leaves()[1])


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
    for _ in range(3):
        person.answers("Passphrase of the file store: ", "wrong")
    code, rest = person.leaves()
    assert (code, "does not open" in rest) == (6, True)
    person = Person(*change, **unset)
    person.answers("Passphrase of the file store: ", "wrong")
    person.sees("Wrong passphrase. Try again.")
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
    assert (code, "Nothing deleted" in rest, "error" in rest) == (0, True, False)
    person = Person("delete", "lab")
    person.answers('Delete "lab", secrets included? (y/N): ', "y")
    code, rest = person.leaves()
    assert (code, 'Deleted connector "lab"' in rest) == (0, True)


def test_login_offers_to_make_a_kubeconfig_private(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert Person("register", "lab", "--auto-configure", "--store", "file").leaves()[0] == 0
    home.kubeconfig.chmod(0o644)
    before = home.kubeconfig.read_bytes()
    for answer, code in (("", 7), ("y", 0)):
        person = Person("login", "lab")
        person.answers("can be read by others (mode 0644)", answer)
        left, rest = person.leaves()
        assert left == code, rest
        assert (home.kubeconfig.read_bytes() == before) is (code == 7)
    assert home.kubeconfig.stat().st_mode & 0o777 == 0o600


def test_describe_frames_its_tables_on_a_terminal(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert Person("register", "lab", "--auto-configure", "--store", "file").leaves()[0] == 0
    code, screen = Person("describe", "lab").leaves()
    assert code == 0
    assert "┏━" in screen
    assert re.search(r"┃ token +│ \[HIDDEN\]", screen)
    assert JANE_TOKEN not in screen
    assert JANE_TOKEN in Person("describe", "lab", "--show-secrets").leaves()[1]


@pytest.mark.parametrize("columns", [40, 80, 110])
def test_describe_fits_a_screen(columns: int, server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(server.issue_token(JANE, TONIGHT)))
    store = ("--store", "file", "--label", "team=shop", "--description", "x" * 100)
    assert Person("register", "lab", "--auto-configure", *store).leaves()[0] == 0
    assert Person("login", "lab", "--context", "shop").leaves()[0] == 0
    code, screen = Person("describe", "lab", COLUMNS=str(columns)).leaves()
    lines = screen.replace("\r", "").rstrip("\n").split("\n")
    assert code == 0
    assert max(map(len, lines)) <= columns
    assert columns < 80 or len(lines) < 40
    frames = [len(line) for line in lines if line[0] in "┏┠┗"]
    assert frames == [frames[0]] * 3 + [frames[3]] * 3
    rows = [line.split()[1] for line in lines if line.startswith("┃ ")]
    assert rows[:3] == ["PROPERTY", "NAME", "YOU"]
    code, screen = Person("describe-type", "kubernetes", COLUMNS=str(columns)).leaves()
    assert max(map(len, screen.replace("\r", "").split("\n"))) <= columns


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_marks_a_state(
    environment: dict[str, str], coloured: bool, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(server.issue_token(JANE, TONIGHT)))
    assert Person("register", "lab", "--auto-configure", "--store", "file").leaves()[0] == 0
    assert Person("login", "lab", "--context", "shop").leaves()[0] == 0
    for words, marks in (
        (["list"], ["\x1b[32min 11 h\x1b[0m", "\x1b[36mshop *\x1b[0m"]),
        (["describe", "lab"], ["\x1b[32mfine, expires in 11 h\x1b[0m (20", "(current)\x1b[0m"]),
        (["verify", "lab"], ["\x1b[32mworks\x1b[0m"]),
        (["describe", "nope"], ["\x1b[31merror:\x1b[0m no connector"]),
    ):
        person = Person(*words, **environment)
        person.leaves()
        for text in marks:
            assert (text in person.painted) is coloured, person.painted
        assert ("\x1b[" in person.painted) is coloured or words[0] == "verify"  # its spinner


@pytest.mark.skipif(IN_AN_ARCHIVE, reason="an archive reads no variable of Python's")
def test_a_terminal_without_frames_gets_plain_columns() -> None:
    code, screen = Person("list-types", PYTHONIOENCODING="latin-1").leaves()
    assert (code, screen.split("   ")[0], "?" in screen) == (0, "NAME", False)


def test_colours_in_a_pipe_only_by_force(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(server.issue_token(JANE, TONIGHT)))
    environment = {**os.environ, **PASSPHRASE}
    register = ["register", "lab", "--auto-configure", "--store", "file"]
    for words in (register, ["list"], ["describe", "lab"], ["list-types"]):
        done = subprocess.run([PROGRAM, *words], env=environment, capture_output=True, check=True)
        assert b"\x1b" not in done.stdout + done.stderr
        assert "┏".encode() not in done.stdout
    forced = environment | {"CLICOLOR_FORCE": "1"}
    done = subprocess.run([PROGRAM, "list"], env=forced, capture_output=True, check=True)
    assert b"\x1b[32min 11 h\x1b[0m" in done.stdout


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


def test_one_spinner_at_a_time() -> None:
    """Several clusters are asked by threads, each of which may have to wait for a lock."""
    script = """if True:
        import threading
        from kubectl_connector.cli import console
        everybody = threading.Barrier(3)
        def wait():
            with console.spinner("waiting for a lock"):
                everybody.wait(50)
        threads = [threading.Thread(target=wait) for _ in range(2)]
        with console.spinner("asking 2 clusters"):
            for thread in threads:
                thread.start()
            everybody.wait(50)
            for thread in threads:
                thread.join()
        with console.spinner("asking once more"):
            pass
        """
    code, rest = Person("-c", script, program=sys.executable).leaves()
    assert (code, "asking 2 clusters" in rest, "asking once more" in rest) == (0, True, True)
    assert "waiting for a lock" not in rest


def test_details_and_the_spinner_have_lines_of_their_own(server: ApiServer, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    code, rest = Person("register", "lab", "--auto-configure", "--store", "file", "-v").leaves()
    assert code == 0, rest
    lines = re.split(r"[\r\n]+", rest)
    assert any(line.startswith("GET ") and line.endswith("/version: 200") for line in lines), rest
    assert any("asking https://127" in line for line in lines)
    assert "reading ~/connectors/connectors.yaml" in lines  # our own files


def test_whoever_waits_for_a_lock_is_told_and_whoever_does_not_is_not(
    server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    register = ("register", "lab", "--auto-configure", "--store", "file")
    with filelock.FileLock(home.connector_home / "connectors.yaml.lock"):
        person = Person(*register)
        person.sees("waiting for another kubectl-connector, which holds ~/connectors/connectors.y")
    code, rest = person.leaves()
    assert code == 0, rest
    lock = home.kubeconfig.with_name("config.lock")
    lock.touch()
    person = Person("login", "lab", "--context", "ours", "--lock-timeout", "60")
    person.sees("waiting for a program that is writing ~/.kube/config")
    lock.unlink()
    code, rest = person.leaves()
    assert code == 0, rest
    assert "waiting" not in Person("logout", "lab").leaves()[1]
