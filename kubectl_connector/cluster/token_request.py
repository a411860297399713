"""Tokens of service accounts, through the TokenRequest API (authentication.k8s.io/v1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_connector.cluster.caller import Caller, mapping, refused
from kubectl_connector.errors import ClusterError, ConnectorError, NotFoundError
from kubectl_connector.model.service_account import ServiceAccount


def request_token(
    caller: Caller,
    account: ServiceAccount,
    seconds: int | None,
    audiences: Sequence[str] = (),
    bound_to: str | None = None,
) -> tuple[str, int]:
    """A new token of a service account, and its life in seconds, which the server may shorten.

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
    token, life = made.get("token"), mapping(answer.get("spec")).get("expirationSeconds")
    if status != 201:
        raise _refused(status, answer, account)
    if not isinstance(token, str) or type(life) is not int or not 0 < life < _LONGEST:
        caller.not_kubernetes(f"{account.path}/token gave no token with a life")
    return token, life


_LONGEST = 1 << 32
"""Seconds; the API server's own limit."""


def _refused(status: int, answer: Mapping[str, Any], account: ServiceAccount) -> ConnectorError:
    can = f"kubectl auth can-i create serviceaccounts/{account.name} --subresource=token"
    error = refused(status, answer, f"make a token of {account}", f"{can} -n {account.namespace}")
    if isinstance(error, NotFoundError):
        create = f"kubectl create serviceaccount {account.name} -n {account.namespace}"
        return NotFoundError(error.message, f"make it: {create}; or let register do it: --create")
    if isinstance(error, ClusterError):
        return ClusterError(error.message, "check --duration and --audience")
    return error
