"""End what a method issued before its time, where the method can."""

from __future__ import annotations

from kubectl_connector import log
from kubectl_connector.auth import auth_method
from kubectl_connector.errors import ConnectorError, StoreError, UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.kubeconfig.ours.logged_in import contexts_of
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Credential, Item
from kubectl_connector.operations.issue import (
    forget_issued,
    in_turn,
    request_for,
    request_to_revoke,
)
from kubectl_connector.operations.workspace import Workspace


def revokes(connector: Connector) -> str | None:
    """What revoking ends of what the connector's method issued; None where it can't."""
    return auth_method(connector.auth_method).revokes(connector.configuration)


def revoke(workspace: Workspace, connector: Connector) -> bool:
    """Revoke what was issued for a connector, and forget it; whether there was anything to revoke.

    Nothing is issued for it meanwhile. Raises what the method raises where that can't be done,
    StoreError and CatalogError; UsageError where the method can't revoke at all.
    """
    method = auth_method(connector.auth_method)
    if revokes(connector) is None:
        raise UsageError(
            f'what "{connector.name}" hands out can\'t be revoked',
            f"kubectl connector describe-type kubernetes --auth-method {method.name}",
        )
    with in_turn(workspace, connector):
        now = (each for each in workspace.catalog.load() if each.id == connector.id)
        connector, item = workspace.read(next(now, connector))
        if method.leases and connector.issued_ref is None:
            return False
        request = request_to_revoke(workspace, connector, item)
        method.revoke(connector.configuration, item.secret, request)
        if connector.issued_ref:
            forget_issued(workspace, connector)
    return True


def revoke_before_delete(workspace: Workspace, connector: Connector) -> None:
    """Revoke what was issued, as far as that can be done; what can't be ends by itself."""
    if revokes(connector) is None:
        return
    try:
        revoke(workspace, connector)
    except (ConnectorError, StoreError) as error:
        log.info("not revoked: %s", error.message)
        workspace.tell(
            f'what was issued for "{connector.name}" is not revoked: {error.message};'
            " it ends by itself"
        )


def leased(workspace: Workspace, connector: Connector, item: Item) -> Credential | None:
    """What was issued for a connector, where somebody counts it and it can be read."""
    if not auth_method(connector.auth_method).leases:
        return None
    return request_to_revoke(workspace, connector, item).last


def give_back(
    workspace: Workspace,
    connector: Connector,
    item: Item,
    issued: Credential | None,
    everything: bool = False,
) -> None:
    """Revoke what was ``issued`` for a connector and is of no use, where somebody counts it.

    With ``everything`` nothing that was issued for it is of use, so a method that does not count
    revokes too. ``connector`` need not be in the catalog. What can't be revoked ends by itself.
    """
    method = auth_method(connector.auth_method)
    wanted = issued is not None if method.leases else everything
    if not wanted or revokes(connector) is None:
        return
    request = replace(request_for(workspace, connector, item), last=issued)
    try:
        method.revoke(connector.configuration, item.secret, request)
    except ConnectorError as error:
        log.info("not revoked: %s", error.message)


def leased_and_logged_out(
    workspace: Workspace, name: str | None, files: KubeconfigFiles
) -> tuple[Connector, ...]:
    """Those connectors, called ``name`` or all, whose leases logout ends: no context is left.

    Raises KubeconfigError.
    """
    leased = [
        connector
        for connector in workspace.catalog.load()
        if name in (None, connector.name)
        and connector.issued_ref
        and auth_method(connector.auth_method).leases
    ]
    kubeconfig = load(files) if leased else None
    return tuple(each for each in leased if kubeconfig and not contexts_of(kubeconfig, each.id))
