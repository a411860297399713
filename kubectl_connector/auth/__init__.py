"""Authentication methods: each module here with a ``METHOD`` is one.

A new method is a new file; nothing else names it. Modules that start with an underscore are what
several methods share.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Set

from kubectl_connector.auth.interface import AuthMethod, FieldKind
from kubectl_connector.errors import UsageError
from kubectl_connector.model.field import option_of
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.modules import public_modules


@functools.cache
def auth_methods() -> tuple[AuthMethod, ...]:
    """Every method, in the order of their names."""
    found = filter(None, map(_method_in, public_modules(__path__)))
    return tuple(sorted(found, key=lambda method: method.name))


def auth_method(name: str) -> AuthMethod:
    """The method called ``name``; UsageError that lists the known ones.

    Most are in the module of their name; then no other module is imported.
    """
    module = name.replace("-", "_")
    likely = _method_in(module) if module in public_modules(__path__) else None
    if likely and likely.name == name:
        return likely
    for method in auth_methods():
        if method.name == name:
            return method
    known = ", ".join(method.name for method in auth_methods())
    raise UsageError(f'no authentication method "{name}"', f"choose one of: {known}")


def _method_in(module: str) -> AuthMethod | None:
    """The method in a module; None where it holds none."""
    found = importlib.import_module(f"{__name__}.{module}")
    method: AuthMethod | None = getattr(found, "METHOD", None)
    return method


def recognise(user: AuthInfo) -> AuthMethod | None:
    """The method that kubectl would use for a kubeconfig user; None where it has none."""
    return next((method for method in auth_methods() if method.recognises(user)), None)


def choose(given: Set[str], wanted: str | None = None, current: str = "") -> AuthMethod:
    """The method called ``wanted``, else the one that suits the fields called ``given`` best.

    A connector keeps its ``current`` method where that knows all the given fields and requires one
    of them: a new secret alone does not make another kind of connector. Otherwise only methods that
    know all the given fields are considered. A method that lacks no field is best; then comes one
    that lacks only secrets, since a person can be asked for those. UsageError where no method fits.
    """
    if wanted is not None:
        return _checked(auth_method(wanted), given)
    if current and _renews(auth_method(current), given):
        return auth_method(current)
    candidates = [
        method
        for method in auth_methods()
        if method.from_options
        and not method.needs_base
        and given <= {f.name for f in method.option_fields}
        and (not given or method.name == current or _requires_any(method, given))
    ]
    if not candidates:
        options = ", ".join(sorted(option_of(name) for name in given))
        theirs = [m.name for m in auth_methods() if given <= {f.name for f in m.option_fields}]
        if theirs:
            raise UsageError(
                f"{options} alone makes no connector: it goes with {' and '.join(theirs)}",
                f"kubectl connector describe-type kubernetes --auth-method {theirs[0]}",
            )
        raise UsageError(
            f"{options} belong to different authentication methods",
            "kubectl connector describe-type kubernetes  shows which go together",
        )
    return min(candidates, key=lambda method: _distance(method, given))


def choose_derived(
    given: Set[str], wanted: str | None = None, current: str = ""
) -> AuthMethod | None:
    """The method that makes its credentials with another one's; None where nobody wants one.

    That is the one called ``wanted``, else the one that requires a field that was ``given``, else
    the ``current`` one. UsageError where there is none called ``wanted``.
    """
    if wanted is not None:
        method = auth_method(wanted)
        return method if method.needs_base else None
    for method in auth_methods() if given else ():
        if method.needs_base and given & {f.name for f in method.option_fields if f.required}:
            return method
    return auth_method(current) if current else None


def check_derived(given: Set[str], chosen: AuthMethod | None) -> None:
    """UsageError for fields that go with a method that rests on a base, and not the ``chosen`` one.

    Without this their names would be blamed on the base.
    """
    elsewhere = {
        f.name
        for method in auth_methods()
        if method is chosen or not method.needs_base
        for f in method.option_fields
    }
    for method in auth_methods():
        if method is chosen or not method.needs_base:
            continue
        (needed, *_) = [f for f in method.option_fields if f.required]
        for name in sorted(given & {f.name for f in method.option_fields} - elsewhere):
            if chosen:
                raise UsageError(
                    f"{option_of(name)} does not go with authentication method {chosen.name}",
                    "leave one of the two out: a connector has one of them",
                )
            raise UsageError(
                f"{option_of(name)} goes with {needed.option}, which was not given",
                f"give {needed.typed} too",
            )


def _renews(method: AuthMethod, given: Set[str]) -> bool:
    """Whether the fields are the method's, and one of them is required."""
    return _requires_any(method, given) and given <= {f.name for f in method.option_fields}


def _requires_any(method: AuthMethod, given: Set[str]) -> bool:
    return any(f.required and f.name in given for f in method.option_fields)


def _checked(method: AuthMethod, given: Set[str]) -> AuthMethod:
    known = {f.name for f in method.option_fields}
    for name in sorted(given - known):
        raise UsageError(
            f"{option_of(name)} does not go with --auth-method {method.name}",
            "kubectl connector describe-type kubernetes  shows which go together",
        )
    return method


def _distance(method: AuthMethod, given: Set[str]) -> tuple[int, int, str]:
    """How much a method lacks: first the fields that nobody is asked for, then all of them.

    Where no field is given, the token comes first: it lacks one secret, and most people have one.
    """
    missing = [f for f in method.option_fields if f.required and f.name not in given]
    if given and not any(f.required for f in method.option_fields if f.name in given):
        return len(method.fields), 0, method.name  # only optional fields were given
    unaskable = sum(f.kind is not FieldKind.SECRET for f in missing)
    return unaskable, len(missing), method.name
