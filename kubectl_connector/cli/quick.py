"""The everyday verbs without typer, whose import takes as long as most of what they do.

This understands the plain spellings alone, by a table that ``make generate`` makes of the commands
(``everyday.py``). All else is typer's: help, every error, groups of letters, words after ``--``.
So the commands' own declarations remain the only truth. tests/cli/test_quick.py compares both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_connector.cli import console
from kubectl_connector.cli.everyday import ALIASES, EVERYDAY
from kubectl_connector.frozen import dataclass

FLAG = "flag"
"""The kind of an option that takes no value."""
TEXT = "text"
"""The kind of one that takes a value; of several the last counts."""
TEXTS = "texts"
"""The kind of one that takes a value, and may be repeated."""
VERBOSE = "verbose"
"""The kind of ``-v``, and its parameter."""

if TYPE_CHECKING:
    Option = tuple[str, str, Any]
    """The parameter of the command's function that an option sets; the option's kind; and a flag's
    value."""
    Argument = tuple[str, bool, bool]
    """The parameter of the positional argument, whether it has to be given, and whether it may be
    given more than once."""
    Verb = tuple[str, dict[str, Option], Argument | None]
    """A verb's module, its options by each of their names, and its argument, if it has one."""


@dataclass(frozen=True)
class Call:
    """A command, and what was given to it; all else has the function's own defaults."""

    module: str
    given: dict[str, Any]
    verbose: bool

    def run(self) -> int:
        """Run the command; the exit code."""
        import importlib

        if self.verbose:
            console.be_verbose()
        command = importlib.import_module(f"kubectl_connector.cli.{self.module}").command
        return command(**self.given) or 0


def say_help() -> bool:
    """Show the help of the whole program; False where that has to be typer's."""
    import shutil

    from kubectl_connector.cli import help as help_

    columns = shutil.get_terminal_size().columns
    if columns >= help_.NARROW:
        console.say(help_.whole(columns))
    return columns >= help_.NARROW


class _NotPlainError(Exception):
    """typer has to read the words."""


def understand(arguments: Sequence[str]) -> Call | None:
    """What the words say; None where typer has to read them."""
    name = arguments[0] if arguments else ""
    verb = EVERYDAY.get(ALIASES.get(name, name))
    if verb is None:
        return None
    module, options, argument = verb
    given: dict[str, Any] = {}
    values: list[str] = []
    words = iter(arguments[1:])
    try:
        for word in words:
            if word.startswith("-"):
                _take(word, words, options, given)
            else:
                values.append(word)
        given |= _positional(values, argument)
    except _NotPlainError:
        return None
    return Call(module, given, given.pop(VERBOSE, False))


def _take(
    word: str, words: Iterator[str], options: dict[str, Option], given: dict[str, Any]
) -> None:
    """Take an option, and the next word where its value stands there."""
    if word.startswith("--"):
        name, is_attached, value = word.partition("=")
    else:
        name, is_attached, value = word[:2], word[2:], word[2:]
    if name not in options:
        raise _NotPlainError
    parameter, kind, bound = options[name]
    if kind in (FLAG, VERBOSE):
        if is_attached:
            raise _NotPlainError
        given[parameter] = bound
        return
    if not is_attached:
        value = next(words, "-")
        if value.startswith("-"):
            raise _NotPlainError
    if kind == TEXTS:
        given.setdefault(parameter, []).append(value)
    else:
        given[parameter] = value


def _positional(values: list[str], argument: Argument | None) -> dict[str, Any]:
    if argument is None:
        if values:
            raise _NotPlainError
        return {}
    parameter, is_required, is_repeatable = argument
    if (is_required and not values) or (len(values) > 1 and not is_repeatable):
        raise _NotPlainError
    if not values:
        return {}
    return {parameter: values if is_repeatable else values[0]}
