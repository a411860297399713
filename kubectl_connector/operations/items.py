"""The order of every change: an item is put, the catalog comes to refer to it, the old one goes.

The catalog is the commit point, so nothing is ever undone. What fails or is killed on the way
leaves an item that no connector refers to: it is never used, and ``prune`` removes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubectl_connector import log
from kubectl_connector.catalog import Change, Connectors, find
from kubectl_connector.errors import CatalogError, ConnectorError, StoreError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.journal import Place
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores.interface import StoreTimeoutError

Edit = Callable[[Connectors, str | None], Connectors]
"""Gives the catalog that refers to the item of this reference (None: there was nothing to put)."""


def commit(workspace: Workspace, store: str, item: Item, edit: Edit) -> Change:
    """Put an item under a fresh reference, and have ``edit`` make the catalog refer to it.

    An empty item is not put. Raises what the store, the catalog and ``edit`` raise; the catalog is
    then as it was.
    """
    if not item:
        return workspace.catalog.change(lambda connectors: edit(connectors, None))
    import uuid

    keeper = workspace.open_store(store)
    keeper.check(unlock=True)  # else the journal would note an item that can't be put
    place = Place(store, str(uuid.uuid4()))
    with workspace.catalog.journal.writing(place):
        try:
            keeper.put(place.ref, item)
            return workspace.catalog.change(lambda connectors: edit(connectors, place.ref))
        except StoreTimeoutError:
            raise  # it would take as long again to look whether something was kept
        except Exception:
            if _is_orphan(workspace, place):  # else the catalog was changed though it failed
                discard(workspace, place)
            raise


def is_same(one: Connector, other: Connector) -> bool:
    """Whether two are one connector, unchanged.

    What its method issued meanwhile does not count, nor what its logins replaced.
    """
    one, other = (replace(without_issued(each), originals=()) for each in (one, other))
    return one == other


def without_issued(connector: Connector) -> Connector:
    """The connector as if its method had issued nothing."""
    return replace(connector, issued_ref=None, issued_at=None, issued_until=None)


def swapped(connectors: Connectors, old: Connector, new: Connector) -> Connectors:
    """The connectors with ``new`` in the place of ``old``; what logins replaced stays kept.

    Raises NotFoundError, and ConnectorError where another process has changed ``old``.
    """
    current = find(connectors, old.name)
    if not is_same(current, old):
        raise ConnectorError(
            f'"{old.name}" was changed by somebody else meanwhile',
            f"look at it, then run the command again: kubectl connector describe {old.name}",
        )
    new = replace(new, originals=current.originals)
    return tuple(new if each is current else each for each in connectors)


def drop_replaced(workspace: Workspace, change: Change, id_: str) -> tuple[Place, ...]:
    """Remove the items that a change of a connector has left without one; those that stay there."""
    before, after = (
        {place for each in connectors if each.id == id_ for place in places_of(each)}
        for connectors in (change.before, change.after)
    )
    return tuple(place for place in sorted(before - after) if discard(workspace, place))


def same_secret(kept: Item, new: Item) -> bool:
    """Whether an item says what a new one would; release 0.1's has nothing ready."""
    return replace(new, ready=kept.ready) == kept and kept.ready in (None, new.ready)


def discard(workspace: Workspace, place: Place) -> ConnectorError | None:
    """Remove an item that no connector refers to; the reason where that can't be done.

    The item then stays in the journal, for ``prune``.
    """
    try:
        workspace.open_store(place.store).drop(place.ref)
    except ConnectorError as error:
        log.info("the item %s stays in the %s store: %s", place.ref, place.store, error.message)
        return error
    try:
        workspace.catalog.journal.forget(place)
    except StoreError as error:  # then the next prune finds it gone
        log.info("the item %s stays in the journal: %s", place.ref, error.message)
    return None


def places_of(connector: Connector) -> tuple[Place, ...]:
    """Where the items are that a connector refers to."""
    refs = (connector.secret_ref, connector.issued_ref)
    own = (Place(connector.store, ref) for ref in refs if ref)
    return (*own, *(Place(each.store, each.ref) for each in connector.originals))


def orphans(workspace: Workspace) -> tuple[Place, ...]:
    """The items that no connector refers to; one may be on its way into the catalog just now."""
    noted = workspace.catalog.journal.places()
    return _not_referred_to(noted, workspace.catalog.load()) if noted else ()


@dataclass(frozen=True)
class Pruned:
    """What became of an item that no connector refers to."""

    place: Place
    error: ConnectorError | None = None
    """Why the item is still there; None: it is gone."""


def prune(workspace: Workspace) -> tuple[Pruned, ...]:
    """Remove the items that no connector refers to. Raises CatalogError and StoreError.

    An item that another process is writing just now is left to it, and a store that gives no answer
    is not asked again.
    """
    pruned: list[Pruned] = []
    silent: dict[str, ConnectorError] = {}
    for place in orphans(workspace):
        with workspace.catalog.journal.claim(place) as mine:
            if not mine or not _is_orphan(workspace, place):
                continue
            error = silent.get(place.store) or discard(workspace, place)
            if isinstance(error, StoreTimeoutError):
                silent[place.store] = error
            pruned.append(Pruned(place, error))
    return tuple(pruned)


def _is_orphan(workspace: Workspace, place: Place) -> bool:
    """Whether no connector refers to an item; no where that can't be told."""
    try:
        return bool(_not_referred_to([place], workspace.catalog.load()))
    except CatalogError:
        return False


def _not_referred_to(places: Sequence[Place], connectors: Connectors) -> tuple[Place, ...]:
    known = {place for connector in connectors for place in places_of(connector)}
    return tuple(place for place in places if place not in known)
