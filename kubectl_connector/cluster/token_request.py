"""Tokens of service accounts, through the TokenRequest API (authentication.k8s.io/v1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubectl_connector.cluster.caller import Caller, mapping, refused
from kubectl_connector.errors import ClusterError, ConnectorError, NotFoundError
from kubectl_connector.model.connector import parse_time
from kubectl_connector.model.service_account import ServiceAccount


def request_token(
    caller: Caller,
    account: ServiceAccount,
    seconds: int | None,
    audiences: Sequence[str] = (),
    bound_to: str | None = None,
) -> tuple[str, datetime]:
    """A new token of a service account, and its end in UTC, which the server may bring nearer.

    ``seconds`` is the life that is asked for; None: the server's own, an hour. ``bound_to`` is the
    name of a Secret in the account's namespace: without it the token is dead. Raises RefusedError
    (401, 403), NotFoundError where there is no such account, ClusterError.
    """
    spec: dict[str, object] = {"audiences": list(audiences)} if audiences else {}
    if seconds is not None:
        spec["expirationSeconds"] = seconds
    if bound_to is not None:
        spec["boundObjectRef"] = {"kind": "Secret", "apiVersion": "v1", "name": bound_to}
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    status, answer = caller.call("POST", f"{account.path}/token", request)
    made = mapping(answer.get("status"))
    token, end = made.get("token"), _time(made.get("expirationTimestamp"))
    if status != 201:
        raise _refused(status, answer, account)
    if not isinstance(token, str) or end is None:
        caller.not_kubernetes(f"{account.path}/token gave no token with an end")
    return token, end


def _time(value: object) -> datetime | None:
    """A time in an answer; None for what is none."""
    try:
        return parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _refused(status: int, answer: Mapping[str, Any], account: ServiceAccount) -> ConnectorError:
    can = f"kubectl auth can-i create serviceaccounts/{account.name} --subresource=token"
    error = refused(status, answer, f"make a token of {account}", f"{can} -n {account.namespace}")
    if isinstance(error, NotFoundError):
        create = f"kubectl create serviceaccount {account.name} -n {account.namespace}"
        return NotFoundError(error.message, f"make it: {create}; or let register do it: --create")
    if isinstance(error, ClusterError):
        return ClusterError(error.message, "check --duration and --audience")
    return error
