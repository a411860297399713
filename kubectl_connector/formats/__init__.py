"""The output formats of ``-o``.

Each public module here is one format, with the format's name (``-`` where the module's has ``_``)
and a function ``render(report, output)`` that returns text. ``-o`` finds the module by its name.

A format that takes an argument, as in ``-o jsonpath=TEMPLATE``, also has ``ARGUMENT``, which stands
for the argument in hints, and ``parse(text)``, which is called before anything is done.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from kubectl_connector.errors import UsageError
from kubectl_connector.formats._output import Output
from kubectl_connector.formats._report import Column, Report
from kubectl_connector.formats.table import plain_table, shown
from kubectl_connector.frozen import replace
from kubectl_connector.modules import public_modules

__all__ = [
    "Column",
    "Output",
    "Report",
    "arranged",
    "format_names",
    "plain_table",
    "render",
    "shown",
    "spellings",
    "wanted",
]


def format_names() -> tuple[str, ...]:
    """The names that ``-o`` takes."""
    return tuple(sorted(name.replace("_", "-") for name in public_modules(__path__)))


def spellings() -> dict[str, str]:
    """How each format is given: its name, and what stands for its argument, or nothing."""
    return {name: getattr(_module(name), "ARGUMENT", "") for name in format_names()}


def wanted(text: str, no_headers: bool = False, sort_by: str | None = None) -> Output:
    """What ``-o``, ``--no-headers`` and ``--sort-by`` say together.

    Raises UsageError for an unknown format, and for an argument that is missing, wrong or too much.
    """
    # kubectl takes -o=json too, of which the command line hands us "=json".
    name, equals, argument = text.removeprefix("=").partition("=")
    if name not in format_names():
        raise UsageError(
            f'no output format "{name}"', f"choose one of: {', '.join(format_names())}"
        )
    module = _module(name)
    meaning = getattr(module, "ARGUMENT", "")
    if bool(meaning) != bool(argument) or (equals and not meaning):
        raise UsageError(
            f"-o {name} needs {meaning}" if meaning else f"-o {name} takes nothing after it",
            f"write it like -o {name}={meaning}" if meaning else f"give it as -o {name}",
        )
    output = Output(name, module.parse(argument) if meaning else None, not no_headers)
    if not sort_by:
        return output
    from kubectl_connector.formats._jsonpath import Template

    return replace(output, sort_by=Template.of_path(sort_by))


def render(report: Report, output: Output) -> str:
    """The report as text that ends as the format says, or is empty; UsageError."""
    text: str = _module(output.format).render(arranged(report, output), output)
    return text


def arranged(report: Report, output: Output) -> Report:
    """The report in the order that was asked for; UsageError."""
    if not output.sort_by or report.single:
        return report
    from kubectl_connector.formats._sorting import sorted_by

    return sorted_by(report, output.sort_by)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
