"""A terminal's text as an SVG: a picture, or a cast that types and prints it.

A cast moves by CSS alone, so it plays where a README shows it as an image. Every row is there from
the start, and hidden until its time comes: without animation it is the picture of the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from rich.console import Console
from rich.segment import Segment
from rich.text import Text

SIZE, WIDTH, HEIGHT = 14, 8.4, 18
"""Of the font, of a column and of a row, in pixels."""
AROUND = 18
"""The space between the text and the edge, in pixels."""


@dataclass(frozen=True)
class Theme:
    """The colours of a terminal, and of a picture of one."""

    background: str
    foreground: str
    edge: str
    ansi: Mapping[int, str]
    """The colours 1 (red) to 6 (cyan)."""


LIGHT = Theme(
    "#ffffff",
    "#1f2328",
    "#d1d9e0",
    {1: "#cf222e", 2: "#1a7f37", 3: "#9a6700", 4: "#0969da", 5: "#8250df", 6: "#1b7c83"},
)
DARK = Theme(
    "#0d1117",
    "#e6edf3",
    "#3d444d",
    {1: "#ff7b72", 2: "#3fb950", 3: "#d29922", 4: "#58a6ff", 5: "#bc8cff", 6: "#39c5cf"},
)


@dataclass(frozen=True)
class Row:
    """A row of the terminal, with its times in seconds from a cast's start."""

    text: Text
    at: float = 0.0
    """When it is there; of a row that is typed, only what stands before."""
    typed_from: int | None = None
    """The column at which somebody begins to type; None: it is printed."""
    typing: tuple[float, float] = (0.0, 0.0)
    """When typing begins and ends."""
    entered: float = 0.0
    """When the cursor leaves the row."""


def rows_of(output: str, columns: int) -> list[Text]:
    """The rows of an output with escape sequences, which are folded at blanks."""
    console = Console(width=columns, color_system="standard")
    lines = (Text.from_ansi(line) for line in output.rstrip("\n").split("\n"))
    return [row for line in lines for row in (line.wrap(console, columns) or [Text()])]


def draw(rows: Sequence[Row], theme: Theme, columns: int, lasts: float = 0.0) -> str:
    """The SVG. ``lasts`` is a cast's length in seconds; it then begins anew. 0: a picture."""
    width = math.ceil(columns * WIDTH + 2 * AROUND)
    height = len(rows) * HEIGHT + 2 * AROUND
    body, styles = [], [_style(theme)]
    for number, row in enumerate(rows):
        parts = list(_segments(row.text))
        y = AROUND + number * HEIGHT
        texts = "".join(_text(part, column, y) for column, part in parts if part.text.strip())
        if not lasts:
            body.append(texts)
            continue
        cover = ""
        if row.typed_from is not None:
            styles += _typing(number, row, lasts)
            x = AROUND + row.typed_from * WIDTH
            cover = _cover(number, x, y, width - AROUND // 2 - x)
        if row.at > 0:
            styles.append(_keyframes(f"s{number}", "opacity:0;", row.at, "opacity:1;", lasts))
        body.append(f'<g class="s{number}">{texts}{cover}</g>')
    if lasts:
        styles.append("@media(prefers-reduced-motion:reduce){g{animation:none!important}}")
    lines = "\n".join(each for each in body if each)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">\n'
        "<style>\n" + "\n".join(styles) + "\n</style>\n"
        f'<rect class="bg" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>\n'
        f"{lines}\n</svg>\n"
    )


def _style(theme: Theme) -> str:
    colours = [f".c{number}{{fill:{colour}}}" for number, colour in theme.ansi.items()]
    return "\n".join(
        [
            f"text{{font:{SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',"
            f"monospace;fill:{theme.foreground};white-space:pre}}",
            f".bg{{fill:{theme.background};stroke:{theme.edge}}}",
            f".cover{{fill:{theme.background}}}",
            f".cursor{{fill:{theme.foreground}}}",
            ".b{font-weight:bold}",
            *colours,
        ]
    )


def _segments(text: Text) -> Iterator[tuple[int, Segment]]:
    """The parts of a row that have one style, and the columns where they begin."""
    column = 0
    for part in text.render(Console(color_system="standard"), end=""):
        yield column, part
        column += part.cell_length


def _text(part: Segment, column: int, y: float) -> str:
    """One part; its length is fixed, so that columns line up in every font."""
    blanks = len(part.text) - len(part.text.lstrip(" "))
    text = part.text.strip(" ")
    style = part.style
    classes = ["b"] if style and style.bold else []
    if style and style.color and style.color.number:
        classes.append(f"c{style.color.number}")
    marked = f' class="{" ".join(classes)}"' if classes else ""
    return (
        f'<text x="{AROUND + (column + blanks) * WIDTH:g}" y="{y + SIZE:g}"'
        f' textLength="{len(text) * WIDTH:g}" lengthAdjust="spacingAndGlyphs"{marked}>'
        f"{escape(text)}</text>"
    )


def _cover(number: int, x: float, y: float, width: float) -> str:
    """What hides the text that is not typed yet, with a cursor at its left edge."""
    return (
        f'<svg x="{x:g}" y="{y:g}" width="{width:g}" height="{HEIGHT}">'
        f'<g class="e{number}"><g class="t{number}">'
        f'<rect class="cover" width="{width:g}" height="{HEIGHT}"/>'
        f'<rect class="cursor" y="2" width="{WIDTH:g}" height="{HEIGHT - 4}"/>'
        "</g></g></svg>"
    )


def _typing(number: int, row: Row, lasts: float) -> Iterable[str]:
    """The cover's way to the right, a column at a time, and its end."""
    letters = len(row.text) - (row.typed_from or 0)
    begin, end = (f"{100 * moment / lasts:.2f}%" for moment in row.typing)
    there = f"transform:translateX({letters * WIDTH:g}px)"
    yield (
        f"@keyframes t{number}{{0%{{transform:none}}"
        f"{begin}{{transform:none;animation-timing-function:steps({letters})}}"
        f"{end},100%{{{there}}}}}"
        f".t{number}{{{there};animation:t{number} {lasts:g}s infinite}}"
    )
    yield _keyframes(f"e{number}", "opacity:1;", row.entered, "opacity:0;", lasts)


def _keyframes(name: str, before: str, moment: float, after: str, lasts: float) -> str:
    """A class that changes at once at a moment; where nothing moves it is as it is after that."""
    at = f"{100 * moment / lasts:.2f}%"
    return (
        f"@keyframes {name}{{0%{{{before}}}{at},100%{{{after}}}}}"
        f".{name}{{{after}animation:{name} {lasts:g}s step-end infinite}}"
    )
