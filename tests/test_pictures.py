"""The README's pictures, and how they are drawn. ``make pictures`` makes them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from rich.text import Text

from tests.conftest import ROOT
from tests.drawing import AROUND, DARK, LIGHT, Row, Theme, draw, rows_of

README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"docs/pictures/([a-z-]+)\.svg", README)))
SVG = "{http://www.w3.org/2000/svg}"


def test_the_readme_shows_every_picture_in_both_themes() -> None:
    there = sorted(path.stem for path in (ROOT / "docs" / "pictures").iterdir())
    assert there == NAMED
    light = [name for name in NAMED if not name.endswith("-dark")]
    assert sorted([*light, *(f"{name}-dark" for name in light)]) == NAMED
    for name in light:
        dark = f'media="(prefers-color-scheme: dark)" srcset="docs/pictures/{name}-dark.svg"'
        assert dark in README
    assert README.index("docs/pictures/cast.svg") < README.index("\n## ")


@pytest.mark.parametrize("name", NAMED)
def test_a_picture_is_whole_and_small(name: str) -> None:
    text = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    assert len(text) < 100_000
    assert "<script" not in text
    assert "kubectl-connector " not in text, "we show kubectl connector"
    root = ET.fromstring(text)  # noqa: S314 (it is our own)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    texts = list(root.iter(f"{SVG}text"))
    assert texts
    for each in texts:
        left, right = (float(each.attrib[key]) for key in ("x", "textLength"))
        assert left >= AROUND
        assert left + right <= width - AROUND + 0.1
        assert AROUND < float(each.attrib["y"]) < height - AROUND


def test_lines_are_folded_at_blanks() -> None:
    assert [str(row) for row in rows_of("one two three\n\nfour", 8)] == [
        "one two ",
        "three",
        "",
        "four",
    ]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_picture_has_the_terminals_colours(theme: Theme) -> None:
    [row] = rows_of("EXPIRES \x1b[32min 11 h\x1b[0m", 80)
    svg = draw([Row(row)], theme, 80)
    assert 'class="c2">in 11 h</text>' in svg
    assert f".c2{{fill:{theme.ansi[2]}}}" in svg
    assert "animation" not in svg


def test_a_cast_ends_as_the_picture_that_it_is_without_animation() -> None:
    """Outside the keyframes every row is there, and nothing is covered."""
    rows = [
        Row(Text("$ typed"), 0.0, 2, (1.0, 1.5), 2.0),
        Row(Text("printed"), 2.0),
        Row(Text("$ "), 3.0),
    ]
    svg = draw(rows, LIGHT, 80, lasts=10.0)
    assert "@keyframes s1{0%{opacity:0;}20.00%,100%{opacity:1;}}" in svg
    assert "animation:s1 10s step-end infinite" in svg
    assert "steps(5)" in svg
    still = re.sub(r"@keyframes[^@]*?}}", "", svg)
    assert ".s1{opacity:1;" in still
    assert ".e0{opacity:0;" in still
    assert "prefers-reduced-motion" in still
