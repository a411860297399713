"""Framed tables for a terminal, in ZenML's shape, as narrow as the terminal is.

tabulate lays them out. Cells are folded before that, and a row whose cells have several lines
becomes as many rows: so there is one style, and a frame is whole at any width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from operator import lt

from kubectl_connector.terminal_text import State, joined, mark, painted, printable, with_marks_of

RECORD = ("PROPERTY", "VALUE")
"""The titles of a table that shows one thing, a property a row."""

_AROUND = 3
"""The columns that the frame takes for each column of the table, beside one at the end."""

_AFTER = ("/:,=&", "-_")
"""Where there is no blank, a line breaks after one of the first, else after one of the second."""

_BREAK = re.compile(f"\\s|(?<=[{_AFTER[0]}])")


def boxed_table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    terminal: int = 10_000,
) -> str:
    """Rows in a heavy frame below a centred ``caption``; nothing where there are no rows.

    It fits ``terminal`` columns, down to about 20. Where its titles don't fit side by side, each
    row becomes a table of its own, a property a row.
    """
    if not rows:
        return ""
    lines = [[_clean(cell) for cell in row] for row in (titles, *rows)]
    columns = list(zip(*lines, strict=True))
    room = max(terminal - _AROUND * len(titles) - 1, 2 * len(titles))
    widths = _shared([max(map(_width, column)) for column in columns], room, _least(columns, room))
    if len(titles) > 2 and any(map(lt, widths, map(_longest_part, titles))):
        records = [list(zip(titles, row, strict=True)) for row in rows]
        return joined(boxed_table(RECORD, record, caption, terminal) for record in records)
    head, *body = ([*_folded(cells, widths)] for cells in lines)
    text = _lay_out(head, [line for row in body for line in row])
    if not caption:
        return joined([text, "\n"])
    frame = _width(text.split("\n", 1)[0])
    return joined([f"{caption:^{frame}}".rstrip(), text, ""], "\n")


def _clean(cell: str) -> str:
    """The cell without what would move the frame; as long as before."""
    text = printable(cell)
    return text if text.isprintable() else with_marks_of(text, text.translate(_STILL))


_STILL = {ord("\t"): " ", ord("\u200d"): "\u200b"}
"""A joiner, which also joins with the blank after it, becomes a zero-width space."""


def _width(text: str) -> int:
    """The columns that a text takes, as tabulate counts them; of several lines, the longest's."""
    if text.isascii() and "\n" not in text:
        return len(text)
    from wcwidth import wcswidth  # tabulate brings it

    return max(max(0, wcswidth(line)) for line in text.split("\n"))


def _least(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """The width of each column's longest part that should not be broken, or a fair share."""
    return [min(room // len(columns), max(map(_longest_part, column))) for column in columns]


def _longest_part(cell: str) -> int:
    return max(map(_width, _BREAK.split(cell)))


def _shared(wanted: Sequence[int], room: int, least: Sequence[int]) -> list[int]:
    """Widths that fit the room together: the widest columns that can, give way first, alike."""
    widths = list(wanted)
    while sum(widths) > room:
        yielding = [i for i, width in enumerate(widths) if width > least[i]]
        widest = max(widths[i] for i in yielding)
        at_widest = [i for i in yielding if widths[i] == widest]
        for i in at_widest[: sum(widths) - room]:
            widths[i] -= 1
    return widths


def _folded(cells: Sequence[str], widths: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """The lines of a row: each cell folded to the width of its column."""
    columns = [fold(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return zip_longest(*columns, fillvalue="")


def fold(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, broken at blanks where there are any, with their marks.

    A character that is wider than ``width`` stands alone in its line.
    """
    lines, start = [], 0
    for line in text.split("\n"):
        lines += [_part(text, start + a, start + b) for a, b in _breaks(line, width)]
        start += len(line) + 1
    return lines or [""]


def _breaks(line: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the parts of one line begin and end."""
    start = 0
    while _width(line[start:]) > width:
        end = start + 1
        while end < len(line) and _width(line[start : end + 1]) <= width:
            end += 1
        cut = _cut(line, start, end)
        yield start, cut
        start = cut + len(line[cut:]) - len(line[cut:].lstrip(" "))
    yield start, len(line)


def _cut(line: str, start: int, end: int) -> int:
    """The best place to break a line between ``start`` and ``end``, which is as far as it fits."""
    at_blank = line.rfind(" ", start + 1, end + 1)
    if at_blank > start:
        return at_blank
    places = (max(line.rfind(char, start, end) for char in chars) + 1 for chars in _AFTER)
    return next((place for place in places if place > start), end)


def _part(text: str, start: int, end: int) -> str:
    """A part of a text, with its marks."""
    part: str = str(text)[start:end]
    pieces, done = [], 0
    for span in getattr(text, "spans", ()):
        first, last = max(span.start - start, 0), min(span.end - start, len(part))
        if first < last:
            pieces += [part[done:first], mark(part[first:last], span.state)]
            done = last
    return joined([*pieces, part[done:]])


def _zenml() -> object:
    from tabulate import DataRow, Line, TableFormat

    row = DataRow("┃", "│", "┃")
    return TableFormat(
        lineabove=Line("┏", "━", "┯", "┓"),
        linebelowheader=Line("┠", "─", "┼", "┨"),
        linebetweenrows=None,
        linebelow=Line("┗", "━", "┷", "┛"),
        headerrow=row,
        datarow=row,
        padding=1,
        with_header_hide=None,
    )


def _lay_out(head: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> str:
    """The table as tabulate lays it out. Marks pass through it as colours, which it knows."""
    import tabulate

    first, *more = head
    with _no_padding_of_titles():
        text = tabulate.tabulate(
            [[painted(cell) for cell in row] for row in (*more, *body)],
            headers=list(first),
            tablefmt=_zenml(),  # type: ignore[arg-type]
            disable_numparse=True,
            stralign="left",
        )
    lines = text.split("\n")
    rule = lines.pop(2)  # below the first line of the titles; they may have more
    lines.insert(2 + len(more), rule)
    return joined(_marked("\n".join(lines)))


_PAINTED = re.compile("\x1b\\[(\\d+)m(.*?)\x1b\\[0m")


def _marked(text: str) -> Iterator[str]:
    """The pieces of a painted text, with marks in place of colours."""
    states = {state.colour: state for state in State}
    parts = _PAINTED.split(text)
    for plain, colour, shown in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        yield plain
        yield mark(shown, states[colour])
    yield parts[-1]


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
