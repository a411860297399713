"""Columns that the user chose, as ``kubectl get -o custom-columns=…`` prints them."""

from __future__ import annotations

from typing import Any

from kubectl_connector.errors import UsageError
from kubectl_connector.formats._jsonpath import Template
from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Report
from kubectl_connector.formats.table import aligned

ARGUMENT = "TITLE:PATH,…"

_Columns = tuple[tuple[str, Template | None], ...]


def parse(text: str) -> _Columns:
    """Titles and paths, such as ``NAME:.name,TEAM:.labels.team``; UsageError."""
    return tuple(_column(part) for part in text.split(","))


def render(report: Report, output: Output) -> str:
    """A row for each thing, below titles where these are wanted; ``<none>`` for what is missing."""
    columns: _Columns = output.argument
    titles = [[title for title, _ in columns]] if output.headers else []
    rows = [[_cell(path, each) for _, path in columns] for each in report.documents]
    return aligned([*titles, *rows])


def _column(part: str) -> tuple[str, Template | None]:
    title, colon, path = part.partition(":")
    if not colon:
        raise UsageError(
            f'"{part}" is not a column: a title, a colon and a path',
            "write them like -o custom-columns=NAME:.name,TEAM:.labels.team",
        )
    return title, Template.of_path(path) if path else None


def _cell(path: Template | None, document: Any) -> str:
    values = path.values(document) if path else []
    return ",".join(map(_as_go_prints, values)) or "<none>"


def _as_go_prints(value: Any) -> str:
    if isinstance(value, dict):
        inside = " ".join(f"{key}:{_as_go_prints(value[key])}" for key in sorted(value))
        return f"map[{inside}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_as_go_prints, value))}]"
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)
