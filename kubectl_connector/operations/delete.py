"""Forget a connector: metadata and secret both."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.model.connector import Connector
from kubectl_connector.operations.workspace import Workspace


def delete(workspace: Workspace, names: Sequence[str]) -> list[Connector]:
    """Delete the connectors called ``names``; what was deleted.

    Raises NotFoundError, before anything is changed, where one of them is unknown, and StoreError
    where a secret can't be deleted, whose connector is then kept.
    """
    connectors = workspace.catalog.load()
    doomed = [find(connectors, name) for name in dict.fromkeys(names)]
    for connector in doomed:
        _delete(workspace, connector)
    return doomed


def _delete(workspace: Workspace, connector: Connector) -> None:
    """Metadata first: it can be put back without knowing the secret."""

    def remove(connectors: Connectors) -> Connectors:
        return tuple(other for other in connectors if other.id != connector.id)

    def put_back(connectors: Connectors) -> Connectors:
        return (*remove(connectors), connector)

    workspace.catalog.change(remove)
    try:
        if connector.secret_names:
            workspace.open_store(connector.store).delete(connector.id)
    except BaseException:  # Ctrl-C too
        workspace.catalog.change(put_back)
        raise
