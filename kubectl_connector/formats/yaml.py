"""YAML: everything, in readable form."""

from __future__ import annotations

from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report


def render(report: Report, _output: Output) -> str:
    """The document in block style; control characters are escaped."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    document = report.document()
    text: str = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=True)
    if not text.replace("\n", "").isprintable():
        text = yaml.dump(document, Dumper=dumper, sort_keys=False)
    return text
