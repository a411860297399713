"""``describe``: everything about one connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kubectl_connector.catalog import find
from kubectl_connector.cli import console, environment, views
from kubectl_connector.formats import Report, boxed_table, plain_table, render
from kubectl_connector.model.connector import TYPE
from kubectl_connector.operations.overview import overview

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import NameArgument


def command(
    name: NameArgument,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FORMAT", help="table, json, yaml or name.")
    ] = "table",
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Read the secrets from their store, and show.")
    ] = False,
) -> None:
    """Everything about one connector; secrets are hidden unless you insist.

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
    if output not in ("table", "wide"):
        document = views.connector_document(found, now, item)
        console.out(render(Report("Connector", (), (), (document,), (name,), single=True), output))
        return
    console.say(f'Connector "{name}" of type {TYPE}, owned by {connector.owner}.')
    properties = views.properties(connector, now)
    properties.append(("CONTEXTS", ", ".join(found.contexts)))
    _table(f"{name} details", properties)
    _table("Configuration", views.configuration(connector, item))


def _table(caption: str, rows: list[tuple[str, str]]) -> None:
    """A framed table for a person, plain columns for a pipe."""
    titles = ("PROPERTY", "VALUE")
    if console.stdout_is_terminal():
        import shutil

        console.out(boxed_table(titles, rows, caption, shutil.get_terminal_size().columns))
        return
    console.out("\n" + plain_table(list(titles), [list(row) for row in rows]))
