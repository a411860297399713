"""Change a connector, or its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.errors import ConnectorError, StoreError
from kubectl_connector.model.connector import Connector, check_name
from kubectl_connector.model.secret import Secret
from kubectl_connector.operations.draft import Changes, Draft, redraft, words
from kubectl_connector.operations.register import Registered, name_taken
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import Workspace


def update(
    workspace: Workspace, name: str, edit: Callable[[Draft], Draft], verify: bool = True
) -> Registered:
    """Apply ``edit`` to the connector's draft; id, owner and creation time stay.

    Raises NotFoundError, and what registering raises; the connector is then as it was.
    """
    old = workspace.catalog.get(name)
    old_secret, lost = _try_read(workspace, old)
    draft = edit(redraft(old, old_secret))
    if (
        lost
        and draft.auth_method == old.auth_method
        and set(old.secret_names) - set(draft.secret_names)
    ):
        raise lost  # the edit brought no new one
    now = workspace.now().replace(microsecond=0)
    new = draft.connector(old.id, old.owner, old.created_at, now)
    secret = draft.secret()
    if replace(new, updated_at=old.updated_at) == old and secret == old_secret:
        return Registered(old, None, unchanged=True)
    probe = check(workspace, new, secret) if verify else None
    left = _keep(workspace, old, old_secret, new, secret)
    return Registered(new, probe, left_in=old.store if left else None)


def redescribe(workspace: Workspace, name: str, changes: Changes) -> Registered:
    """Change what neither a cluster nor a secret store has to be asked for (``only_words``).

    Raises NotFoundError and CatalogError.
    """
    done: list[Registered] = []

    def edit(connectors: Connectors) -> Connectors:
        old = find(connectors, name)
        new = replace(old, **words(old, changes))
        if new == old:
            done.append(Registered(old, None, unchanged=True))
            return connectors
        new = replace(new, updated_at=workspace.now().replace(microsecond=0))
        done.append(Registered(new, None))
        return tuple(new if connector is old else connector for connector in connectors)

    workspace.catalog.change(edit)
    return done[0]


def _try_read(workspace: Workspace, connector: Connector) -> tuple[Secret, StoreError | None]:
    """The secret; an empty one where it is out of reach: an update may bring another."""
    try:
        return workspace.read_secret(connector), None
    except StoreError as error:
        return Secret(), error


def rename(workspace: Workspace, old: str, new: str) -> Connector:
    """Give a connector another name; its id, secret and contexts stay.

    Raises NotFoundError, UsageError for a bad name, ConnectorError for one that is taken.
    """
    check_name(new)
    renamed: list[Connector] = []

    def edit(connectors: Connectors) -> Connectors:
        connector = find(connectors, old)
        if new != old and any(other.name == new for other in connectors):
            raise name_taken(new)
        moved = replace(connector, name=new) if new != old else connector
        renamed.append(moved)
        return tuple(moved if c is connector else c for c in connectors)

    workspace.catalog.change(edit)
    return renamed[0]


def _keep(
    workspace: Workspace, old: Connector, old_secret: Secret, new: Connector, secret: Secret
) -> bool:
    """Secret first, metadata second; the old secret is put back when the second fails.

    Whether the old one is still in another store, which could not be reached.
    """

    def swap(connectors: Connectors) -> Connectors:
        if find(connectors, old.name) != old:
            raise ConnectorError(
                f'"{old.name}" was changed by somebody else meanwhile',
                f"look at it, then run the command again: kubectl connector describe {old.name}",
            )
        return tuple(new if connector == old else connector for connector in connectors)

    try:
        _store(workspace, new, secret)
        workspace.catalog.change(swap)
    except BaseException:  # Ctrl-C too
        _store(workspace, old, old_secret)
        if new.store != old.store and secret:
            workspace.open_store(new.store).delete(new.id)
        raise
    if old.secret_names and (new.store != old.store or not secret):
        try:
            workspace.open_store(old.store).delete(old.id)
        except StoreError:  # it may be why the store was changed
            return True
    return False


def _store(workspace: Workspace, connector: Connector, secret: Secret) -> None:
    if secret:
        workspace.open_store(connector.store).set(connector.id, secret)
