"""Forget a connector: metadata and secret both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.errors import StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class Deleted:
    """A connector that is gone."""

    connector: Connector
    secret_left: bool
    """Whether its secret is still in the store, which could not be reached (``force``)."""


def delete(workspace: Workspace, names: Sequence[str], force: bool = False) -> Iterator[Deleted]:
    """Delete the connectors called ``names``; each is given when it is gone.

    ``force`` forgets connectors whose secret can't be deleted too, and leaves it where it is.
    Raises NotFoundError where one of them is unknown, and StoreError where a store can't be used,
    both before anything is changed; StoreError where a secret can't be deleted after all, whose
    connector is then kept.
    """
    connectors = workspace.catalog.load()
    doomed = [find(connectors, name) for name in dict.fromkeys(names)]
    if not force:
        _check_stores(workspace, doomed)
    return _delete_each(workspace, doomed, force)


def _delete_each(
    workspace: Workspace, doomed: Sequence[Connector], force: bool
) -> Iterator[Deleted]:
    for connector in doomed:
        yield Deleted(connector, _delete(workspace, connector, force))


def _check_stores(workspace: Workspace, doomed: Sequence[Connector]) -> None:
    for connector in doomed:
        try:
            if connector.secret_names:
                workspace.open_store(connector.store).check()
        except StoreError as error:
            raise StoreError(
                error.message,
                "make it usable, or leave the secret where it is:"
                f" kubectl connector delete {connector.name} --force",
            ) from error


def _delete(workspace: Workspace, connector: Connector, force: bool) -> bool:
    """Metadata first: it can be put back without knowing the secret. Whether that is left."""

    def remove(connectors: Connectors) -> Connectors:
        find(connectors, connector.name)  # somebody may have been faster
        return tuple(other for other in connectors if other.id != connector.id)

    def put_back(connectors: Connectors) -> Connectors:
        taken = any(other.name == connector.name for other in connectors)
        return connectors if taken else (*connectors, connector)

    workspace.catalog.change(remove)
    try:
        if connector.secret_names:
            workspace.open_store(connector.store).delete(connector.id)
    except BaseException as error:  # Ctrl-C too
        if force and isinstance(error, StoreError):
            return True
        workspace.catalog.change(put_back)
        raise
    return False
