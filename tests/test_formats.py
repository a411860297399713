"""Plain columns, which people cut, grep and read; and frames, which are whole at any width."""

from __future__ import annotations

import re

import tabulate
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from kubectl_connector.formats._boxed import boxed_table
from kubectl_connector.formats.table import plain_table
from kubectl_connector.terminal_text import State, joined, mark, painted, printable

CELLS = st.one_of(
    st.text(max_size=60),
    st.text("ab :/-_=,", max_size=200),
    st.text("x", min_size=60, max_size=300),
    st.text("開発é👩\u200d💻\u0301\t\n\x1b[31m\u202e", max_size=60),
    st.text(max_size=30).map(lambda text: mark(text, State.ENDED)),
)
TITLES = ("PROPERTY", "VALUE", "REQUIRED", "GIVEN BY")


def test_columns_line_up_whatever_the_script() -> None:
    rows = [["prod", "a"], ["開発", "b"], ["e\u0301te", ""], ["two\nlines", "c"]]
    assert plain_table(["NAME", "X"], rows) == (
        "NAME        X\nprod        a\n開発        b\ne\u0301te         -\ntwo lines   c\n"
    )


def test_no_rows_no_titles() -> None:
    assert plain_table(["NAME"], []) == ""


def test_a_framed_table_leaves_tabulate_as_it_was() -> None:
    """A program that imports us may lay out tables of its own."""
    before = tabulate.MIN_PADDING
    assert "┃ NAME │ X ┃" in boxed_table(["NAME", "X"], [["a", "b"]])
    assert before == tabulate.MIN_PADDING != 0


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_frame_breaks_at_any_width(data: st.DataObject) -> None:
    """Whatever a cell holds, every line is as wide as the frame, and no wider than the terminal."""
    columns = data.draw(st.integers(1, len(TITLES)))
    terminal = data.draw(st.integers(24, 240))
    row = st.lists(CELLS, min_size=columns, max_size=columns)
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    text = boxed_table(TITLES[:columns], rows, "Configuration", terminal)
    assert text.endswith("\n")
    for table in text.removesuffix("\n").split("Configuration\n")[1:]:
        *lines, after = table.rstrip(" ").split("\n")
        lines = [*lines, after] if after else lines
        widths = {wcswidth(line) for line in lines}
        assert len(widths) == 1, table
        assert widths.pop() <= terminal
        assert [line[0] for line in (lines[0], lines[-1])] == ["┏", "┗"]
        assert all(line[0] + line[-1] == "┃┃" for line in lines[1:-1] if line[0] != "┠")
        assert sum(line[0] == "┠" for line in lines) == 1


@given(CELLS, st.integers(24, 80))
def test_a_frame_loses_nothing(text: str, terminal: int) -> None:
    shown = boxed_table(["PROPERTY", "VALUE"], [["p", text]], terminal=terminal)
    cells = [line.split("│")[1].strip(" ┃") for line in shown.split("\n")[3:-2]]
    assert re.sub(r"\s", "", "".join(cells)) == re.sub(r"\s|[│┃]", "", printable(text)).replace(
        "\u200d", "\u200b"
    )


def test_words_are_broken_only_where_they_must_be() -> None:
    rows = [["authority", "CN=kubernetes, SHA256:6A:A8:79:92:B1:1C"], ["x", "y" * 40]]
    assert boxed_table(["PROPERTY", "VALUE"], rows, terminal=33) == (
        "┏━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━┓\n"
        "┃ PROPERTY  │ VALUE             ┃\n"
        "┠───────────┼───────────────────┨\n"
        "┃ authority │ CN=kubernetes,    ┃\n"
        "┃           │ SHA256:6A:A8:79:  ┃\n"
        "┃           │ 92:B1:1C          ┃\n"
        "┃ x         │ yyyyyyyyyyyyyyyyy ┃\n"
        "┃           │ yyyyyyyyyyyyyyyyy ┃\n"
        "┃           │ yyyyyy            ┃\n"
        "┗━━━━━━━━━━━┷━━━━━━━━━━━━━━━━━━━┛\n"
    )


def test_where_titles_do_not_fit_each_row_is_a_table() -> None:
    rows = [["a", "b", "c"], ["d", "e", "f"]]
    narrow = boxed_table(["REQUIRED", "PROPERTY", "AUTHENTICATION"], rows, terminal=30)
    assert narrow.count("┃ PROPERTY       │ VALUE ┃") == 2
    assert "┃ AUTHENTICATION │ f     ┃" in narrow


def test_marks_survive_both_kinds_of_table() -> None:
    cell = joined(["in ", mark("11 h", State.FINE), ", ", mark("insecure", State.INSECURE)])
    green, magenta = "\x1b[32m11 h\x1b[0m", "\x1b[35minsecure\x1b[0m"
    for text in (plain_table(["A"], [[cell]]), boxed_table(["A"], [[cell]])):
        assert f"in {green}, {magenta}" in painted(text)
        assert "\x1b" not in text
    folded = boxed_table(["A"], [[mark("one two", State.ENDED)]], terminal=9)
    assert "\x1b[31mone\x1b[0m" in painted(folded)
    assert "\x1b[31mtwo\x1b[0m" in painted(folded)


def test_a_cell_has_no_colours_of_its_own() -> None:
    """Names come from files and from servers."""
    hostile = "\x1b[32mfine\x1b[0m"
    assert "\x1b" not in painted(boxed_table(["A"], [[hostile]]))
