"""Plain columns that cut and grep, as kubectl prints them."""

from __future__ import annotations

from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report
from kubectl_connector.terminal_text import joined

_GAP = 3
"""The blanks between two columns."""


def render(report: Report, output: Output) -> str:
    """The columns that are not wide; nothing where there are no rows."""
    return render_columns(report, wide=False, headers=output.headers)


def render_columns(report: Report, wide: bool, headers: bool = True) -> str:
    """A table with every column, or with those that are not wide."""
    return plain_table(*shown(report, wide), headers)


def shown(report: Report, wide: bool) -> tuple[list[str], list[list[str]]]:
    """The titles and rows that a table has, with every column or with those that are not wide."""
    columns = [i for i, column in enumerate(report.columns) if wide or not column.wide]
    titles = [report.columns[i].title for i in columns]
    return titles, [[row[i] for i in columns] for row in report.rows]


def plain_table(titles: list[str], rows: list[list[str]], headers: bool = True) -> str:
    """Left-aligned columns, three blanks apart, without lines; nothing where there are no rows.

    Every row is one line: line breaks in a cell become blanks. This does not use tabulate, which
    takes longer to import than all the rest of ``list`` except typer (docs/performance.md).
    """
    if not rows:
        return ""
    cells = [[_one_line(cell) or "-" for cell in row] for row in rows]
    return aligned([titles, *cells] if headers else cells)


def aligned(lines: list[list[str]]) -> str:
    """Lines of cells in columns, three blanks apart."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return joined([*(_line(cells, widths) for cells in lines), ""], "\n")


def _one_line(cell: str) -> str:
    return " ".join(cell.split("\n")) if "\n" in cell else cell


def _line(cells: list[str], widths: list[int]) -> str:
    """The cells at their columns; the last one is not padded."""
    pieces = []
    for cell, width in zip(cells[:-1], widths, strict=False):
        pieces += [cell, " " * (width - _width(cell) + _GAP)]
    return joined([*pieces, cells[-1]])


def _width(text: str) -> int:
    """The number of columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    shown = [char for char in text if not combining(char)]
    return len(shown) + sum(east_asian_width(char) in "WF" for char in shown)
