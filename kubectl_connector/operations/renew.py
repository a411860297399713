"""Get a connector a fresh credential, in the way of its method.

First it is planned how, which may read stores and ask a person: one after the other. Then it is
done, for several at once.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.derived import base_of
from kubectl_connector.auth.interface import AuthMethod, PendingError
from kubectl_connector.durations import ago
from kubectl_connector.errors import RefusedError, UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.issue import CredentialSource, ExpiredError
from kubectl_connector.operations.renewal import noun
from kubectl_connector.operations.source import again
from kubectl_connector.operations.spec import NOTHING, Changes
from kubectl_connector.operations.update import UpdatePlan, plan_update, update
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import MissingSecretError, Workspace


class Way(enum.Enum):
    """How a connector gets a fresh credential."""

    ISSUE = "issue"
    """Its method issues one by itself."""
    CONTEXT = "context"
    """The context that it was made from has one, if somebody has signed in again there."""
    SECRET = "secret"  # noqa: S105
    """A person gives one."""


@dataclass(frozen=True)
class Renewal:
    """How one connector is to be renewed."""

    connector: Connector
    way: Way
    item: Item | None = None
    """Its secret half, where the method issues a credential with it."""
    plan: UpdatePlan | None = None
    """Where the credential, or what others are made with, comes from elsewhere."""


@dataclass(frozen=True)
class Renewed:
    """What came of it."""

    connector: Connector
    unchanged: bool = False
    """There is no other credential than the one that is kept, which is good still."""
    pending: PendingError | None = None
    """What somebody has to approve first."""


def base_method(connector: Connector) -> AuthMethod:
    """The method of what a connector keeps, which may be the base of what it hands out."""
    method = auth_method(connector.auth_method)
    return auth_method(base_of(connector.configuration).method) if method.needs_base else method


def way_of(connector: Connector, now: datetime, within: timedelta | None = None) -> Way:
    """How to renew a connector, as far as can be told without reading its secrets.

    What is issued with a base is issued anew, and the base is renewed where it ends ``within`` a
    time; None: where it ends soon.
    """
    method = auth_method(connector.auth_method)
    if method.renews_itself:
        due = connector.ends_soon(now) if within is None else connector.ends_within(within, now)
        if not (method.needs_base and due) or base_method(connector).renews_itself:
            return Way.ISSUE
    return way_of_base(connector)


def way_of_base(connector: Connector) -> Way:
    """How to renew what a connector keeps."""
    return Way.CONTEXT if connector.origin and connector.origin.credential else Way.SECRET


def plan_renewal(
    workspace: Workspace,
    connector: Connector,
    way: Way,
    files: KubeconfigFiles,
    given: Changes = NOTHING,
) -> Renewal:
    """Read what is needed for it; ``given`` are the secrets that a person gave.

    Nothing is issued or written. Raises StoreError, and what :func:`plan_update` raises.
    """
    if way is Way.ISSUE:
        try:
            connector, item = workspace.read(connector)
            return Renewal(connector, way, item)
        except MissingSecretError:  # then the base has to come from somewhere
            way = way_of_base(connector)
            if base_method(connector).renews_itself or way is Way.SECRET:
                raise
    source = again(connector, None, files) if way is Way.CONTEXT else None
    plan = plan_update(workspace, connector.name, source, given)
    return Renewal(plan.old, way, plan=plan)


def check_given(connector: Connector, given: Changes) -> None:
    """Raise UsageError for secrets that are not of what the connector keeps."""
    method = base_method(connector)
    needed = {each.name for each in method.asked_secrets}
    known = {each.name for each in method.option_fields if each.secret}
    names = given.credential.keys()
    if names and (names - known or not names & needed):
        gives = f"signs in with a {method.noun}" if needed else "gets its credential by itself"
        raise UsageError(
            f'"{connector.name}" {gives}, so what was given is nothing that renews it',
            f"kubectl connector renew {connector.name}; to sign in another way:"
            f" kubectl connector update {connector.name} --help",
        )


def renew(
    workspace: Workspace, renewal: Renewal, files: KubeconfigFiles, verify: bool = True
) -> Renewed:
    """Do what was planned, and ask the cluster whether what is fresh works (``verify``).

    Raises RefusedError where there is nothing fresh in the place of what has ended, and what
    issuing, verifying and updating raise; the connector is then as it was.
    """
    if renewal.plan is None:
        return _issue(workspace, renewal, files, verify)
    updated = update(workspace, renewal.plan, verify)
    if not updated.unchanged:
        return Renewed(updated.connector, pending=updated.pending)
    connector = updated.connector
    if connector.expired(workspace.now()):
        raise _the_same(workspace, connector, renewal.way)
    if auth_method(connector.auth_method).renews_itself:
        connector, item = workspace.read(connector)
        return _issue(workspace, Renewal(connector, renewal.way, item), files, verify)
    return Renewed(connector, unchanged=True)


def _issue(workspace: Workspace, renewal: Renewal, files: KubeconfigFiles, verify: bool) -> Renewed:
    connector, item = renewal.connector, renewal.item or Item()
    source = CredentialSource(workspace, connector, item, anew=True)
    try:
        if verify:
            check(workspace, connector, item, source=source)
        else:
            source()
    except PendingError as pending:
        return Renewed(connector, pending=pending)
    except RefusedError as error:
        refused = isinstance(error.__cause__, ExpiredError) or isinstance(error, ExpiredError)
        if not refused or not auth_method(connector.auth_method).needs_base:
            raise
        return _with_another_base(workspace, renewal, files, verify, error)
    return Renewed(workspace.catalog.get(connector.name))


def _with_another_base(
    workspace: Workspace,
    renewal: Renewal,
    files: KubeconfigFiles,
    verify: bool,
    error: RefusedError,
) -> Renewed:
    """The cluster refuses what the credential is made with: look whether there is another."""
    connector, method = renewal.connector, base_method(renewal.connector)
    if renewal.way is Way.ISSUE and way_of_base(connector) is Way.CONTEXT:
        plan = plan_renewal(workspace, connector, Way.CONTEXT, files).plan
        if plan is not None:
            updated = update(workspace, plan, verify)
            if not updated.unchanged:
                return Renewed(updated.connector, pending=updated.pending)
    if way_of_base(connector) is Way.SECRET and method.asked_secrets:
        typed = " ".join(each.typed for each in method.asked_secrets)
        hint = f"give a new {method.noun}: kubectl connector renew {connector.name} {typed}"
        raise RefusedError(error.message, hint) from error
    raise error


def _the_same(workspace: Workspace, connector: Connector, way: Way) -> RefusedError:
    """The error where what has ended is all that there is."""
    end, name = connector.expires_at, connector.name
    since = f"the {noun(connector)} that expired {ago(end, workspace.now())}" if end else ""
    origin = connector.origin
    if way is Way.CONTEXT and origin:
        return RefusedError(
            f'context "{origin.context}" in {display_path(origin.kubeconfig)} still has {since}',
            f"sign in to that context again, then: kubectl connector renew {name}",
        )
    return RefusedError(
        f'what was given for "{name}" is {since}', f"give another: kubectl connector renew {name}"
    )
