"""``describe``: everything about one connector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from kubectl_connector.catalog import find
from kubectl_connector.cli import choice, console, environment, tables, views
from kubectl_connector.formats import Output, Report, render, wanted
from kubectl_connector.model.connector import TYPE
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.overview import Listed, overview

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        NamesArgument,
        OutputOption,
        SelectorOption,
    )


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    output: OutputOption = "table",
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Read the secrets from their store, and show.")
    ] = False,
) -> int:
    """Everything about one connector; secrets are hidden unless you insist.

    A table shows what has a value, -o wide everything. Several are described one after the other,
    or as one list for programs. Where the secrets of one can't be read, the exit code is that
    failure's. Without a name you pick one at a terminal.

    Examples:
      kubectl connector describe prod
      kubectl connector describe 'prod-*' -o json
      kubectl connector describe prod -o yaml

    """
    how = wanted(output)
    workspace = environment.workspace()
    files = environment.kubeconfigs()
    said = choice.choice_of(names, selector)
    chosen = choice.chosen("describe", workspace, files, said)
    now = workspace.now()
    listed = {each.connector.name: each for each in overview(workspace, files).listed}
    connectors = tuple(each.connector for each in listed.values())
    documents: dict[str, Mapping[str, Any]] = {}

    def one(name: str) -> None:
        connector = find(connectors, name)
        item = workspace.read(connector)[1] if show_secrets else None
        if not how.for_people:
            documents[name] = views.connector_document(listed[name], now, item)
            return
        if name != chosen[0]:
            console.say("")
        _show(listed[name], item, now, how)

    code = choice.for_each(chosen, one)
    if not how.for_people:
        each, single = tuple(documents.values()), not said.several
        console.out(render(Report("Connector", (), (), each, tuple(documents), single), how))
    return code


def _show(listed: Listed, item: Item | None, now: datetime, how: Output) -> None:
    connector = listed.connector
    tables.tell(f'Connector "{connector.name}" of type {TYPE}, owned by {connector.owner}.')
    tables.show_record(views.properties(listed, now, wide=how.format == "wide"))
    tables.show_record(views.configuration(connector, item), "Configuration")
