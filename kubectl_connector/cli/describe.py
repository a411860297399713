"""``describe``: everything about one connector."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_connector.catalog import find
from kubectl_connector.cli import console, environment, tables, views
from kubectl_connector.cli.options import NameArgument, OutputOption
from kubectl_connector.formats import Report, render
from kubectl_connector.model.connector import TYPE
from kubectl_connector.operations.overview import overview


def command(
    name: NameArgument,
    output: OutputOption = "table",
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Read the secrets from their store, and show.")
    ] = False,
) -> None:
    """Everything about one connector; secrets are hidden unless you insist.

    A table shows what has a value, -o wide everything.

    Examples:
      kubectl connector describe prod
      kubectl connector describe prod -o yaml

    """
    workspace = environment.workspace()
    now = workspace.now()
    listed = overview(workspace, environment.kubeconfigs(), {}).listed
    connector = find(tuple(each.connector for each in listed), name)
    found = next(each for each in listed if each.connector is connector)
    item = workspace.read(connector)[1] if show_secrets else None
    if output not in tables.TABLES:
        document = views.connector_document(found, now, item)
        console.out(render(Report("Connector", (), (), (document,), (name,), single=True), output))
        return
    tables.tell(f'Connector "{name}" of type {TYPE}, owned by {connector.owner}.')
    tables.show_record(views.properties(found, now, wide=output == "wide"))
    tables.show_record(views.configuration(connector, item), "Configuration")
