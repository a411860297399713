"""``list-types``: the types of connector there are."""

from __future__ import annotations

from kubectl_connector.auth import auth_methods
from kubectl_connector.cli import tables
from kubectl_connector.cli.options import NoHeadersOption, OutputOption
from kubectl_connector.formats import Column, Report, wanted
from kubectl_connector.model.connector import RESOURCE_TYPE, TYPE

TITLE = "Kubernetes connector"


def command(output: OutputOption = "table", no_headers: NoHeadersOption = False) -> None:
    """The types of connector there are. There is one.

    Example:
      kubectl connector list-types

    """
    how = wanted(output, no_headers)
    methods = [method.name for method in auth_methods()]
    titles = ("NAME", "TYPE", "RESOURCE TYPES", "AUTH METHODS", "LOCAL", "REMOTE")
    row = (TITLE, TYPE, RESOURCE_TYPE, ", ".join(methods), "yes", "no")
    document = {
        "name": TITLE,
        "type": TYPE,
        "resourceTypes": [RESOURCE_TYPE],
        "authMethods": methods,
        "local": True,
        "remote": False,
    }
    columns = tuple(Column(title) for title in titles)
    tables.show(Report("ConnectorType", columns, (row,), (document,), (TYPE,)), how)
