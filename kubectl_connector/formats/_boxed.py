"""Framed tables for a terminal, in ZenML's shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def boxed_table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    terminal: int = 10_000,
) -> str:
    """Rows in a heavy frame with thin lines inside, below a centred ``caption``.

    ``terminal`` is the terminal's width. The last column is wrapped so that the table fits.
    """
    rows = _wrapped(titles, rows, terminal)
    several_lines = any("\n" in cell for row in rows for cell in row)
    # tabulate lays out cells of several lines only in its own formats; this one is the nearest.
    style = "heavy_grid" if several_lines else _zenml()
    text = _lay_out(titles, rows, style)
    if not caption:
        return f"{text}\n"
    width = len(text.splitlines()[0])
    return f"{caption:^{width}}".rstrip() + f"\n{text}\n"


def _wrapped(
    titles: Sequence[str], rows: Sequence[Sequence[str]], terminal: int
) -> list[list[str]]:
    """The rows with their last cells broken into lines."""
    import textwrap

    taken = sum(max(map(len, column)) for column in list(zip(titles, *rows, strict=True))[:-1])
    width = max(20, terminal - taken - 3 * len(titles) - 1)

    def wrap(text: str) -> str:
        return "\n".join(part for line in text.split("\n") for part in textwrap.wrap(line, width))

    return [[*cells, wrap(last)] for *cells, last in rows]


def _zenml() -> object:
    from tabulate import DataRow, Line, TableFormat

    between = Line("┠", "─", "┼", "┨")
    row = DataRow("┃", "│", "┃")
    return TableFormat(
        lineabove=Line("┏", "━", "┯", "┓"),
        linebelowheader=between,
        linebetweenrows=between,
        linebelow=Line("┗", "━", "┷", "┛"),
        headerrow=row,
        datarow=row,
        padding=1,
        with_header_hide=None,
    )


def _lay_out(titles: Sequence[str], rows: Sequence[Sequence[str]], style: object) -> str:
    """A table in one of tabulate's styles, or in a ``TableFormat`` of ours."""
    import tabulate

    with _no_padding_of_titles():
        return tabulate.tabulate(
            rows,
            headers=list(titles),
            tablefmt=style,  # type: ignore[arg-type]
            disable_numparse=True,
            stralign="left",
        )


@contextmanager
def _no_padding_of_titles() -> Iterator[None]:
    """For once tabulate adds no blanks to titles; it has a global variable for that, and no option.

    A program that imports us may use tabulate too.
    """
    import tabulate

    before = tabulate.MIN_PADDING
    tabulate.MIN_PADDING = 0
    try:
        yield
    finally:
        tabulate.MIN_PADDING = before
