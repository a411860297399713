"""The order of a list, as ``kubectl get --sort-by`` makes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kubectl_connector.errors import UsageError
from kubectl_connector.formats._jsonpath import Template
from kubectl_connector.formats._report import Report
from kubectl_connector.frozen import replace


def sorted_by(report: Report, path: Template) -> Report:
    """The report with its things in the order of what is at ``path``, those without it first.

    Raises UsageError where nothing has it, and for what has no order.
    """
    values = [next(iter(path.values(document)), None) for document in report.documents]
    if report.documents and all(value is None for value in values):
        raise UsageError(
            f"nothing has {path.text}, so nothing can be sorted by it",
            "for what there is, give -o json",
        )
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 or not kinds <= {str, int, float}:
        raise UsageError(f"{path.text} has no order", "sort by text or numbers, such as .name")
    keys = _keys(values)
    order = sorted(range(len(values)), key=keys.__getitem__)
    return replace(
        report,
        rows=tuple(report.rows[index] for index in order),
        documents=tuple(report.documents[index] for index in order),
        names=tuple(report.names[index] for index in order),
    )


def _keys(values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What to compare: text that is a number everywhere counts as a number."""
    texts = [value for value in values if isinstance(value, str)]
    numbers = all(re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text) for text in texts)
    return [
        () if value is None else (float(value) if texts and numbers else value,) for value in values
    ]
