"""``list-resources``: the clusters that connectors give access to."""

from __future__ import annotations

from kubectl_connector.catalog import find
from kubectl_connector.cli import choice, environment, tables, views
from kubectl_connector.cli.options import (
    NamesArgument,
    NoHeadersOption,
    OutputOption,
    SelectorOption,
    SortByOption,
)
from kubectl_connector.formats import wanted
from kubectl_connector.operations.choose import choose


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    output: OutputOption = "table",
    sort_by: SortByOption = None,
    no_headers: NoHeadersOption = False,
) -> None:
    """The clusters that connectors give access to.

    Example:
      kubectl connector list-resources

    """
    how = wanted(output, no_headers, sort_by)
    connectors = environment.workspace().catalog.load()
    chosen = choose(connectors, choice.choice_of(names, selector))
    tables.show(views.resources_report([find(connectors, name) for name in chosen]), how)
