"""Plain columns that cut and grep, as kubectl prints them."""

from __future__ import annotations

from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report


def render(report: Report, output: Output) -> str:
    """The columns that are not wide; nothing where there are no rows."""
    return render_columns(report, wide=False, headers=output.headers)


def render_columns(report: Report, wide: bool, headers: bool = True) -> str:
    """A table with every column, or with those that are not wide."""
    shown = [i for i, column in enumerate(report.columns) if wide or not column.wide]
    titles = [report.columns[i].title for i in shown]
    rows = [[row[i] for i in shown] for row in report.rows]
    return plain_table(titles, rows, headers)


def plain_table(titles: list[str], rows: list[list[str]], headers: bool = True) -> str:
    """Left-aligned columns, three blanks apart, without lines; nothing where there are no rows.

    Every row is one line: line breaks in a cell become blanks. This does not use tabulate, which
    takes longer to import than all the rest of ``list`` except typer (docs/performance.md).
    """
    if not rows:
        return ""
    cells = [[" ".join(cell.split("\n")) or "-" for cell in row] for row in rows]
    return aligned([titles, *cells] if headers else cells)


def aligned(lines: list[list[str]]) -> str:
    """Lines of cells in columns, three blanks apart."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "".join(f"{_line(cells, widths)}\n" for cells in lines)


def _line(cells: list[str], widths: list[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "   ".join(cell + " " * (width - _width(cell)) for cell, width in pairs).rstrip()


def _width(text: str) -> int:
    """The number of columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    shown = [char for char in text if not combining(char)]
    return len(shown) + sum(east_asian_width(char) in "WF" for char in shown)
