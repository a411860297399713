"""YAML: the whole truth, readable."""

from __future__ import annotations

from kubectl_connector.formats._report import Report


def render(report: Report) -> str:
    """The document in block style."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(report.document(), Dumper=dumper, sort_keys=False, allow_unicode=True)
    return text
