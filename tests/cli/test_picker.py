"""The picker: what it shows of a list, and a person who uses it on a pseudo-terminal."""

from __future__ import annotations

import os
import re

import pytest
from rich.cells import cell_len

from kubectl_connector.cli.picker import Picking
from tests.conftest import Home

ROWS = (
    ("dev", "kind", "", ""),
    ("prod-eu", "gke_eu", "in 3 d", "*"),
    ("prod-us", "開発クラスタ", "2 d ago", ""),
)


def pressed(*keys: str) -> Picking:
    picking = Picking("Connector", ROWS)
    for key in keys:
        picking = picking.after(key)
    return picking


@pytest.mark.parametrize(
    ("keys", "picked"),
    [
        (["\r"], "dev"),
        (["\x1b[B", "\r"], "prod-eu"),
        (["\x1bOB", "\x0e", "\t", "\n"], "prod-us"),
        (["\x1b[6~", "\x1b[A", "\r"], "prod-eu"),
        (["\x1b[B", "\x1b[5~", "\r"], "dev"),
        ([*"prod", "\x1b[B", "\r"], "prod-us"),
        ([*"us pr", "\r"], "prod-us"),
        ([*"開発", "\r"], "prod-us"),
        ([*"GKE", "\r"], "prod-eu"),
        ([*"prox", "\x7f", "\r"], "prod-eu"),
        ([*"zzz", "\x15", "\r"], "dev"),
        ([*"zzz", "\r"], ""),
        (["\x1b[Q", "\x07", "\r"], "dev"),
    ],
)
def test_keys(keys: list[str], picked: str) -> None:
    assert pressed(*keys).picked == picked


@pytest.mark.parametrize("key", ["\x1b", "\x03", "\x04"], ids=["Esc", "Ctrl-C", "Ctrl-D"])
def test_keys_that_leave(key: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        pressed("p", key)


@pytest.mark.parametrize("columns", [8, 20, 40, 80, 200])
@pytest.mark.parametrize("height", [2, 5, 24])
def test_it_fits_any_terminal(columns: int, height: int) -> None:
    picking = Picking("Connector", tuple((f"開発-{n}", "cluster", "in 3 d", "") for n in range(50)))
    for key in ["\x1b[B"] * 30:
        picking = picking.after(key)
        lines = picking.lines(columns, height)
        assert all(cell_len(line) < columns for line in lines)
        assert len(lines) <= max(height, 3)
        assert sum(line.startswith(">") for line in lines) == 1


def test_what_it_shows() -> None:
    assert pressed(*"prod").lines(80, 24) == [
        "Connector: prod",
        "> prod-eu   gke_eu         in 3 d    *",
        "  prod-us   開発クラスタ   2 d ago",
        "  2 of 3: arrows or letters choose, Enter takes, Esc leaves",
    ]
    for columns, last in ((40, "2 of 3: Enter takes, Esc leaves"), (24, "2 of 3: Esc leaves")):
        assert pressed(*"prod").lines(columns, 24)[-1].strip() == last
    assert pressed(*"x?").lines(40, 24)[-1].strip() == "nothing has that; Esc leaves"


pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are a Unix thing")
if not hasattr(pexpect, "spawn"):
    pytest.skip("pseudo-terminals are a Unix thing", allow_module_level=True)

from tests.cli.test_at_a_terminal import PROGRAM, Person  # noqa: E402

LEAVES = "Esc leaves"


def test_login_without_a_name_lets_a_person_pick(crowd: Home) -> None:
    person = Person("login", NO_COLOR="1")
    person.sees("Connector to login: ")
    person.sees("> dev")
    person.sees(LEAVES)
    person.screen.send("prod")
    person.sees("Connector to login: prod")
    person.sees(LEAVES)
    person.screen.send("\x1b[B\r")
    code, rest = person.leaves()
    assert code == 0, rest
    assert 'Switched to context "prod-us"' in rest
    assert "current-context: prod-us" in crowd.kubeconfig.read_text()


def test_it_shows_the_current_one_in_a_narrow_terminal(crowd: Home) -> None:
    assert Person("login", "prod-eu").leaves()[0] == 0
    person = Person("logout")
    person.screen.setwinsize(24, 40)
    person.sees("> prod-eu   127.0.0.1")
    person.sees("*")
    person.screen.send("\r")
    code, rest = person.leaves()
    assert (code, 'Removed context "prod-eu"' in rest) == (0, True)


def test_what_is_picked_can_go_into_a_file(crowd: Home) -> None:
    shell = pexpect.spawn(
        "sh",
        ["-c", '"$0" describe -o name >out', PROGRAM],
        env={**os.environ, "TERM": "xterm"},
        cwd=str(crowd.path),
        encoding="utf-8",
        timeout=20,
        dimensions=(24, 40),
    )
    shell.expect_exact("5 of 5: Enter takes, Esc leaves\x1b[")  # the whole does not fit
    shell.send("eu\r")
    shell.expect(pexpect.EOF)
    assert (crowd.path / "out").read_text() == "prod-eu\n"


@pytest.mark.parametrize("verb", ["describe", "verify"])
def test_other_verbs(crowd: Home, verb: str) -> None:
    person = Person(verb)
    person.sees(LEAVES)
    person.screen.send("old-2\r")
    code, rest = person.leaves()
    assert (code, '"old-2"' in rest) == (0, True)


@pytest.mark.parametrize("key", ["\x1b", "\x03", "\x04"], ids=["Esc", "Ctrl-C", "Ctrl-D"])
def test_leaving_it_changes_nothing_and_gives_the_terminal_back(crowd: Home, key: str) -> None:
    before = crowd.kubeconfig.read_bytes()
    shell = pexpect.spawn(
        "sh",
        ["-c", 'trap : INT; stty -a >before; "$0" login; echo code=$?; stty -a >after', PROGRAM],
        env={**os.environ, "TERM": "xterm"},
        cwd=str(crowd.path),
        encoding="utf-8",
        timeout=20,
    )
    shell.expect_exact(LEAVES)
    shell.send(key)
    shell.expect_exact("cancelled")
    shell.expect_exact("code=130")
    assert shell.before == "\r\n"  # no hint
    shell.expect(pexpect.EOF)
    settings = [(crowd.path / name).read_text() for name in ("before", "after")]
    assert settings[0] == settings[1]
    assert " icanon " in settings[0]
    assert crowd.kubeconfig.read_bytes() == before


def test_a_terminal_that_can_only_print_lines_asks_for_a_number(crowd: Home) -> None:
    person = Person("describe", TERM="dumb")
    person.sees("  4  prod-eu  127.0.0.1")
    person.answers("Connector to describe, name or number: ", "7")
    person.sees('there is no "7"')
    person.answers("Connector to describe, name or number: ", "4")
    code, rest = person.leaves()
    assert (code, 'Connector "prod-eu"' in rest) == (0, True)


def test_where_there_is_nothing_to_pick_from_it_says_how_to_get_there(crowd: Home) -> None:
    code, said = Person("logout").leaves()
    assert (code, "no connector is logged in" in said) == (3, True)
    (crowd.connector_home / "connectors.yaml").unlink()
    code, said = Person("login").leaves()
    assert (code, "kubectl connector register NAME --auto-configure" in said) == (3, True)


def test_several_are_deleted_after_one_question(crowd: Home) -> None:
    person = Person("delete", "old-*")
    person.sees("  old-1")
    person.sees("  old-2")
    person.answers("Delete these 2 connectors, secrets included? (y/N): ", "y")
    code, rest = person.leaves()
    assert code == 0
    assert re.findall(r'Deleted connector "(.*)"', rest) == ["old-1", "old-2"]
