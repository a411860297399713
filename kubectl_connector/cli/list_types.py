"""``list-types``: the types of connector there are."""

from __future__ import annotations

from kubectl_connector.auth import auth_methods
from kubectl_connector.cli import console
from kubectl_connector.cli.options import OutputOption
from kubectl_connector.formats import Column, Report, boxed_table, render
from kubectl_connector.model.connector import RESOURCE_TYPE, TYPE

TITLE = "Kubernetes connector"


def command(output: OutputOption = "table") -> None:
    """The types of connector there are. There is one.

    Example:
      kubectl connector list-types

    """
    methods = [method.name for method in auth_methods()]
    titles = ("NAME", "TYPE", "RESOURCE TYPES", "AUTH METHODS", "LOCAL", "REMOTE")
    if output == "table" and console.stdout_is_terminal():
        row = [TITLE, TYPE, RESOURCE_TYPE, "\n".join(methods), "yes", "no"]
        console.out(boxed_table(titles, [row]))
        return
    row = [TITLE, TYPE, RESOURCE_TYPE, ", ".join(methods), "yes", "no"]
    document = {
        "name": TITLE,
        "type": TYPE,
        "resourceTypes": [RESOURCE_TYPE],
        "authMethods": methods,
        "local": True,
        "remote": False,
    }
    columns = tuple(Column(title) for title in titles)
    report = Report("ConnectorType", columns, (tuple(row),), (document,), (TYPE,))
    console.out(render(report, output))
