"""How ``--help`` looks: options in groups, in lines as wide as the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

WIDEST = 120
"""Columns; longer lines are hard to read, however wide the terminal is."""
NARROW = 45
"""Columns; for fewer, the usage has two lines."""
OTHER = "Options"
"""The group of the options that have no other; it comes last."""

Rows = list[tuple[str, str]]
"""Words, such as an option's names, and what they mean."""


def text(command: Any, context: Any) -> str:
    """The whole help of a command, as wide as the terminal is."""
    # The formatter by itself goes neither below 50 columns nor above 80.
    import shutil  # tables.py wants no more than WIDEST

    context.terminal_width = max(min(shutil.get_terminal_size().columns, WIDEST), 20)
    formatter = context.make_formatter()
    command.format_help(context, formatter)
    return str(formatter.getvalue()).rstrip("\n")


def text_and_examples(command: Any) -> tuple[str, list[str]]:
    """A command's help without its examples, and the command lines of these."""
    text, _, examples = (command.help or "").partition("\b\n")
    return text.strip(), [line.strip() for line in examples.splitlines()[1:] if line.strip()]


def whole(columns: int) -> str:
    """The help of the whole program, from what ``make generate`` wrote: typer is not needed for it.

    It is what :func:`text` gives for the root, in :data:`NARROW` or more columns.
    """
    import textwrap

    from kubectl_connector.cli.everyday import ROOT

    usage_line, meaning, groups = ROOT
    width = min(columns, WIDEST)
    parts = [usage_line, textwrap.indent(textwrap.fill(meaning, width - 2), "  ")]
    for title, rows in groups:
        first = max(len(name) for name, _ in rows) + 2
        lines = [f"{title}:"]
        for name, says in rows:
            one, *more = textwrap.wrap(says, max(width - first - 2, 10))
            lines += [f"  {name:{first}}{one}", *(f"{'':{first + 2}}{line}" for line in more)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def usage(command: Any, context: Any) -> list[str]:
    """The words that follow the command's name, arguments first."""
    return [*(name for name, _ in arguments(command, context)), "[OPTIONS]"]


def arguments(command: Any, context: Any) -> Rows:
    """The positional arguments and what they mean; those in brackets may be left out."""
    return [
        (parameter.make_metavar(ctx=context), parameter.help or "")
        for parameter in command.get_params(context)
        if parameter.param_type_name == "argument"
    ]


def option_groups(command: Any, context: Any) -> dict[str, list[Any]]:
    """The options that are shown, by the title of their group, in the order of both."""
    groups: dict[str, list[Any]] = {}
    for parameter in command.get_params(context):
        if parameter.param_type_name == "option" and not parameter.hidden:
            groups.setdefault(parameter.rich_help_panel or OTHER, []).append(parameter)
    groups[OTHER] = groups.pop(OTHER)  # there is always --help
    return groups


def option_row(option: Any, context: Any) -> tuple[str, str]:
    """How an option is written, and what it does, with its default where that says something."""
    names = option.get_help_record(context)[0]
    default = option.default
    if isinstance(default, float):
        default = f"{default:g}"
    shown = isinstance(default, str) and default and option.show_default
    return names, f"{option.help} [default: {default}]" if shown else option.help


def write_options(command: Any, context: Any, formatter: Any) -> None:
    """Arguments, then options by group."""
    for title, rows in _sections(command, context):
        with formatter.section(title):
            formatter.write_dl(rows, col_max=min(30, formatter.width // 3))


def write_rows(groups: dict[str, Rows], formatter: Any) -> None:
    """Words and what they mean, such as commands with their summaries, by group."""
    for title, rows in groups.items():
        with formatter.section(title):
            formatter.write_dl(rows, col_max=min(30, formatter.width // 2))


def _sections(command: Any, context: Any) -> Iterator[tuple[str, Rows]]:
    rows = arguments(command, context)
    if rows:
        yield "Arguments", rows
    for title, options in option_groups(command, context).items():
        yield title, [option_row(option, context) for option in options]
