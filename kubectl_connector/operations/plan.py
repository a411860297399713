"""What registering or updating a connector is going to do, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from kubectl_connector.auth import auth_method, choose
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.model.connector import Spec
from kubectl_connector.model.field import UNSET
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import Secret, earliest
from kubectl_connector.operations.draft import Draft
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
            raise UsageError(
                f"authentication method {self.draft.spec.auth_method} needs a {what}",
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
    method = _new_method(start.spec, changes)
    if method is None:
        if "expires_at" in fields:
            spec = _with_end(spec, start.secret, changes)
        return Draft(spec, start.secret), ()
    values = {**start.known_values(method.name), **changes.credential}
    missing = [f for f in method.option_fields if f.required and not values.get(f.name)]
    for field in missing:
        if field.kind is not FieldKind.SECRET:
            raise UsageError(
                f"authentication method {method.name} needs {field.option}", f"give {field.typed}"
            )
    # It is still made from its context, whose place login takes; only the credential is another.
    origin = replace(spec.origin, credential=False) if spec.origin else None
    spec = replace(spec, auth_method=method.name, configuration={}, origin=origin)
    if missing:
        return Draft(spec), tuple(missing)
    material = method.build(values)
    spec = replace(spec, configuration=material.configuration)
    if _is_same(start, method, material):
        spec = replace(spec, origin=start.spec.origin)
    return Draft(_with_end(spec, material.secret, changes), material.secret), ()


def _is_same(start: Draft, method: AuthMethod, material: Material) -> bool:
    """Whether a credential that is given is the one that was there."""
    spec = start.spec
    return (spec.auth_method, dict(spec.configuration), dict(start.secret)) == (
        method.name,
        dict(material.configuration),
        dict(material.secret),
    )


def _new_method(spec: Spec, changes: Changes) -> AuthMethod | None:
    """The method of the credential that the changes bring; None where the old one stays."""
    wanted = changes.get("auth_method")
    if not brings_credential(spec, changes):
        return None
    return choose(changes.credential.keys(), wanted, spec.auth_method)


def brings_credential(spec: Spec, changes: Changes) -> bool:
    """Whether a connector that was like ``spec`` has another credential after the changes."""
    return bool(
        not spec.auth_method
        or changes.credential
        or changes.get("auth_method") not in (None, spec.auth_method)
    )


def _with_end(spec: Spec, secret: Secret, changes: Changes) -> Spec:
    """The spec with the earliest end that the person or the credential itself tells."""
    said = changes.fields.get("expires_at")
    own = auth_method(spec.auth_method).ends_at(spec.configuration, secret)
    return replace(spec, expires_at=earliest(None if said is UNSET else said, own))
