"""A connector's way to sign in, taken apart: a base, and the method that rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_connector.auth import auth_method, check_derived, choose, choose_derived
from kubectl_connector.auth.derived import Base, base_of, own_of, resting_on
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass, field, replace
from kubectl_connector.model.kubeconfig import Impersonation
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.spec import Changes


@dataclass(frozen=True)
class Layers:
    """What a person gave, the base, and the method that makes credentials with it, if one does."""

    base: Base
    derived: str = ""
    """The name of the method that makes credentials with the base; empty: the base is handed out.
    """
    own: Mapping[str, Any] = field(default_factory=dict)
    """That method's own configuration."""

    def into(self, draft: Draft) -> Draft:
        """The draft with this way to sign in."""
        material = resting_on(self.base, self.own) if self.derived else self.base.material
        spec = replace(
            draft.spec,
            auth_method=self.derived or self.base.method,
            configuration=material.configuration,
            # As whom the base acts is not asked of what is made with it.
            impersonation=Impersonation() if self.derived else self.base.impersonation,
        )
        return replace(draft, spec=spec, secret=material.secret)


def layers_of(draft: Draft) -> Layers:
    """A draft's way to sign in, taken apart."""
    spec = draft.spec
    if spec.auth_method and auth_method(spec.auth_method).needs_base:
        base = base_of(spec.configuration, draft.secret)
        return Layers(base, spec.auth_method, own_of(spec.configuration))
    material = Material(spec.configuration, draft.secret)
    return Layers(Base(spec.auth_method, material, spec.impersonation))


def brings_base(layers: Layers, changes: Changes) -> bool:
    """Whether the changes bring another base."""
    return _said(layers, changes).new_base


def says_base(layers: Layers, changes: Changes) -> bool:
    """Whether the changes say anything of the base, though it may be what it was."""
    said = _said(layers, changes)
    return said.new_base or said.method is not None


def check_method(changes: Changes) -> None:
    """Raise UsageError where no method goes with what was said of a new connector."""
    said = _said(Layers(Base("")), changes)
    if said.base or said.method:
        choose(said.base.keys(), said.method)


def changed_layers(before: Layers, changes: Changes) -> tuple[Layers, tuple[Field, ...]]:
    """The layers with changes made, and the secrets of the base that are still missing.

    The base has no material while something is missing. Raises UsageError where the changes make no
    sense, or a field is missing that is no secret.
    """
    said = _said(before, changes)
    base, asks = _base(before.base, said) if said.new_base else (before.base, ())
    if said.derived is None:
        return Layers(base), asks
    kept = before.own if before.derived == said.derived.name else {}
    values = _texts(said.derived, {**kept, **said.own})
    _check_given(said.derived, values)
    return Layers(base, said.derived.name, said.derived.build(values).configuration), asks


@dataclass(frozen=True)
class _Said:
    """What changes say of the two layers."""

    derived: AuthMethod | None
    """The method that is to rest on the base."""
    own: Mapping[str, str]
    """Values of its own fields."""
    base: Mapping[str, str] = field(repr=False)
    """Values of the base's fields."""
    method: str | None
    """The base's method, where it was named."""
    new_base: bool


def _said(before: Layers, changes: Changes) -> _Said:
    given, wanted = changes.credential, changes.get("auth_method")
    derived = choose_derived(given.keys(), wanted, before.derived)
    check_derived(given.keys(), derived)
    names = {each.name for each in derived.fields} if derived else set()
    own = {name: value for name, value in given.items() if name in names}
    base = {name: value for name, value in given.items() if name not in names}
    method = wanted if derived is None or derived.name != wanted else None
    new = bool(base) or not before.base.method or method not in (None, before.base.method)
    return _Said(derived, own, base, method, new)


def _base(before: Base, said: _Said) -> tuple[Base, tuple[Field, ...]]:
    method = choose(said.base.keys(), said.method, before.method)
    if said.derived and method.leases:
        raise UsageError(
            f"{method.name} hands out short-lived credentials itself, so {said.derived.name} can't"
            " rest on it",
            f"leave out one of the two: --auth-method {method.name}",
        )
    known = {**before.material.configuration, **before.material.secret}
    values = _texts(method, {**(known if before.method == method.name else {}), **said.base})
    missing = _check_given(method, values)
    material = Material() if missing else method.build(values)
    return replace(before, method=method.name, material=material), missing


def _texts(method: AuthMethod, values: Mapping[str, Any]) -> dict[str, str]:
    """Those of the values that are texts of the method's options; an empty one says nothing."""
    names = [each.name for each in method.option_fields]
    return {name: values[name] for name in names if isinstance(values.get(name), str)}


def _check_given(method: AuthMethod, values: Mapping[str, str]) -> tuple[Field, ...]:
    """The secrets that are missing; UsageError where something is that is no secret."""
    missing = [each for each in method.option_fields if each.required and not values.get(each.name)]
    for each in missing:
        if each.kind is not FieldKind.SECRET:
            raise UsageError(
                f"authentication method {method.name} needs {each.option}", f"give {each.typed}"
            )
    return tuple(missing)
