"""Help, docs/reference.md and completion's tree match the commands."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.cli import help as help_
from kubectl_connector.cli.app import VERBS, build, load
from kubectl_connector.cli.main import PROGRAM, run

ROOT = Path(__file__).resolve().parent.parent
Capture = pytest.CaptureFixture[str]

PATHS = [
    f"{verb} {below}".strip()
    for verb in VERBS
    for below in getattr(load(verb), "commands", {"": None})
]
"""Every command that does something."""

CROWDED = 12
"""The number of options that is too many to take in at a glance."""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module packaging/reference.py."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("reference")


def test_what_is_generated_is_up_to_date(script: Any) -> None:
    assert script.TREE.read_text() == script.tree(), "make generate"
    assert script.EVERYDAY.read_text() == script.everyday(), "make generate"
    assert script.REFERENCE.read_text() == script.reference(), "make generate"


def test_every_environment_variable_is_documented() -> None:
    read = r"""environ(?:\.get\(|\[)["'](\w+)["']|_VARIABLE = "(\w+)\""""
    sources = [path.read_text() for path in (ROOT / "kubectl_connector").rglob("*.py")]
    names = {one or other for text in sources for one, other in re.findall(read, text)}
    assert {"KUBECTL_CONNECTOR_HOME", "KUBECONFIG", "NO_COLOR"} <= names
    documented = (ROOT / "docs" / "reference.md").read_text()
    assert not sorted(name for name in names if f"`{name}`" not in documented)


def test_hidden_options_are_nowhere(script: Any) -> None:
    """--token and --password exist only to explain why they are refused."""
    for text in (script.tree(), script.reference()):
        assert not re.search(r"--(token|password)\b(?!-)", text)


@pytest.mark.parametrize("path", PATHS)
def test_help_has_a_summary_and_an_example(script: Any, path: str) -> None:
    command = _documented(script)[path]
    text, examples = command.help_and_examples()
    assert 0 < len(command.summary) < 80
    assert command.summary[0].isupper()
    assert not command.summary.endswith(".")
    assert re.fullmatch(r"[A-Z].*[.?]", text.split("\n\n")[0].replace("\n", " "))
    assert any(f"{PROGRAM} {path}" in example for example in examples)


@pytest.mark.parametrize("path", PATHS)
def test_examples_are_understood(script: Any, path: str) -> None:
    """The real commands parse each example; nothing is run."""
    _, examples = _documented(script)[path].help_and_examples()
    for example in examples:
        for words in _ours(example):
            _parse(words)


def test_an_example_that_is_wrong_is_found() -> None:
    with pytest.raises(Exception, match="no command"):
        _parse(["lst"])
    with pytest.raises(Exception, match="--nothing"):
        _parse(["list", "--nothing"])


@pytest.mark.parametrize("path", PATHS)
def test_options_are_in_groups(script: Any, path: str) -> None:
    command = _documented(script)[path]
    groups = help_.option_groups(command.command, command.context)
    assert list(groups)[-1] == help_.OTHER
    assert all(groups.values())
    assert all(option.help for option in command.options)
    assert max(map(len, groups.values())) <= CROWDED
    if len(command.options) > CROWDED:
        assert len(groups) > 2


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("path", ["", "config", *PATHS])
def test_help_fits_the_terminal(
    path: str, columns: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Help does not wrap examples, which people paste, and does not wrap the names of options."""
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run([*path.split(), "--help"]) == 0
    lines = capsys.readouterr().out.rstrip("\n").splitlines()
    prose = [line for line in lines if PROGRAM not in line and not re.match(r" +-", line)]
    assert max(map(len, prose)) <= columns
    if columns == 200:
        assert max(map(len, lines)) <= help_.WIDEST


def test_wide_terminals_get_longer_lines(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    heights = {}
    for columns in ("40", "80", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        assert run(["register", "--help"]) == 0
        heights[columns] = capsys.readouterr().out.count("\n")
    assert heights["40"] > heights["80"] > heights["200"]


@pytest.mark.parametrize(
    ("words", "problem", "nearest"),
    [
        (["lgoin"], 'no command "lgoin"', "login"),
        (["config", "vew"], 'no command "vew"', "view"),
        (["login", "--kubeconfg", "x"], 'no option "--kubeconfg"', "--kubeconfig"),
        (["--versio"], 'no option "--versio"', "--version"),
    ],
)
def test_the_nearest_is_suggested(
    words: list[str], problem: str, nearest: str, capsys: Capture
) -> None:
    assert run(words) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error == f"error: {problem}"
    assert hint.startswith(f"hint:  did you mean {nearest}? All ")


@pytest.mark.parametrize("group", ["config", "completion"])
def test_a_group_alone_shows_its_commands(group: str, capsys: Capture) -> None:
    assert run([group]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in load(group).commands)


def _documented(script: Any) -> dict[str, Any]:
    return {each.path: each for each in script.commands()}


def _ours(line: str) -> Iterator[list[str]]:
    """The words of each of our commands in a line of shell."""
    for part in re.split(r"\|\||&&|[|;]|<\(|\)", line):
        words = shlex.split(part.split(">")[0])
        if words[:2] == PROGRAM.split():
            yield words[2:]


def _parse(words: list[str]) -> None:
    """Parse the words as a run would, without the last step."""
    root = build()
    context = root.make_context(PROGRAM, list(words))
    rest = [*context._protected_args, *context.args]
    while rest:
        name, command, rest = context.command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
        rest = [*context._protected_args, *context.args]
