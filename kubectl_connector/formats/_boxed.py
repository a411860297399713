"""Framed tables for a terminal, in ZenML's shape."""

from __future__ import annotations

from collections.abc import Sequence


def boxed_table(titles: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Rows in a heavy frame with thin lines inside; ``caption`` stands centred above."""
    several_lines = any("\n" in cell for row in rows for cell in row)
    # tabulate lays out cells of several lines in its own formats only; this one comes nearest.
    style = "heavy_grid" if several_lines else _zenml()
    text = _lay_out(titles, rows, style)
    if not caption:
        return f"{text}\n"
    width = len(text.splitlines()[0])
    return f"{caption:^{width}}".rstrip() + f"\n{text}\n"


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

    tabulate.MIN_PADDING = 0
    return tabulate.tabulate(
        rows,
        headers=list(titles),
        tablefmt=style,  # type: ignore[arg-type]
        disable_numparse=True,
        stralign="left",
    )
