"""Forget a connector: metadata and secret both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.errors import ConnectorError, StoreError
from kubectl_connector.frozen import dataclass
from kubectl_connector.model.connector import Connector, Made
from kubectl_connector.operations.issue import end_turns
from kubectl_connector.operations.items import discard, places_of
from kubectl_connector.operations.originals import refuse_needed
from kubectl_connector.operations.preparation import take_away
from kubectl_connector.operations.revoke import revoke_before_delete, revokes
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class Deleted:
    """A connector that is gone."""

    connector: Connector
    secret_left: bool
    """Whether its secret is still in the store, which could not be used; ``prune`` removes it."""
    taken: tuple[Made, ...] = ()
    """What was made for it in the cluster, and is gone too."""


def delete(
    workspace: Workspace, names: Sequence[str], force: bool = False, made: bool = False
) -> Iterator[Deleted]:
    """Delete the connectors called ``names``; each is given when it is gone.

    ``force`` also forgets connectors whose store can't be used, and leaves their secrets there, and
    those that keep what login replaced. ``made``: what was made for them in their clusters goes
    too, first; a connector whose cluster does not let it go stays, and the error is raised when it
    comes to that one. Raises NotFoundError where one of them is unknown,
    StoreError where a store can't be used, and ConnectorError where one keeps what only its logout
    gives back; all before anything is changed.
    """
    connectors = workspace.catalog.load()
    chosen = [find(connectors, name) for name in dict.fromkeys(names)]
    if not force:
        refuse_needed(chosen)
        _check_stores(workspace, chosen)
    return (_delete(workspace, connector, made, force) for connector in chosen)


def _check_stores(workspace: Workspace, chosen: Sequence[Connector]) -> None:
    for connector in chosen:
        try:
            for store in sorted({place.store for place in places_of(connector)}):
                workspace.open_store(store).check(unlock=True)
        except StoreError as error:
            raise StoreError(
                error.message,
                "make it usable, or leave the secret where it is:"
                f" kubectl connector delete {connector.name} --force",
            ) from error


def _delete(workspace: Workspace, connector: Connector, made: bool, forced: bool) -> Deleted:
    """Take the connector out of the catalog, then remove its items."""
    if not forced:
        revoke_before_delete(workspace, connector)
    elif revokes(connector):
        workspace.tell(f'what was issued for "{connector.name}" is not revoked (--force)')
    taken = take_away(workspace, *workspace.read(connector)) if made and connector.made else ()

    def remove(connectors: Connectors) -> Connectors:
        rest = tuple(other for other in connectors if other.id != connector.id)
        if rest == connectors:  # another process was faster
            find(rest, connector.name)
            raise ConnectorError(
                f'"{connector.name}" was deleted and registered again meanwhile',
                "look at it, then run the command again:"
                f" kubectl connector describe {connector.name}",
            )
        return rest

    before = workspace.catalog.change(remove).before
    removed = [place for c in before if c.id == connector.id for place in places_of(c)]
    end_turns(workspace, connector)
    left = [place for place in removed if discard(workspace, place)]
    return Deleted(connector, bool(left), taken)
