"""Does a connector work: is the cluster there, is it trusted, and who are we to it?"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_connector.auth.interface import PendingError
from kubectl_connector.cluster.clock import skew
from kubectl_connector.cluster.probe import CredentialRefusedError, Probe, probe
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.durations import ago
from kubectl_connector.errors import ConnectorError, RefusedError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential, Item
from kubectl_connector.operations.issue import CredentialSource, ExpiredError
from kubectl_connector.operations.renewal import noun, renewal
from kubectl_connector.operations.revoke import give_back
from kubectl_connector.operations.several import UNFORESEEN, at_once, unforeseen
from kubectl_connector.operations.workspace import Workspace, full_cluster


@dataclass(frozen=True)
class Verified:
    """One connector's outcome: what the cluster said, or the error."""

    connector: Connector
    probe: Probe | None
    error: ConnectorError | None


def verify(workspace: Workspace, connectors: Sequence[Connector]) -> list[Verified]:
    """Verify each connector, several at once; an error ends that connector's check only."""
    # Secrets first: a store may ask for a passphrase, once.
    return verify_all(workspace, connectors, read_all(workspace, connectors))


Read = tuple[Connector, Item] | ConnectorError
"""A connector with its secret half, or why that can't be read."""


def read_all(workspace: Workspace, connectors: Sequence[Connector]) -> list[Read]:
    """The connectors with their secret halves, read one after the other."""
    return [_try_read(workspace, connector) for connector in connectors]


def verify_all(
    workspace: Workspace,
    connectors: Sequence[Connector],
    read: Sequence[Read],
    remedy: str | None = None,
) -> list[Verified]:
    """Verify connectors whose secret halves were ``read``, or not; they may not be kept yet.

    ``remedy`` is as :func:`check` takes it.
    """
    pairs = list(zip(connectors, read, strict=True))
    return at_once(workspace, lambda each, pair: _verify(each, *pair, remedy), pairs)


@dataclass(frozen=True)
class Asked:
    """What came of asking a cluster with a connector that is not in the catalog yet."""

    probe: Probe | None = None
    issued: Credential | None = field(default=None, repr=False)
    """What the method issued for it, to be kept."""
    pending: PendingError | None = None
    """What somebody has to approve first."""


NOT_ASKED = Asked()


def asked_cluster(
    workspace: Workspace, connector: Connector, item: Item, remedy: str | None = None
) -> Asked:
    """Ask the cluster with a connector to be; raises what :func:`check` raises.

    That somebody has to approve something first is no error.
    """
    source = CredentialSource(workspace, connector, item)
    try:
        probe = check(workspace, connector, item, remedy, source)
    except PendingError as pending:
        return Asked(issued=Credential(handle=pending.handle), pending=pending)
    except ConnectorError:
        give_back(workspace, connector, item, source.last)
        raise
    return Asked(probe, source.last)


def check(
    workspace: Workspace,
    connector: Connector,
    item: Item,
    remedy: str | None = None,
    source: CredentialSource | None = None,
) -> Probe:
    """What the cluster says when asked with this connector and its secret half.

    ``remedy`` is the hint for a refusal; None: the command that renews the credential. ``source``
    gives the connector's credentials, where the caller wants to know which one was good.

    Raises RefusedError (expired, 401), ClusterError (unreachable, untrusted) and what issuing the
    credential raises.
    """
    source = source or CredentialSource(workspace, connector, item)
    refused: RefusedError | None = None
    for _ in range(2 if connector.issued_ref else 1):  # it may have been revoked: then a new one
        try:
            credential = source()  # may ask a person, so nothing spins yet
        except ExpiredError as error:
            raise RefusedError(error.message, remedy or error.hint) from error
        try:
            return _ask(workspace, connector, full_cluster(connector, item), credential)
        except RefusedError as error:
            refused = error
    assert refused  # noqa: S101 (the loop ran)
    message = _refusal(workspace, connector, refused)
    if _clock(workspace, refused):
        remedy = f"set this machine's clock, then: kubectl connector verify {connector.name}"
    raise RefusedError(message, remedy or renewal(connector)) from refused


def _ask(
    workspace: Workspace, connector: Connector, cluster: Cluster, credential: Credential
) -> Probe:
    pool = AuthenticatedPool(cluster, lambda: credential, connector.impersonation, workspace.now)
    with workspace.progress(f"asking {cluster.server}"):
        try:
            return probe(cluster, pool, workspace.timeout)
        finally:
            pool.clear()


def _refusal(workspace: Workspace, connector: Connector, error: RefusedError) -> str:
    """The cluster's refusal in the connector's words."""
    message = (
        f'the cluster {connector.cluster_name} refused the {noun(connector)} of "{connector.name}"'
    )
    if connector.expired(workspace.now()) and connector.expires_at:
        message += f": it expired {ago(connector.expires_at, workspace.now())}"
    elif "anonymous" in error.message:
        message += ": to the cluster it is nobody's (system:anonymous)"
    else:
        message += " (401 Unauthorized)"
        if connector.expires_at:
            end = ago(connector.expires_at, workspace.now())
            message += f", though it ends {end}: it may have been revoked"
    if off := _clock(workspace, error):
        message += f"; this machine's clock is {off}"
    return message


def _clock(workspace: Workspace, error: RefusedError) -> str:
    """How far the clocks are apart; empty where they agree, or nobody knows."""
    return skew(error.date, workspace.now()) if isinstance(error, CredentialRefusedError) else ""


def _try_read(workspace: Workspace, connector: Connector) -> Read:
    try:
        return workspace.read(connector)
    except ConnectorError as error:
        return error


def _verify(
    workspace: Workspace,
    connector: Connector,
    read: Read,
    remedy: str | None = None,
) -> Verified:
    if isinstance(read, ConnectorError):
        return Verified(connector, None, read)
    try:
        return Verified(connector, check(workspace, *read, remedy), None)
    except ConnectorError as error:
        return Verified(connector, None, error)
    except UNFORESEEN as error:
        name = connector.name
        return Verified(connector, None, unforeseen(name, error, f"update {name} --help"))
