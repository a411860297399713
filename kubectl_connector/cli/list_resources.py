"""``list-resources``: the clusters that connectors give access to."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from kubectl_connector.catalog import find
from kubectl_connector.cli import console, environment, views
from kubectl_connector.cli.options import OutputOption
from kubectl_connector.formats import render


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
    console.out(render(views.resources_report(chosen), output))
