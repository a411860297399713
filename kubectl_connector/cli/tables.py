"""Tables for whoever reads stdout: framed for a person, plain columns for a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kubectl_connector.cli import console
from kubectl_connector.cli.help import WIDEST
from kubectl_connector.formats import Output, Report, arranged, plain_table, render, shown
from kubectl_connector.formats._boxed import RECORD, boxed_table, fold
from kubectl_connector.terminal_text import joined


def show(report: Report, how: Output) -> None:
    """Print a report as it is wanted; a person gets a table with titles in a frame. UsageError."""
    if how.for_people and how.headers and framed():
        table = shown(arranged(report, how), how.format == "wide")
        console.out(boxed_table(*table, terminal=_columns()))
    else:
        console.out(render(report, how))


def show_record(rows: Sequence[tuple[str, str]], caption: str = "") -> None:
    """Print one thing, a property a row, below a caption."""
    if framed():
        console.out(boxed_table(RECORD, rows, caption, _columns()))
    else:
        title = f"\n{caption}\n" if caption else "\n"
        console.out(joined([title, plain_table(list(RECORD), [list(row) for row in rows])]))


def framed() -> bool:
    """Whether stdout is a person's terminal that has the characters of a frame."""
    if not console.stdout_is_terminal():
        return False
    try:
        "┏━┯┠─┼│┃".encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def tell(text: str) -> None:
    """Print a line of prose; for a person it is folded at blanks."""
    if console.stdout_is_terminal():
        text = joined(fold(text, _columns()), "\n")
    console.say(text)


def _columns() -> int:
    import shutil  # it takes longer than most of a plain table

    return min(shutil.get_terminal_size().columns, WIDEST)
