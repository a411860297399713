"""The everyday verbs are read without typer: as typer reads them, or not at all."""

from __future__ import annotations

import functools
import importlib
import inspect
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kubectl_connector.cli import console
from kubectl_connector.cli.app import build, load
from kubectl_connector.cli.everyday import EVERYDAY
from kubectl_connector.cli.help import NARROW, WIDEST, whole
from kubectl_connector.cli.main import PROGRAM, run
from kubectl_connector.cli.quick import FLAG, TEXTS, VERBOSE, understand

for _verb in EVERYDAY:
    load(_verb)  # the declarations of its function are evaluated from here on

VALUES = ["", "-", "--", "x", "-x", "a=b", "=", "json", "0", "0.05", ".5", "5.", "1e3", "nan", "٣"]
texts = st.sampled_from(VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)


@st.composite
def plain_lines(draw: st.DrawFn) -> list[str]:
    """A command line as people type it, which has to be understood."""
    verb = draw(st.sampled_from(list(EVERYDAY)))
    _, options, argument = EVERYDAY[verb]
    parts = []
    for name in draw(st.lists(st.sampled_from(list(options)), max_size=5)):
        kind = options[name][1]
        value = draw(st.sampled_from(["x", "json", "a=b", "c d", "ü"]))
        attached = f"{name}={value}" if name.startswith("--") else f"{name}{value}"
        if kind in (FLAG, VERBOSE):
            parts.append([name])
        else:
            parts.append([attached] if draw(st.booleans()) else [name, value])
    if argument:
        low, high = int(argument[1]), 3 if argument[2] else 1
        count = draw(st.integers(low, high))
        parts += [[draw(st.sampled_from(["prod", "lab", "ü", "a*", ""]))] for _ in range(count)]
    return [verb, *(word for part in draw(st.permutations(parts)) for word in part)]


@st.composite
def any_lines(draw: st.DrawFn) -> list[str]:
    """Words that may or may not make sense."""
    verb = draw(st.sampled_from(list(EVERYDAY)))
    names = st.sampled_from([*EVERYDAY[verb][1], "--help", "-h", "--version", "--nothing", "-z"])
    halves = st.builds(lambda name, end: name[:end], names, st.integers(1, 9))
    attached = st.builds("{}={}".format, names, texts) | st.builds("{}{}".format, names, texts)
    return [verb, *draw(st.lists(names | halves | attached | texts, max_size=6))]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=plain_lines())
def test_plain_lines_are_understood_as_typer_does(words: list[str]) -> None:
    ours = by_us(words)
    assert ours is not None
    assert ours == by_typer(words)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=any_lines())
def test_whatever_is_understood_is_what_typer_says(words: list[str]) -> None:
    ours = by_us(words)
    event("left to typer" if ours is None else "understood")
    assert ours is None or ours == by_typer(words)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ls --help",
        "lst",
        "register x",
        "--help",
        "-v list",
        "list --help",
        "list -h",
        "list x",
        "list -o",
        "list -o -v",
        "list --outpu json",
        "list -vo json",
        "list -- x",
        "list --verbose=yes",
        "login a --no-such",
        "login a --lock-timeout soon",
        "login a --lock-timeout -1",
        "login a --lock-timeout 1e1",
        "verify a --timeout 0.05",
        "logout -",
    ],
)
def test_the_rest_is_typers(line: str) -> None:
    assert understand(line.split()) is None


def test_the_last_one_counts_and_lists_keep_their_order() -> None:
    words = ["list", "-o", "json", "-l", "a=b", "-oyaml", "-lc", "--output=wide", "-v", "-l", "d"]
    call = understand(words)
    assert call is not None
    assert call.given["output"] == "wide"
    assert ["a=b", "c", "d"] in call.given.values()
    assert call.verbose


def test_every_kind_is_in_use() -> None:
    """So that the properties above see each of them."""
    kinds = {option[1] for _, options, _ in EVERYDAY.values() for option in options.values()}
    assert kinds >= {FLAG, TEXTS, VERBOSE}


def test_an_error_is_typers_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--outptu", "json"]) == 2
    assert "did you mean --output?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["verify", "x"], ["-v", "verify", "x"]])
def test_a_commands_exit_code_comes_through_both_ways(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("kubectl_connector.cli.verify")
    monkeypatch.setattr(module, "command", functools.wraps(module.command)(lambda **_: 5))
    monkeypatch.setattr(console, "be_verbose", lambda: None)
    assert run(words) == 5


def test_the_whole_help_is_typers(monkeypatch: pytest.MonkeyPatch) -> None:
    command = build()
    for columns in (*range(NARROW, WIDEST + 2), 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        context = command.make_context(PROGRAM, [], resilient_parsing=True)
        assert whole(columns) == command.get_help(context)


@pytest.mark.parametrize("columns", ["20", "44", "45", "80"])
def test_help_comes_at_every_width(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert run(["-h"]) == 0
    assert capsys.readouterr().out.count("verify") == 1


def by_us(words: list[str]) -> tuple[dict[str, Any], bool] | None:
    """What a verb's function would be called with, and whether details are wanted."""
    call = understand(words)
    if call is None:
        return None
    bound = inspect.signature(_command(call.module)).bind(**call.given)
    bound.apply_defaults()
    return dict(bound.arguments), call.verbose


def by_typer(words: list[str]) -> tuple[dict[str, Any], bool]:
    """The same, as typer says; raises its errors."""
    module = importlib.import_module(f"kubectl_connector.cli.{EVERYDAY[words[0]][0]}")
    called: list[dict[str, Any]] = []
    told: list[bool] = []

    @functools.wraps(module.command)
    def record(**values: Any) -> None:
        called.append(values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "command", record)
        patch.setattr(console, "be_verbose", lambda: told.append(True))
        command = build()
        with command.make_context(PROGRAM, list(words)) as context:
            command.invoke(context)
    (values,) = called
    return values, bool(told)


def _command(module: str) -> Any:
    return importlib.import_module(f"kubectl_connector.cli.{module}").command
