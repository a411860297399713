"""Plain columns that cut and grep, as kubectl prints them."""

from __future__ import annotations

from kubectl_connector.formats._layout import lay_out
from kubectl_connector.formats._report import Report


def render(report: Report) -> str:
    """The columns that are not wide; nothing where there are no rows."""
    return render_columns(report, wide=False)


def render_columns(report: Report, wide: bool) -> str:
    """A table with every column, or with those that are not wide."""
    shown = [i for i, column in enumerate(report.columns) if wide or not column.wide]
    titles = [report.columns[i].title for i in shown]
    return plain_table(titles, [[row[i] for i in shown] for row in report.rows])


def plain_table(titles: list[str], rows: list[list[str]]) -> str:
    """Left-aligned columns, three blanks apart, without lines; nothing where there are no rows.

    A row is a line, whatever is in it: line breaks become blanks.
    """
    if not rows:
        return ""
    clean = [[" ".join(cell.split("\n")) or "-" for cell in row] for row in rows]
    text = lay_out(titles, clean, _kubectl())
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _kubectl() -> object:
    from tabulate import DataRow, TableFormat

    row = DataRow("", "   ", "")
    return TableFormat(
        lineabove=None,
        linebelowheader=None,
        linebetweenrows=None,
        linebelow=None,
        headerrow=row,
        datarow=row,
        padding=0,
        with_header_hide=None,
    )
