"""Give a connector another name."""

from __future__ import annotations

from kubectl_connector.catalog import Connectors, find, name_taken
from kubectl_connector.frozen import replace
from kubectl_connector.model.connector import Connector
from kubectl_connector.operations.spec import check_new_name
from kubectl_connector.operations.workspace import Workspace


def rename(workspace: Workspace, old: str, new: str) -> Connector:
    """Give a connector another name; its id, secret and contexts stay.

    Raises NotFoundError, UsageError for a bad name, ConnectorError for one that is taken.
    """
    check_new_name(new)

    def edit(connectors: Connectors) -> Connectors:
        connector = find(connectors, old)
        if new != old and any(other.name == new for other in connectors):
            raise name_taken(new)
        return tuple(replace(c, name=new) if c is connector else c for c in connectors)

    return find(workspace.catalog.change(edit).after, new)
