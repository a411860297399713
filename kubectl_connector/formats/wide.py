"""All columns, in plain text."""

from __future__ import annotations

from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report
from kubectl_connector.formats.table import render_columns


def render(report: Report, output: Output) -> str:
    """Every column; nothing where there are no rows."""
    return render_columns(report, wide=True, headers=output.headers)
