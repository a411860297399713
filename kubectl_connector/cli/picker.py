"""Pick one of several things at a terminal: arrow keys, or letters that narrow the list.

It is drawn on stderr and leaves nothing there. Where the terminal can't do that, the things are
numbered and the number is asked for.
"""

from __future__ import annotations

import codecs
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from kubectl_connector.cli import console
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.terminal_text import printable

_MOST = 12
"""Lines of the list, however high the terminal is."""
_AFTER_ESCAPE = 0.1
"""Seconds in which the rest of an arrow key must come; else it was the Esc key."""
_HELPS = (
    "arrows or letters choose, Enter takes, Esc leaves",
    "Enter takes, Esc leaves",
    "Esc leaves",
)
"""The last line: the longest that fits."""

Row = tuple[str, ...]
"""What is shown of a thing; the name comes first."""


def pick(question: str, rows: Sequence[Row]) -> str:
    """The name that a person picks; console.Left where the person leaves.

    Both stdin and stderr must be terminals.
    """
    rows = [tuple(" ".join(printable(cell).split()) for cell in row) for row in rows]
    if os.environ.get("TERM") == "dumb" or not importlib.util.find_spec("termios"):
        return pick_by_number(question, rows)
    picking = Picking(question, tuple(rows))
    try:
        with _screen() as draw, _keys() as keys:
            while not picking.picked:
                draw(picking)
                picking = picking.after(next(keys))
    except KeyboardInterrupt as left:
        raise console.Left from left
    return picking.picked


def pick_by_number(
    question: str,
    rows: Sequence[Row],
    check: Callable[[str], str] = str,
    *,
    default: str = "",
    instead: str = "",
) -> str:
    """What ``check`` makes of the name that a person types, or whose number; it may refuse it.

    ``instead`` tells how to give it where nobody is there to be asked.
    """
    names = [row[0] for row in rows]

    def ask() -> str:
        return console.asker().text(f"{question}, name or number", default, instead)

    def chosen(answer: str) -> str:
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            answer = names[int(answer) - 1]
        if answer not in names:
            raise UsageError(f'there is no "{answer}"', f"type a name, or 1 to {len(names)}")
        return check(answer)

    widths = _widths(rows)
    for number, row in enumerate(rows, 1):
        console.note(f"{number:3}  {'  '.join(map(_fit, row, widths))}".rstrip())
    return console.until_good(ask, chosen)


@dataclass(frozen=True)
class Picking:
    """How far a person has come."""

    question: str
    rows: tuple[Row, ...]
    typed: str = ""
    at: int = 0
    """The index of the marked row among those that are left."""
    picked: str = ""

    @property
    def left(self) -> list[Row]:
        """The rows that have every word that was typed."""
        words = self.typed.casefold().split()
        return [row for row in self.rows if all(w in " ".join(row).casefold() for w in words)]

    def after(self, key: str) -> Picking:
        """What a key makes of it; KeyboardInterrupt for a key that leaves."""
        if key in _LEAVE:
            raise KeyboardInterrupt
        left = self.left
        if key in _ENTER:
            return replace(self, picked=left[self.at][0]) if left else self
        if key in _MOVES:
            return replace(self, at=max(0, min(self.at + _MOVES[key], len(left) - 1)))
        if key in _ERASE:
            return replace(self, typed=self.typed[:-1], at=0)
        if key == "\x15":  # Ctrl-U
            return replace(self, typed="", at=0)
        return replace(self, typed=self.typed + key, at=0) if key.isprintable() else self

    def lines(self, columns: int, height: int) -> list[str]:
        """What is on the screen, in lines of less than ``columns`` cells: the question first."""
        room = max(1, min(_MOST, height - 3))
        left = self.left
        first = max(0, min(self.at - room // 2, len(left) - room))
        widths = _widths(self.rows)
        shown = [
            ("> " if index == self.at else "  ") + "   ".join(map(_fit, row, widths)).rstrip()
            for index, row in enumerate(left[first : first + room], first)
        ]
        count = f"{len(left)} of {len(self.rows)}: " if left else "nothing has that; "
        last = (f"  {count}{text}" for text in _HELPS)
        fitting = next((line for line in last if len(line) < columns), f"  {count}".rstrip(" :;"))
        lines = [f"{self.question}: {self.typed}", *shown, fitting]
        return [_fit(line, min(_cells(line), columns - 1)) for line in lines]


_ENTER = ("\r", "\n")
_LEAVE = ("\x1b", "\x03", "\x04")
_ERASE = ("\x7f", "\x08")
_ARROWS = {"A": -1, "B": 1, "Z": -1, "5~": -_MOST, "6~": _MOST}
_MOVES = {"\x10": -1, "\x0e": 1, "\t": 1} | {
    f"\x1b{kind}{end}": step for kind in "[O" for end, step in _ARROWS.items()
}
"""Keys that move the mark, and by how many rows: arrows, Ctrl-P and Ctrl-N, Tab, whole pages."""
_KEY = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)


@contextmanager
def _screen() -> Iterator[Callable[[Picking], None]]:
    """A function that draws; what it drew is gone at the end."""

    def draw(picking: Picking) -> None:
        lines = picking.lines(*_size())
        below = "".join(f"\n{line}" for line in lines[1:])
        back = f"\x1b[{len(lines) - 1}A\r" + (f"\x1b[{_cells(lines[0])}C" if lines[0] else "")
        _write(f"\r\x1b[J{lines[0]}{below}{back}")

    try:
        yield draw
    finally:
        _write("\r\x1b[J")


def _size() -> tuple[int, int]:
    """The columns and lines of the terminal at stderr; stdout may be a file."""
    columns, lines = os.get_terminal_size(sys.stderr.fileno())
    return (columns, lines) if columns and lines else shutil.get_terminal_size()


@contextmanager
def _keys() -> Iterator[Iterator[str]]:
    """The keys that are pressed, one by one; the terminal is as before at the end."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)  # Ctrl-C still interrupts; nothing typed is lost
        yield _read_keys(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read_keys(terminal: int) -> Iterator[str]:
    import select

    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    while data := os.read(terminal, 1024):
        text = decoder.decode(data)
        # An arrow key is several bytes, which can come one after the other.
        while re.search(r"\x1b[\[O]?[0-9;]*$", text):
            if not select.select([terminal], [], [], _AFTER_ESCAPE)[0]:
                break
            text += decoder.decode(os.read(terminal, 1024))
        yield from _KEY.findall(text)
    raise KeyboardInterrupt  # the terminal is gone


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _widths(rows: Sequence[Row]) -> list[int]:
    """How wide the columns are."""
    return [max(map(_cells, column)) for column in zip(*rows, strict=True)]


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _fit(text: str, width: int) -> str:
    """The text cut or filled to a number of columns, wide characters counted as two."""
    from rich.cells import set_cell_size

    return set_cell_size(text, width)
