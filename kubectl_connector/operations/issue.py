"""Issue a connector's credential to kubectl, as its exec stanza asks."""

from __future__ import annotations

import os

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import find
from kubectl_connector.errors import ConnectorError, NotFoundError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.credential import Credential
from kubectl_connector.operations.renewal import check_end
from kubectl_connector.operations.workspace import Workspace


def issue(workspace: Workspace, name: str, id_: str | None) -> Credential:
    """A credential that is good now, for the connector with this id, else with this name.

    The id is what counts: a connector that was renamed since keeps working, and another one that
    got the name is not taken for it. Raises NotFoundError, StoreError, RefusedError where the
    credential has ended, and ConnectorError for a password, which no plugin can hand on.
    """
    connector = _find(workspace, name, id_)
    secret = workspace.read_secret(connector)
    credential = workspace.issue(auth_method(connector.auth_method), connector, secret)
    if credential.password is not None:
        raise password_error(connector)
    return check_end(connector, credential, workspace.now())


def password_error(connector: Connector) -> ConnectorError:
    """The error for a connector whose credential can only be embedded (KEP-541 knows no basic)."""
    return ConnectorError(
        f'"{connector.name}" has a password, which no exec plugin can hand to kubectl',
        f"kubectl connector login {connector.name} --embed",
    )


def _find(workspace: Workspace, name: str, id_: str | None) -> Connector:
    connectors = workspace.catalog.load()
    if id_ is None:
        return find(connectors, name)
    for connector in connectors:
        if connector.id == id_:
            return connector
    folder = os.path.dirname(workspace.catalog.path)
    namesake = any(connector.name == name for connector in connectors)
    back = f"kubectl connector {'login' if namesake else 'logout'} {name}"
    raise NotFoundError(
        f'the connector "{name}" that this context was made from is not in {folder}:'
        " it was deleted, or is another user's",
        f"if it was deleted: {back}",
    )
