"""Text for a terminal: harmless, and coloured where it names a state.

Colour marks a state and nothing else, and :class:`State` is the only place that says which. A word
always says the same, for those who see no colours. Pure functions, no I/O.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_RED, _GREEN, _YELLOW, _MAGENTA, _CYAN = "31", "32", "33", "35", "36"
# Of a terminal's own 16 colours: people choose those for their background. Black and white vanish
# on one background or the other, and blue on most dark ones.


class State(enum.Enum):
    """A state that a colour marks."""

    ENDED = "ended", _RED
    """A credential of the past."""
    SOON = "soon", _YELLOW
    """A credential that has little time left."""
    FINE = "fine", _GREEN
    """What can be used, for a while yet."""
    REFUSED = "refused", _RED
    """What did not work: an error, a cluster that says no."""
    INSECURE = "insecure", _MAGENTA
    """A server that is not verified."""
    CURRENT = "current", _CYAN
    """The context that kubectl uses now."""

    @property
    def colour(self) -> str:
        """The parameter of the escape sequence SGR."""
        return self.value[1]


class Span(NamedTuple):
    """A part of a text, and the state that it names."""

    start: int
    end: int
    state: State


class Marked(str):
    """A text, parts of which name states. It is the text alone for whoever does not ask.

    Formatting and slicing give a plain text: use :func:`joined` to build upon it.
    """

    spans: tuple[Span, ...] = ()


def mark(text: str, state: State | None) -> str:
    """The text as one that names ``state``; None: it names none."""
    if state is None:
        return text
    marked = Marked(text)
    marked.spans = (Span(0, len(text), state),)
    return marked


def joined(pieces: Iterable[str], separator: str = "") -> str:
    """The pieces as one text that keeps their marks."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for piece in pieces:
        if texts:
            length += len(separator)
        for start, end, state in getattr(piece, "spans", ()):
            spans.append(Span(length + start, length + end, state))
        texts.append(piece)
        length += len(piece)
    if not spans:
        return separator.join(texts)
    whole = Marked(separator.join(texts))
    whole.spans = tuple(spans)
    return whole


def painted(text: str) -> str:
    """The text with its marks as colours. Make it :func:`printable` first."""
    pieces, done = [], 0
    for start, end, state in getattr(text, "spans", ()):
        pieces += [text[done:start], f"\x1b[{state.colour}m", text[start:end], "\x1b[0m"]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def with_colours(environ: Mapping[str, str], terminal: bool) -> bool:
    """Whether to use colours on a stream, which is a terminal or is none.

    NO_COLOR counts first, then CLICOLOR_FORCE (no-color.org, bixense.com/clicolors).
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def printable(text: str) -> str:
    """Replace what a terminal would obey: names come from files and from servers.

    Marks stay where they are: each character is replaced by one.
    """
    return text if text.isprintable() else with_marks_of(text, _OBEYED.sub("\ufffd", text))


def with_marks_of(text: str, other: str) -> str:
    """Another text of the same length, with the marks of ``text``."""
    spans = getattr(text, "spans", ())
    if not spans:
        return other
    marked = Marked(other)
    marked.spans = spans
    return marked


_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters (not tab and line feed), changes of the writing direction, surrogates."""
