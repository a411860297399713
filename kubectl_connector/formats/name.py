"""Names alone, one a line, to hand to the next command."""

from __future__ import annotations

from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report


def render(report: Report, _output: Output) -> str:
    """The names; nothing where there are none."""
    return "".join(f"{name}\n" for name in report.names if name)
