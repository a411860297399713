"""What registering or updating a connector is going to do, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import Field
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.model.connector import Spec
from kubectl_connector.model.field import UNSET
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import earliest
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.layers import changed_layers, layers_of
from kubectl_connector.operations.preparation import Manifest, wanted
from kubectl_connector.operations.spec import Changes, apply, check_cluster

AnyPlan = TypeVar("AnyPlan", bound="Plan")


@dataclass(frozen=True)
class Plan:
    """A change that is well-formed. Nothing has been asked, run, verified or written yet."""

    name: str
    start: Draft
    """What the connector is like before the changes: new, from a context, or as it is kept."""
    changes: Changes
    draft: Draft
    """What it is like after them, as far as that is known while something is still to be asked."""
    asks: tuple[Field, ...] = ()
    """The secrets that are still missing; :meth:`answered` completes the plan."""

    @property
    def runs(self) -> ExecConfig | None:
        """The program that gives the connector's credentials, if one does; verifying runs it."""
        spec = self.draft.spec
        return None if self.asks else auth_method(spec.auth_method).runs(spec.configuration)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The objects that are going to be made in the cluster, where they are not there yet."""
        return () if self.asks else wanted(self.draft.spec, self.start.spec)

    def answered(self: AnyPlan, values: Mapping[str, str]) -> AnyPlan:
        """The plan with secrets that were asked for, by the names of their fields."""
        return self.with_changes(Changes(credential=values))

    def with_changes(self: AnyPlan, changes: Changes) -> AnyPlan:
        """The plan with more changes. UsageError where they make no sense."""
        every = self.changes.and_then(changes)
        draft, asks = changed(self.start, every)
        return replace(self, changes=every, draft=draft, asks=asks)

    def complete(self) -> Draft:
        """What is to be kept. UsageError where a secret is still missing."""
        if self.asks:
            option, what = self.asks[0].option, self.asks[0].help
            method = layers_of(self.draft).base.method
            raise UsageError(
                f"authentication method {method} needs a {what}",
                f"give it with {option}-stdin or {option}-file FILE",
            )
        return self.draft


def changed(start: Draft, changes: Changes) -> tuple[Draft, tuple[Field, ...]]:
    """The draft with changes made, and the secrets that are missing for them.

    Raises UsageError where the changes make no sense, or a field is missing that is no secret.
    """
    fields = dict(changes.fields)
    if fields.get("auth_method") is not UNSET:
        fields.pop("auth_method", None)  # another method brings another credential: see below
    spec = apply(start.spec, fields)
    check_cluster(spec.cluster)
    if not spec.cluster_name:
        spec = replace(spec, cluster_name=urlsplit(spec.cluster.server).hostname or "")
    draft = replace(start, spec=spec)
    if not changes_sign_in(start.spec, changes):
        if "expires_at" in fields:
            draft = _with_end(draft, changes)
        return draft, ()
    before = layers_of(draft)
    layers, asks = changed_layers(before, changes)
    draft = layers.into(draft)
    if spec.origin and layers.base != before.base:
        # It is still made from its context, whose place login takes; only the credential is
        # another.
        origin = replace(spec.origin, credential=False)
        draft = replace(draft, spec=replace(draft.spec, origin=origin))
    return (draft if asks else _with_end(draft, changes)), asks


def changes_sign_in(spec: Spec, changes: Changes) -> bool:
    """Whether the changes concern how a connector that was like ``spec`` signs in."""
    return bool(
        not spec.auth_method
        or changes.credential
        or changes.get("auth_method") not in (None, spec.auth_method)
    )


def _with_end(draft: Draft, changes: Changes) -> Draft:
    """The draft with the earliest end that the person or the credential itself tells."""
    said, spec = changes.fields.get("expires_at"), draft.spec
    own = auth_method(spec.auth_method).ends_at(spec.configuration, draft.secret)
    end = earliest(None if said is UNSET else said, own)
    return replace(draft, spec=replace(spec, expires_at=end))
