"""The output formats of ``-o``.

Each public module here is one format, with the format's name and a function ``render(report)``
that returns text. ``-o`` finds the module by its name.
"""

from __future__ import annotations

import importlib

from kubectl_connector.errors import UsageError
from kubectl_connector.formats._boxed import boxed_table
from kubectl_connector.formats._report import Column, Report
from kubectl_connector.formats.table import plain_table
from kubectl_connector.modules import public_modules

__all__ = ["Column", "Report", "boxed_table", "format_names", "plain_table", "render"]


def format_names() -> tuple[str, ...]:
    """The names that ``-o`` takes."""
    return public_modules(__path__)


def render(report: Report, output: str) -> str:
    """The report as text that ends in a newline, or is empty; UsageError for an unknown format."""
    if output not in format_names():
        raise UsageError(
            f'no output format "{output}"', f"choose one of: {', '.join(format_names())}"
        )
    text: str = importlib.import_module(f"{__name__}.{output}").render(report)
    return text
