"""Take over what release 0.1 keeps in a store: its items become ones of today's form.

Release 0.1 named an item by its connector's id, and had nothing in it that the credential path can
hand to kubectl as it is. The first change that puts an item into a store, which is open then,
rewrites the others there; until then they are read as they are.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from kubectl_connector.catalog import Connectors
from kubectl_connector.errors import ConnectorError
from kubectl_connector.journal import Place
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.draft import draft_of
from kubectl_connector.operations.items import commit, discard
from kubectl_connector.operations.workspace import Workspace

_log = logging.getLogger(__name__)


def take_over(workspace: Workspace, store: str) -> None:
    """Rewrite the items of release 0.1 in a store; one that can't be is left as it is."""
    for connector in workspace.catalog.load():
        if connector.store == store and is_of_v1(connector):
            try:
                _rewrite(workspace, connector)
            except ConnectorError as error:
                _log.info('"%s" is not taken over: %s', connector.name, error.message)


def is_of_v1(connector: Connector) -> bool:
    """Whether release 0.1 wrote the connector's item."""
    return connector.secret_ref == connector.id


def same_secret(kept: Item, new: Item) -> bool:
    """Whether an item says what a new one would; release 0.1's has nothing ready."""
    return replace(new, ready=kept.ready) == kept and kept.ready in (None, new.ready)


def _rewrite(workspace: Workspace, connector: Connector) -> None:
    _, old = workspace.read(connector)
    new = draft_of(connector, old).item()

    def refer(connectors: Connectors, ref: str | None) -> Connectors:
        if connector not in connectors:
            raise ConnectorError(f'"{connector.name}" was changed meanwhile', "try again")
        moved = replace(connector, secret_ref=ref)
        return tuple(moved if c == connector else c for c in connectors)

    commit(workspace, connector.store, new, refer)
    discard(workspace, Place(connector.store, connector.id))
