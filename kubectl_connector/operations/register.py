"""Make a connector: verify, put its secret into the store, then the rest into the catalog."""

from __future__ import annotations

import uuid

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import PendingError
from kubectl_connector.catalog import Connectors, find, name_taken
from kubectl_connector.cluster.probe import Probe
from kubectl_connector.errors import ClusterError, UsageError
from kubectl_connector.frozen import dataclass, fields, replace
from kubectl_connector.model.connector import Connector, Spec
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.draft import new_draft
from kubectl_connector.operations.issue import keep_issued
from kubectl_connector.operations.items import commit, same_secret
from kubectl_connector.operations.layers import layers_of, says_base
from kubectl_connector.operations.plan import Plan, changed
from kubectl_connector.operations.preparation import prepared
from kubectl_connector.operations.revoke import give_back
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.spec import NOTHING, Changes, check_new_name
from kubectl_connector.operations.take_over import take_over
from kubectl_connector.operations.verify import NOT_ASKED, asked_cluster
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
    pending: PendingError | None = None
    """What somebody has to approve before the connector works."""


def plan_register(
    name: str, store: str, source: FromContext | None = None, changes: Changes = NOTHING
) -> Plan:
    """Plan a new connector called ``name``, whose secret goes to ``store``.

    It is made from the kubeconfig context that ``source`` names, with the changes made to it, or
    of the changes alone. Nothing is asked or run. Raises UsageError where that makes no connector,
    and what reading the kubeconfig raises.
    """
    check_new_name(name)
    if source is None:
        if "server" not in changes.fields:
            raise UsageError(
                "which cluster? There is no --server",
                f"kubectl connector register {name} --auto-configure, or"
                " --server https://HOST:PORT",
            )
        start = new_draft(store)
    else:
        start = source.draft(store)
        if changes.get("server") or says_base(layers_of(start), changes):
            raise UsageError(
                "server and credential come from the kubeconfig's context; they can't be given too",
                f"register first, then: kubectl connector update {name} --help",
            )
    return Plan(name, start, changes, *changed(start, changes))


def register(workspace: Workspace, plan: Plan, verify: bool = True) -> Registered:
    """Do what :func:`plan_register` planned.

    Raises ConnectorError where another connector has the name, UsageError where a secret is still
    missing, and what verifying, storing and writing raise; then there is no connector.
    """
    draft = plan.complete()
    now = workspace.now().replace(microsecond=0)
    connector = draft.connector(str(uuid.uuid4()), plan.name, workspace.owner, now, now)
    item = draft.item()
    same = next((c for c in workspace.catalog.load() if c.name == connector.name), None)
    if same:
        if not _identical(workspace, same, connector, item):
            raise name_taken(connector.name)
        return Registered(same, None, unchanged=True)
    if item or auth_method(connector.auth_method).keeps_issued:
        workspace.open_store(connector.store).check()  # before a network or a person is asked
    asked = NOT_ASKED
    try:
        with prepared(workspace, connector, item, plan.manifests) as made:
            if verify:
                asked = asked_cluster(workspace, connector, item, _REMEDY)
            registered = add_connector(workspace, replace(connector, made=made), item)
    except ClusterError:
        raise  # it would take as long again to ask it to revoke something
    except BaseException:
        give_back(workspace, connector, item, asked.issued, everything=True)
        raise
    keep_issued(workspace, registered, asked.issued)
    return Registered(registered, asked.probe, pending=asked.pending)


def add_connector(workspace: Workspace, connector: Connector, item: Item) -> Connector:
    """Keep a new connector and its secret half.

    Raises StoreError, CatalogError, and ConnectorError where another one has the name.
    """

    def add(connectors: Connectors, ref: str | None) -> Connectors:
        if any(other.name == connector.name for other in connectors):
            raise name_taken(connector.name)  # somebody was faster
        return (*connectors, replace(connector, secret_ref=ref))

    change = commit(workspace, connector.store, item, add)
    if item:
        take_over(workspace, change.after, connector.store)
    return find(change.after, connector.name)


def _identical(workspace: Workspace, old: Connector, new: Connector, item: Item) -> bool:
    """Whether two connectors are alike in all that can be said of them, and have one secret."""
    alike = all(getattr(old, each.name) == getattr(new, each.name) for each in fields(Spec))
    return alike and same_secret(workspace.read(old)[1], item)
