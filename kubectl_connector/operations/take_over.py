"""Take over what release 0.1 keeps in a store: its items become ones of today's form.

Release 0.1 named an item by its connector's id, and had nothing in it that the credential path can
hand to kubectl as it is. The first change that puts an item into a store, which is open then,
rewrites the others there; until then they are read as they are.
"""

from __future__ import annotations

from kubectl_connector import log
from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Connectors
from kubectl_connector.errors import ConnectorError
from kubectl_connector.frozen import replace
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import earliest
from kubectl_connector.operations.draft import draft_of
from kubectl_connector.operations.items import commit, drop_replaced, swapped
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores.interface import StoreTimeoutError


def take_over(workspace: Workspace, connectors: Connectors, store: str) -> None:
    """Rewrite the items of release 0.1 in a store that is open.

    An item that can't be rewritten is left as it is; a store that no longer answers is left alone.
    """
    for connector in connectors:
        if connector.store == store and is_of_v1(connector):
            try:
                _rewrite(workspace, connector)
            except StoreTimeoutError:
                return
            except ConnectorError as error:
                log.info('"%s" is not taken over: %s', connector.name, error.message)


def is_of_v1(connector: Connector) -> bool:
    """Whether release 0.1 wrote the connector's item."""
    return connector.secret_ref == connector.id


def _rewrite(workspace: Workspace, connector: Connector) -> None:
    _, old = workspace.read(connector)
    draft = draft_of(connector, old)
    method = auth_method(connector.auth_method)
    end = earliest(connector.expires_at, method.ends_at(connector.configuration, old.secret))
    moved = replace(connector, expires_at=end)

    def refer(connectors: Connectors, ref: str | None) -> Connectors:
        return swapped(connectors, connector, replace(moved, secret_ref=ref))

    change = commit(workspace, connector.store, draft.item(), refer)
    drop_replaced(workspace, change, connector.id)
