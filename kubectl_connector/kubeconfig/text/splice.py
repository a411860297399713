"""Cuts and insertions in a text, gathered first and made at once. Pure functions.

A line is put in as a line break and the line, just before the break of an existing line (or the end
of the text). It is taken out in the same way. So both leave the end of a text as it was, with a
line break or without one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubectl_connector.kubeconfig.text.outline import TextError

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_REST_OF_LINE = re.compile("[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(?=[\r\n\x85\u2028\u2029]|\\Z)")
_ELEMENT_GAP = re.compile(r",\s*")

Span = tuple[int, int]


class Splicer:
    """The changes to one text. Positions are those of the text as it was."""

    def __init__(self, text: str) -> None:
        self.text = text
        first_break = _BREAK.search(text)
        self.newline = first_break[0] if first_break else "\n"
        self._splices: list[tuple[int, int, str]] = []
        self._removed_lines: list[Span] = []

    def replace(self, start: int, end: int, new: str) -> None:
        """Put ``new`` where the text from ``start`` to ``end`` is."""
        self._splices.append((start, end, new))

    def insert_lines(self, position: int, lines: Sequence[str]) -> None:
        """Put lines in after the one whose content ends at ``position``."""
        at = self.line_end(position)
        block = self.newline.join(lines)
        self.replace(at, at, self.newline + block if self.text else block + self.newline)

    def remove_lines(self, start: int, end: int) -> None:
        """Take out every line from that of ``start`` to that of ``end``.

        Raises TextError where something else stands on the first of them.
        """
        line_start = self.line_start(start)
        if self.text[line_start:start].strip(" "):
            raise self.unusual(start)
        self._removed_lines.append((line_start, self.line_end(end)))

    def line_start(self, position: int) -> int:
        """Where the line of ``position`` begins."""
        before = max(self.text.rfind(char, 0, position) for char in "\r\n\x85\u2028\u2029")
        return before + 1

    def line_end(self, position: int) -> int:
        """Where the line of ``position`` ends, before its break; TextError for more content."""
        rest = _REST_OF_LINE.match(self.text, position)
        if not rest:
            raise self.unusual(position)
        return rest.end()

    def unusual(self, position: int) -> TextError:
        """The error for a way of writing that can't be changed safely."""
        return TextError(
            "has this written in a form that can't be changed safely",
            len(_BREAK.findall(self.text, 0, position)) + 1,
        )

    def insert_elements(
        self, inner: int, elements: Sequence[Span], removed: set[int], new: Sequence[str]
    ) -> None:
        """Add to the flow collection whose bracket ends at ``inner``, in its own style."""
        gap = self._gap(inner, elements)
        lead = "" if len(removed) == len(elements) else gap
        at = elements[-1][1] if elements else inner
        self.replace(at, at, lead + gap.join(new))

    def remove_elements(self, elements: Sequence[Span], removed: set[int]) -> None:
        """Take elements, by index, out of a flow collection, each with one comma."""
        first_kept = next((i for i in range(len(elements)) if i not in removed), None)
        if first_kept is None:
            self.replace(elements[0][0], elements[-1][1], "")
            return
        if first_kept:
            self.replace(elements[0][0], elements[first_kept][0], "")
        for index in sorted(removed):
            if index > first_kept:
                self.replace(elements[index - 1][1], elements[index][1], "")

    def margin(self, inner: int, elements: Sequence[Span]) -> str | None:
        """The indentation of a flow collection's elements; None where they share one line."""
        lead = self.text[inner : elements[0][0]] if elements else ""
        return lead[lead.rfind("\n") + 1 :] if "\n" in lead and not lead.strip() else None

    def _gap(self, inner: int, elements: Sequence[Span]) -> str:
        if len(elements) > 1:
            gap = self.text[elements[-2][1] : elements[-1][0]]
            if _ELEMENT_GAP.fullmatch(gap):
                return gap
        margin = self.margin(inner, elements)
        return ", " if margin is None else f",{self.newline}{margin}"

    def result(self) -> str:
        """The text with every change made."""
        parts, position = [], 0
        for start, end, new in sorted(self._splices + self._line_cuts(), key=lambda s: s[:2]):
            parts += [self.text[position:start], new]
            position = max(position, end)
        return "".join([*parts, self.text[position:]])

    def _line_cuts(self) -> list[tuple[int, int, str]]:
        """Each run of removed lines, with the line break before it or, at the top, after it."""
        runs: list[Span] = []
        for start, end in sorted(self._removed_lines):
            if runs and start == self._after_break(runs[-1][1]):
                runs[-1] = runs[-1][0], end
            else:
                runs.append((start, end))
        return [
            (self._before_break(start), end, "") if start else (0, self._after_break(end), "")
            for start, end in runs
        ]

    def _after_break(self, position: int) -> int:
        found = _BREAK.match(self.text, position)
        return found.end() if found else position

    def _before_break(self, position: int) -> int:
        return position - (2 if self.text.endswith("\r\n", 0, position) else 1)
