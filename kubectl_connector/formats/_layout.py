"""The one call into tabulate: text stays text, and headers get no extra width."""

from __future__ import annotations

from collections.abc import Sequence


def lay_out(titles: Sequence[str], rows: Sequence[Sequence[str]], style: object) -> str:
    """A table in one of tabulate's styles, or in a ``TableFormat`` of ours."""
    import tabulate

    tabulate.MIN_PADDING = 0
    return tabulate.tabulate(
        rows,
        headers=list(titles),
        tablefmt=style,  # type: ignore[arg-type]
        disable_numparse=True,
        stralign="left",
    )
