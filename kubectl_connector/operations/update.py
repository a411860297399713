"""Change a connector."""

from __future__ import annotations

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.cluster.probe import Probe
from kubectl_connector.errors import ClusterError, StoreError, UsageError
from kubectl_connector.frozen import dataclass, field, fields, replace
from kubectl_connector.model.connector import Connector, Spec
from kubectl_connector.model.field import Reach
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.draft import Draft, draft_of
from kubectl_connector.operations.issue import keep_issued
from kubectl_connector.operations.items import (
    commit,
    drop_replaced,
    is_same,
    same_secret,
    swapped,
)
from kubectl_connector.operations.layers import brings_base, layers_of
from kubectl_connector.operations.plan import Plan, changed
from kubectl_connector.operations.preparation import Manifest, prepared
from kubectl_connector.operations.register import Registered
from kubectl_connector.operations.revoke import give_back, leased, revokes
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.spec import NOTHING, Changes, apply
from kubectl_connector.operations.take_over import take_over
from kubectl_connector.operations.verify import NOT_ASKED, asked_cluster
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class UpdatePlan(Plan):
    """A change of a connector that is there."""

    old: Connector = field(kw_only=True)
    """The connector as it was read."""
    item: Item | None = field(kw_only=True)
    """Its secret half; None: the change does not concern it, and it was not read."""

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """None where the cluster is not asked at all."""
        return () if self.item is None else super().manifests

    def with_changes(self, changes: Changes) -> UpdatePlan:
        """The plan with more changes. ValueError where these concern a secret that was not read."""
        if self.item is None and changes.reach == Reach.CLUSTER:
            raise ValueError("plan the update anew: the secret was not read")
        return super().with_changes(changes)


def plan_update(
    workspace: Workspace, name: str, source: FromContext | None = None, changes: Changes = NOTHING
) -> UpdatePlan:
    """Plan a change of the connector called ``name``.

    Cluster and credential are taken from the kubeconfig context of ``source``, if there is one;
    then the changes are made. The secret store is read, which may ask for what opens it, unless the
    changes concern the catalog or contexts alone. Raises NotFoundError, UsageError where the
    changes make no sense, StoreError where the store can't give a secret that the changes do not
    bring anew, and what reading the kubeconfig raises.
    """
    if not changes and source is None:
        raise UsageError("nothing to change was given", "kubectl connector update --help")
    old = workspace.catalog.get(name)
    if source is None and changes.reach < Reach.CLUSTER:
        start = draft_of(old, Item())
        draft = replace(start, spec=apply(start.spec, changes.fields))
        return UpdatePlan(name, start, changes, draft, old=old, item=None)
    try:
        old, item = workspace.read(old)
        lost = None
    except StoreError as error:
        item, lost = Item(), error
    start = draft_of(old, item)
    if source:
        start = _with_credential_of(start, source.draft(old.store))
    elif lost and not brings_base(layers_of(start), changes):
        raise lost
    draft, asks = changed(start, changes)
    if lost and _lacks(draft, old, source, changes):
        raise lost
    return UpdatePlan(name, start, changes, draft, asks, old=old, item=item)


def update(workspace: Workspace, plan: UpdatePlan, verify: bool = True) -> Registered:
    """Do what :func:`plan_update` planned; id, owner and creation time stay.

    Raises ConnectorError where the connector was changed meanwhile, and what registering raises;
    the connector is then as it was.
    """
    old, draft = plan.old, plan.complete()
    if plan.item is None:
        return _apply_in_catalog(workspace, plan)
    now = workspace.now().replace(microsecond=0)
    new = draft.connector(old.id, old.name, old.owner, old.created_at, now)
    item = draft.item()
    # A credential that is given again takes the place of what the method issued with it.
    renewed = old.issued_ref and brings_base(layers_of(plan.start), plan.changes)
    as_old = replace(new, updated_at=old.updated_at, secret_ref=old.secret_ref, made=old.made)
    unchanged = is_same(as_old, old)
    if unchanged and not renewed and same_secret(plan.item, item):
        return Registered(old, None, unchanged=True)
    asked, elsewhere = NOT_ASKED, revokes(new) != revokes(old)
    try:
        with prepared(workspace, new, item, plan.manifests) as made:
            if verify:
                asked = asked_cluster(workspace, new, item)
            replaced = leased(workspace, old, plan.item)
            new = replace(new, made=(*old.made, *made))
            updated = _swap(workspace, old, new, item, asked.probe)
    except ClusterError:
        raise  # it would take as long again to ask it to revoke something
    except BaseException:
        give_back(workspace, new, item, asked.issued, everything=elsewhere)
        raise
    keep_issued(workspace, updated.connector, asked.issued)
    # What could not be revoked any more, after this change, is revoked now.
    give_back(workspace, old, plan.item, replaced, everything=elsewhere)
    return replace(updated, pending=asked.pending)


def _with_credential_of(draft: Draft, other: Draft) -> Draft:
    """The draft with what a context tells, as in another draft that was made from one.

    That is the base of how it signs in, and all that no option can say.
    """
    names = (each.name for each in fields(Spec) if not each.metadata["option"])
    told = {name: getattr(other.spec, name) for name in (*names, "expires_at")}
    layers = replace(layers_of(draft), base=layers_of(other).base)
    return layers.into(Draft(replace(draft.spec, **told), other.secret, other.note))


def _lacks(draft: Draft, old: Connector, source: FromContext | None, changes: Changes) -> bool:
    """Whether a draft that was made without the old secret is without a part that it needs."""
    same_method = draft.spec.auth_method == old.auth_method
    same_proxy = source is None and "proxy_url" not in changes.fields
    return (same_method and bool(set(old.secret_names) - set(draft.secret))) or (
        same_proxy and old.proxy_has_password
    )


def _apply_in_catalog(workspace: Workspace, plan: UpdatePlan) -> Registered:
    """Change what neither a cluster nor a secret store has to be asked for."""

    def edit(connectors: Connectors) -> Connectors:
        old = find(connectors, plan.name)
        new = apply(old, plan.changes.fields)
        if new == old:
            return connectors
        new = replace(new, updated_at=workspace.now().replace(microsecond=0))
        return tuple(new if connector is old else connector for connector in connectors)

    change = workspace.catalog.change(edit)
    unchanged = change.after == change.before
    return Registered(find(change.after, plan.name), None, unchanged=unchanged)


def _swap(
    workspace: Workspace, old: Connector, new: Connector, item: Item, probe: Probe | None
) -> Registered:
    """Put the new item, have the catalog refer to it, and drop the old one.

    The catalog is changed only where the connector is still the one that was read.
    """

    def refer(connectors: Connectors, ref: str | None) -> Connectors:
        return swapped(connectors, old, replace(new, secret_ref=ref))

    change = commit(workspace, new.store, item, refer)
    left = drop_replaced(workspace, change, old.id)
    if item:
        take_over(workspace, change.after, new.store)
    return Registered(find(change.after, new.name), probe, left_in=left[0].store if left else None)
