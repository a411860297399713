"""The shape of a kubeconfig, and its fields' types as kubectl checks them (M7, M8, M9). Pure."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from kubectl_connector.model.kubeconfig import Entry

BODY = {"clusters": "cluster", "users": "user", "contexts": "context"}
"""The key that an entry's body stands under, by list."""
LISTS = tuple(BODY)
"""The lists of entries, which is also to say: the kinds of entries."""
CURRENT = "current-context"
HEADER = {"apiVersion": "v1", "kind": "Config"}
"""What a kubeconfig begins with."""

_EXTENSIONS: Any = [{"name": str}]
_EXEC: Any = {
    "apiVersion": str,
    "command": str,
    "args": [str],
    "env": [{"name": str, "value": str}],
    "installHint": str,
    "interactiveMode": str,
    "provideClusterInfo": bool,
}
_BODIES: dict[str, Any] = {
    "clusters": {
        "server": str,
        "tls-server-name": str,
        "insecure-skip-tls-verify": bool,
        "certificate-authority": str,
        "certificate-authority-data": bytes,
        "proxy-url": str,
        "disable-compression": bool,
        "extensions": _EXTENSIONS,
    },
    "users": {
        **dict.fromkeys(("token", "tokenFile", "username", "password", "as", "as-uid"), str),
        **dict.fromkeys(("client-certificate", "client-key"), str),
        **dict.fromkeys(("client-certificate-data", "client-key-data"), bytes),
        "as-groups": [str],
        "as-user-extra": {None: [str]},
        "auth-provider": {"name": str, "config": {None: str}},
        "exec": _EXEC,
        "extensions": _EXTENSIONS,
    },
    "contexts": {"cluster": str, "user": str, "namespace": str, "extensions": _EXTENSIONS},
}
_ZERO: dict[Any, Any] = {str: "", bytes: "", bool: False}
_NAMES: dict[Any, str] = {str: "a string", bytes: "base64"}


def conform(kind: str, body: Any) -> Entry:
    """An entry's body with known fields of the right type, without those that are null.

    ``kind`` is clusters, users or contexts. Unknown fields pass unchanged. Raises a ValueError that
    names the field. It never quotes a value, which may be secret.
    """
    checked = _conform(body, _BODIES[kind], "")
    return checked if isinstance(checked, dict) else {}


def _conform(value: Any, schema: Any, where: str) -> Any:
    if value is None:
        return _ZERO.get(schema) if isinstance(schema, type) else type(schema)()
    if isinstance(schema, dict):
        return _conform_mapping(value, schema, where)
    if isinstance(schema, list):
        if not isinstance(value, list):
            raise ValueError(f"{where} must be a list")
        return [_conform(member, schema[0], where) for member in value]
    if schema is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{where} must be true or false")
    elif not isinstance(value, str):
        hint = "; quote it" if schema is str and not isinstance(value, (dict, list)) else ""
        raise ValueError(f"{where} must be {_NAMES[schema]}{hint}")
    elif schema is bytes:
        _check_base64(value, where)
    return value


def _conform_mapping(value: Any, schema: dict[str | None, Any], where: str) -> Entry:
    if not isinstance(value, dict):
        raise ValueError(f"{where or 'the entry'} must be a mapping")
    every = schema.get(None)
    return {
        key: _conform(member, schema.get(key, every), f"{where}.{key}" if where else key)
        if key in schema or every
        else member
        for key, member in value.items()
        if member is not None or key not in schema
    }


def _check_base64(value: str, where: str) -> None:
    try:
        base64.b64decode("".join(value.splitlines()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{where} must be base64") from None
