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
from kubectl_connector.operations.issue import forget_issued, request_for, request_to_revoke
from kubectl_connector.operations.workspace import Workspace


def can_revoke(connector: Connector) -> bool:
    """Whether the connector's method can end what it issued."""
    return auth_method(connector.auth_method).can_revoke(connector.configuration)


def revoke(workspace: Workspace, connector: Connector) -> bool:
    """Revoke what was issued for a connector, and forget it; whether there was anything to revoke.

    Raises what the method raises where that can't be done, and StoreError; UsageError where the
    method can't revoke at all.
    """
    method = auth_method(connector.auth_method)
    if not method.can_revoke(connector.configuration):
        raise UsageError(
            f'what "{connector.name}" hands out can\'t be revoked',
            f"kubectl connector describe-type kubernetes --auth-method {method.name}",
        )
    connector, item = workspace.read(connector)
    if connector.issued_ref is None:
        return False
    request = request_to_revoke(workspace, connector, item)
    method.revoke(connector.configuration, item.secret, request)
    forget_issued(workspace, connector)
    return True


def revoke_before_delete(workspace: Workspace, connector: Connector) -> None:
    """Revoke what was issued, as far as that can be done; what can't be ends by itself."""
    if connector.issued_ref is None or not can_revoke(connector):
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
    workspace: Workspace, connector: Connector, item: Item, issued: Credential | None
) -> None:
    """Revoke what was issued for a connector and is not going to be used, where somebody counts it.

    ``connector`` need not be in the catalog. What can't be revoked ends by itself.
    """
    method = auth_method(connector.auth_method)
    if issued is None or not method.leases:
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
