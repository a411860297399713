"""Change a connector, or its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.cluster.probe import Probe
from kubectl_connector.errors import ConnectorError, StoreError
from kubectl_connector.model.connector import Connector, check_name
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.draft import Draft, redraft
from kubectl_connector.operations.items import commit, discard, places_of
from kubectl_connector.operations.register import Registered, name_taken
from kubectl_connector.operations.spec import Changes, apply
from kubectl_connector.operations.take_over import same_secret, take_over
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import Workspace


def update(
    workspace: Workspace, name: str, edit: Callable[[Draft], Draft], verify: bool = True
) -> Registered:
    """Apply ``edit`` to the connector's draft; id, owner and creation time stay.

    Raises NotFoundError, and what registering raises; the connector is then as it was.
    """
    old, kept, lost = _read(workspace, name)
    draft = edit(redraft(old, kept))
    if (
        lost
        and draft.auth_method == old.auth_method
        and set(old.secret_names) - set(draft.material.secret)
    ):
        raise lost  # the edit brought no new one
    now = workspace.now().replace(microsecond=0)
    new = replace(
        draft.connector(old.id, old.owner, old.created_at, now), secret_ref=old.secret_ref
    )
    item = draft.item()
    if replace(new, updated_at=old.updated_at) == replace(old, issued_ref=None) and same_secret(
        kept, item
    ):
        return Registered(old, None, unchanged=True)
    probe = check(workspace, new, item) if verify else None
    return _swap(workspace, old, new, item, probe)


def redescribe(workspace: Workspace, name: str, changes: Changes) -> Registered:
    """Change what neither a cluster nor a secret store has to be asked for (:attr:`Changes.reach`).

    Raises NotFoundError and CatalogError.
    """

    def edit(connectors: Connectors) -> Connectors:
        old = find(connectors, name)
        new = apply(old, changes.fields)
        if new == old:
            return connectors
        new = replace(new, updated_at=workspace.now().replace(microsecond=0))
        return tuple(new if connector is old else connector for connector in connectors)

    change = workspace.catalog.change(edit)
    return Registered(find(change.after, name), None, unchanged=change.after == change.before)


def _read(workspace: Workspace, name: str) -> tuple[Connector, Item, StoreError | None]:
    """The connector and its item, which is empty where it is out of reach: another may follow."""
    connector = workspace.catalog.get(name)
    try:
        return *workspace.read(connector), None
    except StoreError as error:
        return connector, Item(), error


def rename(workspace: Workspace, old: str, new: str) -> Connector:
    """Give a connector another name; its id, secret and contexts stay.

    Raises NotFoundError, UsageError for a bad name, ConnectorError for one that is taken.
    """
    check_name(new)

    def edit(connectors: Connectors) -> Connectors:
        connector = find(connectors, old)
        if new != old and any(other.name == new for other in connectors):
            raise name_taken(new)
        return tuple(replace(c, name=new) if c is connector else c for c in connectors)

    return find(workspace.catalog.change(edit).after, new)


def _swap(
    workspace: Workspace, old: Connector, new: Connector, item: Item, probe: Probe | None
) -> Registered:
    """Put the new item, have the catalog refer to it, and drop the old one.

    The catalog is changed only where the connector is still the one that was read.
    """

    def refer(connectors: Connectors, ref: str | None) -> Connectors:
        current = find(connectors, old.name)
        if replace(current, issued_ref=old.issued_ref) != old:
            raise ConnectorError(
                f'"{old.name}" was changed by somebody else meanwhile',
                f"look at it, then run the command again: kubectl connector describe {old.name}",
            )
        return tuple(replace(new, secret_ref=ref) if c is current else c for c in connectors)

    change = commit(workspace, new.store, item, refer)
    replaced = places_of(find(change.before, old.name))
    left = [place for place in replaced if not discard(workspace, place)]
    if item:
        take_over(workspace, new.store)
    return Registered(find(change.after, new.name), probe, left_in=left[0].store if left else None)
