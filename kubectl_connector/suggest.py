"""Suggest the nearest known word for an unknown one."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint such as ``did you mean prod? All names: …``, or just ``otherwise``."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1)
    if not near:
        return otherwise
    return f"did you mean {near[0]}? {otherwise[:1].upper()}{otherwise[1:]}"
