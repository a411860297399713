"""What people get wrong, and what the two lines say then."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
import typer

import kubectl_connector
from kubectl_connector import suggest
from kubectl_connector.cli.app import ALIASES, VERBS, VerbGroup, add_verb, build, load, new_app
from kubectl_connector.cli.console import with_tilde
from kubectl_connector.cli.main import PROGRAM, run
from kubectl_connector.errors import UsageError
from kubectl_connector.kubeconfig.paths import typed_path
from kubectl_connector.settings import OWN, PASSPHRASE_VARIABLE
from kubectl_connector.stores import store_settings
from tests.apiserver import ApiServer
from tests.cli.test_commands import Capture, fails, succeeds
from tests.conftest import BOB_TOKEN, JANE_TOKEN, PLUGIN, Home
from tests.kubeconfigs import token_user, write_kubeconfig


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")


def test_naming_a_context_or_a_kubeconfig_means_auto_configure(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(BOB_TOKEN), context="lab")
    other = home.path / "other"
    write_kubeconfig(other, server, token_user(JANE_TOKEN), context="shop")
    register = ("register", "one", "--store", "file", "--no-verify")
    succeeds(capsys, *register, "--kubeconfig", str(other), "--context", "shop")
    described = ("describe", "one", "-o", "json", "--show-secrets")
    assert JANE_TOKEN in succeeds(capsys, *described)
    succeeds(capsys, "update", "one", "--kubeconfig", str(home.kubeconfig), "--no-verify")
    assert BOB_TOKEN in succeeds(capsys, *described)
    succeeds(capsys, "register", "two", "--store", "file", "--no-verify", "--context", "lab")
    code, error, hint = fails(
        capsys, "register", "three", "--context", "lab", "--server", "https://x"
    )
    assert (code, "can't be given too" in error) == (2, True)
    assert "kubectl connector update three" in hint


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        ("{home}/none", "~/none (from KUBECONFIG) does not exist"),
        ("{home}/none:{home}/no", "none of ~/none, ~/no (from KUBECONFIG) exists"),
        ("{home}/void", "~/void (from KUBECONFIG) is empty"),
        ("{home}/void:{home}/no", "none of ~/void, ~/no (from KUBECONFIG) holds anything"),
        ("{home}/bare", "~/bare (from KUBECONFIG) has no contexts"),
        ("", "~/.kube/config does not exist"),
    ],
)
def test_a_kubeconfig_that_says_nothing_is_named_with_the_reason(
    capsys: Capture, home: Home, monkeypatch: pytest.MonkeyPatch, variable: str, problem: str
) -> None:
    (home.path / "void").write_text("# nothing yet\n---\n")
    (home.path / "bare").write_text("clusters: [{name: a, cluster: {server: https://a}}]\n")
    monkeypatch.setenv("KUBECONFIG", variable.format(home=home.path))
    for words in (["--auto-configure"], ["--context", "lab"]):
        code, error, hint = fails(capsys, "register", "lab", *words)
        assert (code, error) == (7, f"no kubeconfig: {problem}")
        assert "--kubeconfig FILE" in hint


def test_the_names_in_a_hint_are_those_of_the_file_that_was_read(
    capsys: Capture, server: ApiServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = home.path / "an other"
    write_kubeconfig(other, server, token_user(JANE_TOKEN), context="shop")
    given = ("--kubeconfig", str(other))
    monkeypatch.setenv("KUBECONFIG", "/nope")
    said = fails(capsys, "register", "lab", *given, "--context", "nope")
    names = f"all names: kubectl config get-contexts -o name --kubeconfig '{other}'"
    assert said == (3, 'no context named "nope"', names)
    succeeds(capsys, "register", "lab", *given, "--store", "file", "--no-verify")
    assert fails(capsys, "update", "lab", "--auto-configure", "--context", "nope")[2] == names
    other.write_text(other.read_text().replace("cluster: shop-cluster", "cluster: gone"))
    hint = fails(capsys, "update", "lab", "--auto-configure")[2]
    assert hint.endswith(f"kubectl config get-clusters --kubeconfig '{other}'")


def test_a_current_context_that_does_not_exist_is_not_blamed_on_the_user(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN), context="shop")
    text = home.kubeconfig.read_text()
    home.kubeconfig.write_text(text.replace("current-context: shop", "current-context: lab"))
    code, error, hint = fails(capsys, "register", "lab", "--auto-configure")
    assert (code, error) == (3, 'the current context "lab" of ~/.kube/config does not exist')
    assert hint == (
        "name another one with --context; all names: kubectl config get-contexts -o name"
    )


def test_list_says_that_the_kubeconfig_is_not_there(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["list"]) == 0
    assert "no kubeconfig yet: ~/.kube/config (from KUBECONFIG)\n" in capsys.readouterr().err
    monkeypatch.setenv("KUBECONFIG", ":")
    assert run(["list"]) == 0
    assert "contexts are unknown: KUBECONFIG is set, but names no file" in capsys.readouterr().err
    monkeypatch.delenv("KUBECONFIG")  # nobody has named one then
    assert run(["list"]) == 0
    assert "kubeconfig" not in capsys.readouterr().err.lower()


def test_logout_tells_of_a_kubeconfig_that_it_removes_and_of_one_that_is_not_there(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    other = home.path / "other"
    write_kubeconfig(other, server, token_user(JANE_TOKEN))
    given = ("register", "shop", "--kubeconfig", str(other), "--store", "file", "--no-verify")
    succeeds(capsys, *given)
    succeeds(capsys, "login", "shop")
    out = succeeds(capsys, "logout", "shop")
    assert "; removed ~/.kube/config, which login had made; no context" in out
    assert not home.kubeconfig.exists()
    assert succeeds(capsys, "logout", "shop") == '"shop" is not logged in\n'
    empty = ("--kubeconfig", "")  # as if it were not there: what kubectl makes of it (D1)
    assert succeeds(capsys, "logout", "shop", *empty) == '"shop" is not logged in\n'
    for words in (["shop"], ["--all"], ["s*"]):
        said = fails(capsys, "logout", *words, "--kubeconfig", str(home.path / "nope"))
        assert said == (7, "~/nope does not exist", "check the path given with --kubeconfig")


def test_a_variable_that_names_no_file(
    capsys: Capture, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "::")
    said = fails(capsys, "register", "lab", "--auto-configure")
    assert said == (7, "KUBECONFIG is set, but names no file", "set it to a path, or unset it")


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        ("register", "NAME is missing: the connector's name", "for example: {KC} register prod"),
        ("rename a", "NEW is missing: the name that it gets", "for example: {KC} rename prod"),
        ("list prod", '"prod" is one word too many: {KC} list takes nothing but', "{KC} list"),
        ("rename a b c", '"c" is one word too many: {KC} rename takes OLD NEW', "{KC} rename"),
        ("login a --context", "--context needs a value", "write it like --context NAME: "),
        ("verify --all=3", "--all takes no value", "write it alone: --all"),
        ("verify --timeout soon", '--timeout "soon" is not a number of seconds', "--timeout 10"),
        ("verify --timeout 0", '--timeout "0" is not a number of seconds from 0.1', "--timeout"),
        ("verify --timeout 999999h", '--timeout "999999h" is not a number', "--timeout 10"),
        ("verify --timeout nan", '--timeout "nan" is not a number of seconds', "--timeout 10"),
        ("logout a --lock-timeout -1", '--lock-timeout "-1" is not', "--lock-timeout 10"),
        ("completion --", "{KC} completion needs a command", "{KC} completion --help"),
        ("-o json list", 'no option "-o"', "after the command, as in: {KC} COMMAND -o"),
        ("list -z", 'no option "-z"', "all options: {KC} list --help"),
        ("--color list", 'no option "--color"', "{KC} COMMAND --color"),
        ("register a --type docker", 'no connector type "docker"', "there is one: kubernetes"),
    ],
)
def test_what_the_parser_finds_is_said_in_our_words(
    capsys: Capture, words: str, error: str, hint: str
) -> None:
    code, said, hinted = fails(capsys, *words.split())
    assert code == (3 if "--type" in words else 2)
    assert error.format(KC=PROGRAM) in said
    assert hint.format(KC=PROGRAM) in hinted


@pytest.mark.parametrize(
    ("words", "error"),
    [("--size x", "--size: 'x' is not a valid int"), ("", "--size is missing: how big it is")],
)
def test_options_that_no_command_has_yet_are_spoken_of_in_our_words(words: str, error: str) -> None:
    def command(
        size: Annotated[int, typer.Option("-s", "--size", metavar="NUMBER", help="How big it is.")],
    ) -> None:
        """Do nothing."""

    app = new_app()
    add_verb(app, "try", command)
    with pytest.raises(UsageError, match=re.escape(error)):
        typer.main.get_command(app).make_context("try", words.split())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("new", "register"),
        ("get", "list or describe"),
        ("remove", "delete"),
        ("switch", "login"),
        ("unuse", "logout"),
        ("whoami", "verify"),
        ("show", "describe"),
        ("edit", "update"),
        ("export", "store export"),
        ("import", "register or store import"),
        ("secrets", "store"),
        ("list --cluster b", "--selector"),
        ("config ls", "view"),
        ("config rm", "unset"),
        ("register a --ca ca.crt", "--certificate-authority"),
        ("register a --insecure", "--insecure-skip-tls-verify"),
        ("register a -k", "--insecure-skip-tls-verify"),
        ("register a --cluster b", "--server or --cluster-name"),
        ("login a --ns b", "--namespace"),
        ("delete a -f", "--yes"),
    ],
)
def test_a_word_from_elsewhere_leads_to_ours(capsys: Capture, words: str, meant: str) -> None:
    code, _, hint = fails(capsys, *words.split())
    assert code == 2
    assert hint.startswith(f"did you mean {meant}? All ")


def test_every_word_from_elsewhere_leads_to_a_word_that_there_is() -> None:
    commands = [load(name) for name in VERBS]
    below = [one for group in commands for one in getattr(group, "commands", {}).values()]
    every = [*commands, *below, build()]
    words = {name for one in every for parameter in one.params for name in parameter.opts}
    words |= {
        name for one in every for parameter in one.params for name in parameter.secondary_opts
    }
    words |= {*VERBS, *(one.name for one in below), *VerbGroup.below}
    assert set(VerbGroup.below) <= {
        f"{group.name} {one}" for group in commands for one in getattr(group, "commands", {})
    }
    assert set(suggest.MEANINGS) <= words
    for ours, others in suggest.MEANINGS.items():
        kind = "option" if ours.startswith("-") else "command"
        assert all(other.startswith("-") == (kind == "option") for other in others.split()), ours


def test_the_four_that_people_type_most_have_a_short_name(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    zenml = ("--type", "kubernetes", "--store", "file", "--no-verify")
    succeeds(capsys, "add", "one", "--auto-configure", *zenml)
    assert succeeds(capsys, "ls", "-o", "name") == "one\n"
    offered = [[PLUGIN, "__complete", *words] for words in (("use", ""), ("l",))]
    names, commands = (subprocess.check_output(each, text=True) for each in offered)
    assert names.startswith(("one\t", "one\n"))
    assert "list\t" in commands
    assert "ls\t" not in commands
    assert 'context "one"' in succeeds(capsys, "use", "one")
    succeeds(capsys, "logout", "one")
    assert 'Deleted connector "one"' in succeeds(capsys, "rm", "one", "--yes")
    assert f"Also: {PROGRAM} ls" in succeeds(capsys, "list", "--help")
    assert " ls " not in succeeds(capsys, "--help")


def test_help_is_a_command_too(capsys: Capture) -> None:
    assert succeeds(capsys, "help") == succeeds(capsys, "--help")
    assert succeeds(capsys, "help", "config", "set") == succeeds(capsys, "config", "set", "--help")


_THAT_READS = {
    "register": "b --kubeconfig {other} --store file --no-verify",
    "update": "a --server https://127.0.0.1:1 --no-verify",
    "renew": "a --token-file {other}.token --no-verify",
    "rename": "a a",
    "delete": "a --yes",
    "describe": "a --show-secrets",
    "verify": "a",
    "list-resources": "a",
    "login": "a --embed",
    "logout": "--all",
    "secure": "--kubeconfig {other} --store file --no-verify --exec-command name",
    "restore": "--kubeconfig {secured}",
    "credential": "a",
}
"""How each command reads secrets, if it does."""


def test_help_names_the_passphrase_where_it_can_be_needed(
    capsys: Capture, server: ApiServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_kubeconfig(home.path / "other", server, token_user(JANE_TOKEN))
    (home.path / "other.token").write_text("another-token")
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    succeeds(capsys, "config", "set", "file.remember", "0")
    succeeds(capsys, "register", "a", "--auto-configure", "--store", "file", "--no-verify")
    logout_needs_it = ("--context", "lab", "--exec", "--exec-command", "name")
    succeeds(capsys, "login", "a", *logout_needs_it)  # it gives back what had a secret
    secured = write_kubeconfig(home.path / "secured", server, token_user(BOB_TOKEN))
    how = ("--store", "file", "--no-verify", "--exec-command", "name")
    succeeds(capsys, "secure", "--kubeconfig", str(secured), *how)
    monkeypatch.delenv(PASSPHRASE_VARIABLE)
    for verb in sorted(VERBS, key=lambda verb: verb == "delete"):  # it comes last
        words = _THAT_READS.get(verb, "").format(other=other, secured=secured)
        run([verb, *words.split()])
        needed = PASSPHRASE_VARIABLE in capsys.readouterr().err
        helped = PASSPHRASE_VARIABLE in succeeds(capsys, verb, "--help")
        assert needed == helped, verb


def test_config_set_lists_the_settings_with_their_defaults(capsys: Capture) -> None:
    out = " ".join(succeeds(capsys, "config", "set", "--help").split())
    for name, setting in {**OWN, **store_settings()}.items():
        assert f" {name} {setting.meaning} [default: {setting.default}]" in out


def test_trusting_any_certificate_is_said_once_and_shows_in_list(
    capsys: Capture, server: ApiServer, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "ca.crt").write_text(server.ca_pem)
    (tmp_path / "token").write_text(JANE_TOKEN)
    cluster = ("--server", server.url, "--cluster-name", "c", "--store", "file")
    insecure, trusting = "--insecure-skip-tls-verify", f"--certificate-authority={tmp_path}/ca.crt"
    warned = []
    for step in (
        ("register", "a", *cluster, "--token-file", str(tmp_path / "token"), insecure),
        ("verify", "a"),
        ("login", "a"),
        ("update", "a", "--proxy-url", "", insecure),
        ("list",),
        ("update", "a", trusting),
        ("update", "a", insecure),
    ):
        assert run([*step]) == 0
        captured = capsys.readouterr()
        warned.append("is not checked" in captured.err)
        if step == ("list",):
            assert re.search(r" c \(insecure\)  ", captured.out)
    assert warned == [True, False, False, False, False, False, True]
    assert "(insecure)" not in succeeds(capsys, "list", "-o", "json")


def test_one_connector_or_all_and_none_at_all(capsys: Capture) -> None:
    for verb in ("verify", "logout", "renew"):
        said = fails(capsys, verb, "lab", "--all")
        assert said == (2, '"lab" and --all exclude each other', "leave one of them out")
        assert "which connector? " in fails(capsys, verb)[1]
    assert run(["verify", "--all"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, "no connectors yet" in captured.err) == ("", True)
    assert succeeds(capsys, "verify", "--all", "-o", "json").startswith("{")


def test_a_name_that_is_too_long_is_shortened_and_the_limit_said(capsys: Capture) -> None:
    code, error, hint = fails(capsys, "register", "a" * 300, "--auto-configure")
    assert (code, len(error) < 100, "253 at most" in hint) == (2, True, True)


@pytest.mark.parametrize("namespace", ["Bad NS", "-a", "a_b", "a" * 64])
def test_a_namespace_that_kubernetes_would_refuse_is_refused(
    capsys: Capture, namespace: str
) -> None:
    for words in ("register lab --auto-configure", "login lab", "update lab"):
        code, error, hint = fails(capsys, *words.split(), "-n", namespace)
        assert (code, "can't be a namespace's name" in error, "63" in hint) == (2, True, True)


def test_a_server_with_a_port_that_does_not_exist(capsys: Capture) -> None:
    for port in ("99999", "0", "700000"):
        code, error, _ = fails(capsys, "register", "lab", "--server", f"https://lab:{port}")
        assert (code, "has a port that does not exist" in error) == (2, True)
    assert fails(capsys, "register", "lab", "--server", "lab:6443")[2].endswith(" https://lab:6443")


def test_an_empty_token_says_where_it_came_from(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    given = ("--server", "https://lab", "--token-file", str(tmp_path / "token"))
    code, error, hint = fails(capsys, "register", "lab", *given)
    assert (code, error) == (2, "the bearer token is empty")
    assert str(tmp_path / "token") in hint


def test_a_path_to_paste_is_one_that_a_shell_expands(home: Home) -> None:
    path = home.path / "a b" / "$c"
    typed = typed_path(path)
    assert typed == "~/'a b/$c'"
    done = subprocess.run(["sh", "-c", f"echo {typed}"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{path}\n"
    assert typed_path("~/a") == "'~/a'"  # a folder of that name


def test_our_own_files_are_shown_below_the_home_folder(capsys: Capture, home: Home) -> None:
    home.connector_home.mkdir()
    (home.connector_home / "connectors.yaml").write_text("[")
    assert fails(capsys, "list")[1].startswith("~/connectors/connectors.yaml")
    assert with_tilde(f"chmod 600 '{home.path}/a b' /mnt{home.path}/c {home.path}x") == (
        f"chmod 600 '{home.path}/a b' /mnt{home.path}/c {home.path}x"
    )


def test_a_connectors_name_is_no_command_and_how_to_use_it_is_said(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    succeeds(capsys, "register", "shop", "--auto-configure", "--store", "file", "--no-verify")
    code, error, hint = fails(capsys, "shop")
    assert (code, error) == (2, '"shop" is a connector, not a command')
    assert hint == f"to use it: {PROGRAM} login shop"
    assert succeeds(capsys, "rename", "shop", "shop") == 'Connector "shop" unchanged\n'
    assert succeeds(capsys, "--version", "list") == succeeds(capsys, "version")
    error = fails(capsys, "update", "shop", "--username", "jane")[1]
    assert error == "can't ask without a terminal: Password"
    taken = fails(capsys, "register", "shop", "--interactive")  # before any question
    assert taken[1].startswith('there is a connector named "shop" already')


JWT = f"eyJhbGciOiJSUzI1NiJ9.{'a' * 600}.{'B' * 342}"


@pytest.mark.parametrize(
    "words",
    [
        "register lab --server https://lab --certificate-authority {}",
        "register lab --server https://lab --token-file {}",
        "register lab --kubeconfig {}",
        "register lab --context {}",
        "register {} --server https://lab",
        "register {} --interactive",
        "rename lab {}",
        "login {}",
        "describe {}",
        "list {}",
    ],
)
def test_a_token_in_the_wrong_place_is_not_repeated(
    capsys: Capture, server: ApiServer, home: Home, words: str
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    _, error, hint = fails(capsys, *(word.format(JWT) for word in words.split()))
    assert "eyJ" not in error + hint
    assert len(error) < 200


def test_several_labels_at_once(capsys: Capture) -> None:
    code, error, hint = fails(capsys, "update", "lab", "--label", "a=b,c=d")
    assert (code, error) == (2, '"a=b,c=d" is more than one label')
    assert hint == "give --label once for each: --label a=b --label c=d"


def test_describe_names_its_second_table_in_a_pipe_too(
    capsys: Capture, server: ApiServer, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    succeeds(capsys, "register", "lab", "--auto-configure", "--store", "file", "--no-verify")
    assert succeeds(capsys, "describe", "lab").count("\nConfiguration\n") == 1


def test_a_token_is_no_name(capsys: Capture, home: Home) -> None:
    code, error, hint = fails(
        capsys, "register", "eyJhbGci.eyJzdWIi.c2lnbmF0", "--server", "https://lab"
    )
    assert (code, "looks like a token" in error, "--token-stdin" in hint) == (2, True, True)
    assert not home.connector_home.exists()


def test_a_file_that_is_not_there_and_what_is(capsys: Capture, home: Home) -> None:
    given = ("register", "lab", "--server", "https://lab", "--certificate-authority")
    hint = fails(capsys, *given, str(home.path / "certs" / "ca.crt"))[2]
    assert hint == f"give a file that you can read; what is there: ls -l {home.path}"
    assert fails(capsys, *given, "ca.crt")[2].endswith("ls -l .")


def test_the_commands_in_messages_and_help_are_there() -> None:
    """No hint sends anybody to a command or an option that does not exist."""
    package = Path(kubectl_connector.__file__).parent
    said = [text for path in package.rglob("*.py") for text in _texts(ast.parse(path.read_text()))]
    found = [hint for text in said for hint in re.findall(rf"{PROGRAM} ([a-z][^;,|&()\n]*)", text)]
    assert len(found) > 50
    for hint in found:
        verb, *words = hint.split()
        verb = ALIASES.get(verb.rstrip(".:"), verb.rstrip(".:"))
        if verb == "is":
            continue  # prose
        assert verb in VERBS, hint
        command = load(verb)
        if hasattr(command, "commands"):
            command = command.commands.get(words[0].rstrip(".:"), command) if words else command
        known = {"--help"} | {
            name for each in command.params for name in (*each.opts, *each.secondary_opts)
        }
        assert {word for word in words if re.match("--[a-z]", word)} <= known, hint


def _texts(tree: ast.AST) -> Iterator[str]:
    """The texts of a module; what is filled in at run time is an X."""
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = node.values
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in parts)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.value


def test_logout_says_that_kubeconfig_leads_nowhere(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/no/such/file")
    assert run(["logout", "--all"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "No connector is logged in\n"
    assert captured.err == "no kubeconfig: /no/such/file (from KUBECONFIG) does not exist\n"
