"""The output formats of ``-o``.

Each public module here is one format, with the format's name and a function ``render(report)``
that returns text. ``-o`` finds the module by its name.
"""

from __future__ import annotations

import importlib
import pkgutil

from kubectl_connector.errors import UsageError
from kubectl_connector.formats._report import Column, Report
from kubectl_connector.formats.table import plain_table, shown

__all__ = ["Column", "Report", "format_names", "plain_table", "render", "shown"]


def format_names() -> tuple[str, ...]:
    """The names that ``-o`` takes."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def render(report: Report, output: str) -> str:
    """The report as text that ends in a newline, or is empty; UsageError for an unknown format."""
    if output not in format_names():
        raise UsageError(
            f'no output format "{output}"', f"choose one of: {', '.join(format_names())}"
        )
    text: str = importlib.import_module(f"{__name__}.{output}").render(report)
    return text
