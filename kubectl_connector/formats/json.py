"""JSON for programs."""

from __future__ import annotations

import json

from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report


def render(report: Report, _output: Output) -> str:
    """The document, indented by four as kubectl does, in ASCII without control characters."""
    return json.dumps(report.document(), indent=4) + "\n"
