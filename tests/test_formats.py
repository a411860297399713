"""Plain columns, which people cut, grep and read."""

from __future__ import annotations

import tabulate

from kubectl_connector.formats import boxed_table
from kubectl_connector.formats.table import plain_table


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
