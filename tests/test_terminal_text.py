"""Marks of states, and when they become colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_connector.terminal_text import (
    State,
    joined,
    mark,
    painted,
    printable,
    with_colours,
)

PIECES = st.lists(st.tuples(st.text(max_size=5), st.sampled_from([None, *State])), max_size=6)


@given(PIECES, st.sampled_from(["", ", "]))
def test_joining_keeps_texts_and_marks(
    pieces: list[tuple[str, State | None]], between: str
) -> None:
    whole = joined((mark(text, state) for text, state in pieces), between)
    assert whole == between.join(text for text, _ in pieces)
    assert painted(whole) == between.join(
        f"\x1b[{state.colour}m{text}\x1b[0m" if state else text for text, state in pieces
    )


@given(st.text(), st.text())
def test_what_a_terminal_would_obey_is_replaced_and_marks_stay(before: str, text: str) -> None:
    marked = joined([before, mark(text, State.ENDED)])
    safe = printable(marked)
    assert len(safe) == len(marked)
    assert painted(safe) == printable(before) + f"\x1b[31m{printable(text)}\x1b[0m"


@pytest.mark.parametrize(
    ("environ", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, False, True),
        ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_when_there_are_colours(environ: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert with_colours(environ, terminal) is wanted


def test_colours_are_the_terminals_own_and_vanish_on_no_background() -> None:
    """Not black, not white, not blue."""
    assert {state.colour for state in State} <= {"31", "32", "33", "35", "36"}
