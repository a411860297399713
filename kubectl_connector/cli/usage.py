"""The mistakes that the parser of the command line finds, in the user's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.exceptions import TyperException

from kubectl_connector import suggest
from kubectl_connector.cli import help as help_
from kubectl_connector.errors import UsageError


def in_our_words(error: TyperException, context: Any) -> UsageError:
    """What the parser says of the command of ``context``, as two lines."""
    said: Any = error
    kind = type(error).__name__  # the classes are in typer's own copy of click
    if kind == "NoSuchOption":
        return _no_option(said.option_name, context)
    if kind == "MissingParameter":
        return _missing(said.param, context)
    if kind == "BadOptionUsage":
        return _wants_a_value(said.option_name, context)
    if kind == "BadParameter" and said.param is not None:
        return _bad_value(said.param, said.message, context)
    return UsageError(error.format_message().rstrip("."), _help(context))


def no_command(context: Any) -> UsageError:
    """The error for a group of commands of which none was named."""
    command = context.command_path
    return UsageError(f"{command} needs a command", f"all commands: {command} --help")


def too_many(words: Sequence[str], context: Any) -> UsageError:
    """The error for words that the command has no use for."""
    takes = " ".join(name for name, _ in help_.arguments(context.command, context))
    return UsageError(
        f'"{words[0]}" is one word too many: {context.command_path} takes'
        f" {takes or 'nothing but options'}",
        _for_example(context),
    )


def _no_option(name: str, context: Any) -> UsageError:
    listing = f"all options: {context.command_path} --help"
    known = [
        name for option in _options(context) for name in (*option.opts, *option.secondary_opts)
    ]
    near = suggest.nearest(name, known)
    if not near and context.parent is None:
        listing = f"options come after the command, as in: {context.command_path} COMMAND {name}"
    return UsageError(f'no option "{name}"', suggest.did_you_mean(name, known, listing))


def _missing(parameter: Any, context: Any) -> UsageError:
    meaning = _in_a_sentence(parameter.help or "")
    return UsageError(f"{_name(parameter, context)} is missing: {meaning}", _for_example(context))


def _bad_value(parameter: Any, problem: str, context: Any) -> UsageError:
    return UsageError(
        f"{_name(parameter, context)}: {problem.rstrip('.')}",
        f"what it is: {_in_a_sentence(parameter.help or '')}; {_help(context)}",
    )


def _name(parameter: Any, context: Any) -> str:
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.make_metavar(ctx=context).strip("[]."))


def _wants_a_value(name: str, context: Any) -> UsageError:
    option = next(each for each in _options(context) if name in (*each.opts, *each.secondary_opts))
    if option.is_flag:
        return UsageError(f"{name} takes no value", f"write it alone: {name}")
    meaning = _in_a_sentence(option.help)
    return UsageError(
        f"{name} needs a value",
        f"write it like {name} {option.make_metavar(ctx=context)}: {meaning}",
    )


def _options(context: Any) -> list[Any]:
    """The options of a command that ``--help`` shows."""
    groups = help_.option_groups(context.command, context)
    return [option for group in groups.values() for option in group]


def _for_example(context: Any) -> str:
    examples = help_.text_and_examples(context.command)[1]
    return f"for example: {examples[0]}" if examples else _help(context)


def _help(context: Any) -> str:
    return f"how it is used: {context.command_path} --help"


def _in_a_sentence(help_text: str) -> str:
    return f"{help_text[:1].lower()}{help_text[1:].rstrip('.')}"
