"""Issue a connector's credential: the one way to one that is good to hand out.

``credential``, ``verify`` and ``connect()`` all come here; ``ready.py`` says what is good, for them
as for the credential path.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime

from kubectl_connector import log
from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import HandleError, IssueRequest, user_of
from kubectl_connector.catalog import Connectors, find
from kubectl_connector.durations import ago
from kubectl_connector.errors import (
    ConnectorError,
    NotFoundError,
    RefusedError,
    StoreError,
    UnauthorizedError,
)
from kubectl_connector.files import OwnLockError, own_lock
from kubectl_connector.frozen import replace
from kubectl_connector.model.connector import Connector, format_time
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.model.secret import Credential, Item, Secret, earliest
from kubectl_connector.operations.items import (
    commit,
    drop_replaced,
    is_same,
    swapped,
    without_issued,
)
from kubectl_connector.operations.renewal import noun, renewal
from kubectl_connector.operations.workspace import Workspace, full_cluster
from kubectl_connector.ready import has_ended, is_good


class ExpiredError(RefusedError):
    """The credential is known to have ended, or what it is made with was refused."""


def issue(
    workspace: Workspace,
    connector: Connector,
    item: Item,
    instead_of: Credential | None = None,
    anew: bool = False,
) -> Credential:
    """A credential that is good now, with the earliest end that anybody knows.

    ``item`` is the connector's secret half. ``instead_of`` is a credential that the cluster
    refused, which is then not handed out again if the method can issue another. With ``anew``, none
    is that was issued earlier. Raises ExpiredError where the credential has ended, and what
    :meth:`AuthMethod.issue` raises.
    """
    _check_end(workspace, connector, connector.expires_at)
    try:
        obtained = _obtain(workspace, connector, item, instead_of, anew)
    except UnauthorizedError as error:
        raise ExpiredError(error.message, renewal(connector)) from error
    credential = _with_end(connector, obtained)
    _check_end(workspace, connector, credential.expires_at)
    return credential


def _check_end(workspace: Workspace, connector: Connector, end: datetime | None) -> None:
    now = workspace.now()
    if end and has_ended(format_time(end), format_time(now)):
        raise ExpiredError(
            f'the {noun(connector)} of "{connector.name}" expired {ago(end, now)}',
            renewal(connector),
        )


class CredentialSource:
    """Gives a connector's credential each time one is needed.

    A credential is asked for again because the last one has ended, or because the cluster refused
    it. So what comes next is not the last one, if the method can issue another.
    """

    def __init__(
        self, workspace: Workspace, connector: Connector, item: Item, anew: bool = False
    ) -> None:
        """``item`` is the connector's secret half; nothing is issued yet.

        ``anew``: what was issued earlier is never given.
        """
        self._arguments = workspace, connector, item
        self._anew = anew
        self.last: Credential | None = None
        """What it gave last."""

    def __call__(self) -> Credential:
        """The next credential; raises what :func:`issue` raises."""
        self.last = issue(*self._arguments, instead_of=self.last, anew=self._anew)
        return self.last


def keep_issued(workspace: Workspace, connector: Connector, credential: Credential | None) -> None:
    """Keep what was issued to verify a connector that was not in the catalog then, and is now."""
    if credential and auth_method(connector.auth_method).keeps_issued:
        _keep(workspace, connector, credential)


def user_to_embed(
    workspace: Workspace, connector: Connector, item: Item, anew: bool = True
) -> AuthInfo:
    """The kubeconfig user that ``login --embed`` writes; its credential may have ended.

    It gets one of its own, unless ``anew`` is false. Raises ConnectorError where no kubeconfig may
    hold it, and what :meth:`AuthMethod.issue` raises.
    """
    method = auth_method(connector.auth_method)
    if not method.can_embed:
        raise ConnectorError(
            f'"{connector.name}" has a {method.noun}, which no kubeconfig may hold',
            f"kubectl connector login {connector.name} --exec",
        )
    user = method.auth_info(connector.configuration, item.secret)
    user = user or user_of(
        _obtain(workspace, connector, item, anew=anew and not method.needs_approval)
    )
    return replace(user, impersonation=connector.impersonation)


def issue_to_kubectl(workspace: Workspace, name: str, id_: str | None) -> Credential:
    """A credential that is good now, for the connector with this id, else with this name.

    The id counts where it is given: a connector that was renamed keeps working, and another one
    that got its name is not taken for it. Raises NotFoundError, StoreError, RefusedError where the
    credential has ended, and what :func:`check_can_exec` raises.
    """
    connector = _find(workspace, name, id_)
    check_can_exec(connector)
    credential = issue(workspace, *workspace.read(connector))
    if not is_good(credential.to_status(), format_time(workspace.now())):
        raise StoreError(
            f'what is kept for "{connector.name}" is no credential that kubectl takes',
            f"give it again: {renewal(connector)}",
        )
    return credential


def check_can_exec(connector: Connector) -> None:
    """Raise ConnectorError where no exec plugin can hand the credential to kubectl."""
    method = auth_method(connector.auth_method)
    if not method.can_exec:
        raise ConnectorError(
            f'"{connector.name}" has a {method.noun}, which no exec plugin can hand to kubectl',
            f"kubectl connector login {connector.name} --embed",
        )


def _obtain(
    workspace: Workspace,
    connector: Connector,
    item: Item,
    instead_of: Credential | None = None,
    anew: bool = False,
) -> Credential:
    """What the item has ready, what was issued earlier and is still good, or a new one.

    With ``anew``, what was issued earlier is not used.
    """
    method = auth_method(connector.auth_method)
    if item.ready:
        return item.ready
    request = request_for(workspace, connector, item)
    if not method.keeps_issued:
        return method.issue(connector.configuration, item.secret, request)
    if not anew and (kept := _kept(workspace, connector, instead_of)):
        return kept
    with in_turn(workspace, connector):
        current = next((c for c in workspace.catalog.load() if is_same(c, connector)), connector)
        meanwhile = current.issued_ref != connector.issued_ref
        if (meanwhile or not anew) and (kept := _kept(workspace, current, instead_of)):
            return kept
        request = replace(request, last=_last(workspace, current), anew=anew)
        try:
            issued = method.issue(connector.configuration, item.secret, request)
        except HandleError as error:
            _keep(workspace, current, Credential(handle=error.handle))
            raise
        # A client comes back when it is time for another one, which is before the end.
        ends = _with_end(connector, issued)
        renewed = method.renewed_at(ends, workspace.now())
        renewed = renewed and renewed.replace(microsecond=0)
        issued = replace(issued, expires_at=renewed, ends_at=ends.expires_at)
        _keep(workspace, current, issued)
    return issued


def request_for(workspace: Workspace, connector: Connector, item: Item) -> IssueRequest:
    """The circumstances in which a connector's method is asked for something now."""
    return IssueRequest(
        full_cluster(connector, item),
        workspace.interactive,
        workspace.timeout,
        connector.id,
        workspace.tell,
        workspace.progress,
        now=workspace.now,
    )


def request_to_revoke(workspace: Workspace, connector: Connector, item: Item) -> IssueRequest:
    """The circumstances in which a method is asked to revoke what it issued last."""
    return replace(request_for(workspace, connector, item), last=_last(workspace, connector))


def forget_issued(workspace: Workspace, connector: Connector) -> None:
    """Forget what was issued; the next use issues anew. Raises CatalogError and OwnLockError."""

    def forget(connectors: Connectors) -> Connectors:
        return swapped(connectors, connector, without_issued(connector))

    drop_replaced(workspace, workspace.catalog.change(forget), connector.id)


@contextlib.contextmanager
def in_turn(workspace: Workspace, connector: Connector) -> Iterator[None]:
    """Wait for other processes that issue for the same connector, so that many ask a cluster once.

    The work goes on without the lock where there can be none, or where another process holds it for
    too long: a person may be signing in there.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OwnLockError):
            path = _turn_path(workspace, connector)
            held.enter_context(own_lock(path, workspace.timeout + _SPARE))
        yield


def end_turns(workspace: Workspace, connector: Connector) -> None:
    """Remove the lock of a connector that is gone, if it can be removed."""
    with contextlib.suppress(OSError):
        os.unlink(f"{_turn_path(workspace, connector)}.lock")


def _turn_path(workspace: Workspace, connector: Connector) -> str:
    return os.path.join(os.path.dirname(workspace.catalog.path), f"issue-{connector.id}")


_SPARE = 5.0
"""Seconds that starting, and keeping what was issued, may take beside what the cluster takes."""


def _with_end(connector: Connector, credential: Credential) -> Credential:
    """The credential with the earliest end that anybody knows."""
    return replace(credential, expires_at=earliest(connector.expires_at, credential.expires_at))


def _kept(
    workspace: Workspace, connector: Connector, instead_of: Credential | None
) -> Credential | None:
    """What the method issued earlier for this very connector, if it was kept and is still good."""
    kept = _last(workspace, connector)
    good = kept and is_good(kept.to_status(), format_time(workspace.now()))
    return kept if good and kept != instead_of else None


def _last(workspace: Workspace, connector: Connector) -> Credential | None:
    """What the method issued last for this very connector, if it was kept."""
    if connector.issued_ref is None:
        return None
    try:
        item = workspace.open_store(connector.store).get(connector.issued_ref)
    except (NotFoundError, StoreError) as error:
        # Another process has just issued a newer one, or it can't be read; the secret could be.
        log.info("what was issued earlier is not used: %s", error.message)
        return None
    return replace(item.ready or Credential(), handle=item.secret.get(_HANDLE))


_HANDLE = "handle"
"""The name of :attr:`Credential.handle` in the item."""


def _keep(workspace: Workspace, connector: Connector, credential: Credential) -> None:
    """Keep what was issued in an item of its own, beside the secret.

    A connector that is not in the catalog as it is here gets nothing. Where the store or the
    catalog can't be written, nothing is kept, and the credential is good all the same.
    """
    if not any(is_same(other, connector) for other in workspace.catalog.load()):
        return

    now, ends = workspace.now().replace(microsecond=0), credential.ends_at or credential.expires_at

    def refer(connectors: Connectors, ref: str | None) -> Connectors:
        new = replace(connector, issued_ref=ref, issued_at=now, issued_until=ends)
        new = new if ref else without_issued(connector)  # only a handle was forgotten
        return swapped(connectors, connector, new)

    try:
        handle = Secret({_HANDLE: credential.handle} if credential.handle else {})
        ready = replace(credential, handle=None)
        item = Item(handle, ready=ready if ready.to_status() else None)
        change = commit(workspace, connector.store, item, refer)
    except ConnectorError as error:
        # Who counts leases is asked for one at each use, and has nobody who returns them.
        tell = workspace.tell if auth_method(connector.auth_method).leases else log.info
        tell(f"what was issued is not kept: {error.message}")
        return
    drop_replaced(workspace, change, connector.id)


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
