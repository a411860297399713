"""The options that say what a connector is like, shared by ``register`` and ``update``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from kubectl_connector.auth import auth_methods
from kubectl_connector.cli.options import auth_values, parameters, read_text, with_auth_options
from kubectl_connector.model.connector import spec_fields
from kubectl_connector.model.field import UNSET, Field, FieldKind
from kubectl_connector.operations.overview import parse_labels
from kubectl_connector.operations.spec import Changes
from kubectl_connector.settings import OWN
from kubectl_connector.stores import store_names


def common_fields() -> dict[str, Field]:
    """What can be said of any connector, by name, with the choices that only folders tell."""
    fields = {name: one.field for name, one in spec_fields().items()}
    methods = tuple(method.name for method in auth_methods())
    return fields | {
        "auth_method": fields["auth_method"].offering(methods),
        "store": fields["store"].offering(store_names(), OWN["store"].default),
    }


def with_change_options(command: Callable[..., object]) -> Callable[..., object]:
    """Add the options to a command that takes ``**given``; :func:`changes_from` reads them."""
    own = inspect.signature(command, eval_str=True)
    named = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    rest = [p for p in own.parameters.values() if p.kind is p.VAR_KEYWORD]
    added = [p for field in common_fields().values() for p in parameters(field)]
    command.__signature__ = own.replace(parameters=[*named, *added, *rest])  # type: ignore[attr-defined]
    return with_auth_options(command)


def changes_from(given: Mapping[str, Any]) -> Changes:
    """What was said, with files read. UsageError for what can't be read or understood."""
    fields = {
        name: _value(field, given[name])
        for name, field in common_fields().items()
        if given[name] not in (None, [])
    }
    return Changes(fields, auth_values(given))


def _value(field: Field, given: Any) -> Any:
    """An option's value; an empty one takes away what was there."""
    if field.kind is FieldKind.PAIRS:
        return _pairs(given)
    if given == "":
        return UNSET
    if field.kind is FieldKind.FILE:
        return field.parse(read_text(given))
    return given if field.kind is FieldKind.FLAG else field.parse(given)


def _pairs(texts: list[str]) -> dict[str, Any]:
    removed = {text[:-1]: UNSET for text in texts if text.endswith("-") and "=" not in text}
    kept = [text for text in texts if text[:-1] not in removed or "=" in text]
    return {**removed, **parse_labels(kept)}
