"""What a JSONPath template asks for, as ``kubectl get -o jsonpath=…`` prints it."""

from __future__ import annotations

from kubectl_connector.formats._jsonpath import Template
from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report

ARGUMENT = "TEMPLATE"
parse = Template.parse


def render(report: Report, output: Output) -> str:
    """The template with the document's values; it ends as the template does, in no newline."""
    template: Template = output.argument
    return template.render(report.document())
