"""``list-resources``: the clusters that connectors give access to."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from kubectl_connector.catalog import find
from kubectl_connector.cli import environment, tables, views
from kubectl_connector.cli.options import OutputOption


def command(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[NAME]", help="Only this connector's."),
    ] = None,
    output: OutputOption = "table",
) -> None:
    """The clusters that connectors give access to.

    Example:
      kubectl connector list-resources

    """
    connectors = environment.workspace().catalog.load()
    chosen = [find(connectors, name)] if name else list(connectors)
    tables.show(views.resources_report(chosen), output)
