"""Make a connector: verify, keep the secret, then the metadata; all of it or nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from kubectl_connector.catalog import Connectors
from kubectl_connector.cluster.probe import Probe
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Secret
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import Workspace

_REMEDY = "check the credential, then run the command again; or keep it as it is: --no-verify"


@dataclass(frozen=True)
class Registered:
    """The connector, and what its cluster said where it was asked."""

    connector: Connector
    probe: Probe | None
    left_in: str | None = None
    """The store that an earlier secret could not be removed from."""
    unchanged: bool = False
    """An identical connector was there already; nothing was written."""


def register(workspace: Workspace, draft: Draft, verify: bool = True) -> Registered:
    """Register ``draft`` as a new connector.

    Raises ConnectorError where another connector has the name, UsageError for a bad draft, and
    what verifying, storing and writing raise; nothing at all is then kept.
    """
    now = workspace.now().replace(microsecond=0)
    connector = draft.connector(str(uuid.uuid4()), workspace.owner, now, now)
    secret = draft.secret()
    same = next((c for c in workspace.catalog.load() if c.name == connector.name), None)
    if same:
        if not _identical(workspace, same, connector, secret):
            raise name_taken(connector.name)
        return Registered(same, None, unchanged=True)
    if secret:
        workspace.open_store(connector.store).check()  # before a network or a person is asked
    probe = check(workspace, connector, secret, _REMEDY) if verify else None
    _keep(workspace, connector, secret)
    return Registered(connector, probe)


def name_taken(name: str) -> ConnectorError:
    """The error for a name that another connector has."""
    return ConnectorError(
        f'there is a connector named "{name}" already, and it is another',
        f"choose another name, or change that one: kubectl connector update {name} --help",
    )


def _keep(workspace: Workspace, connector: Connector, secret: Secret) -> None:
    """Secret first, metadata second; the first is taken back when the second fails."""

    def add(connectors: Connectors) -> Connectors:
        if any(other.name == connector.name for other in connectors):
            raise name_taken(connector.name)  # somebody was faster
        return (*connectors, connector)

    if not secret:
        workspace.catalog.change(add)
        return
    store = workspace.open_store(connector.store)
    try:
        store.set(connector.id, secret)
        workspace.catalog.change(add)
    except BaseException:  # Ctrl-C too
        store.delete(connector.id)
        raise


def _identical(workspace: Workspace, old: Connector, new: Connector, secret: Secret) -> bool:
    """Whether registering ``new`` would make ``old`` again, but for its id and times."""
    mine = replace(
        new, id=old.id, owner=old.owner, created_at=old.created_at, updated_at=old.updated_at
    )
    return mine == old and workspace.read_secret(old) == secret
