"""Service account tokens from the Kubernetes secrets engine of Vault or OpenBao."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kubectl_connector.cluster.caller import Caller, Peer, mapping, sequence
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.errors import ClusterError, ConnectorError, NotFoundError, RefusedError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential
from kubectl_connector.secret_looking import without_tokens


@dataclass(frozen=True)
class Vault:
    """Where a Vault is, and who asks it."""

    address: str
    token: str = field(repr=False)
    """Of Vault's own."""
    namespace: str = ""
    """Of Vault Enterprise or OpenBao; empty: the root one."""
    authority: str | None = None
    """The CA to trust, PEM; None: the system's."""


@dataclass(frozen=True)
class Lease:
    """What Vault handed out."""

    id: str
    token: str = field(repr=False)
    """Of a service account; it may have any form, and be empty."""
    seconds: int | None
    """How long it lives from now on; None: Vault does not say."""


_PEER = Peer(
    name="Vault",
    server="--vault-address",
    authority="--vault-certificate-authority",
    proxy="HTTPS_PROXY",
    other_name="check --vault-address",
)


@contextmanager
def asking(vault: Vault, timeout: float, tell: Callable[[str], None]) -> Iterator[Caller]:
    """A caller for a few requests to Vault; ``timeout`` in seconds."""
    cluster = Cluster(vault.address, certificate_authority_data=vault.authority)
    headers = {"X-Vault-Token": vault.token, "X-Vault-Request": "true"}
    if vault.namespace:
        headers["X-Vault-Namespace"] = vault.namespace
    pool = AuthenticatedPool(cluster, Credential)
    try:
        yield Caller(cluster, pool, timeout, tell, _PEER, headers)
    finally:
        pool.clear()


def lease(
    caller: Caller,
    mount: str,
    role: str,
    namespace: str | None = None,
    seconds: int | None = None,
    audiences: Sequence[str] = (),
    cluster_wide: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Lease:
    """Have a token made for a role of the engine at ``mount``.

    ``namespace`` is the service account's; None: the role has just one. ``tell`` is told Vault's
    warnings. Raises RefusedError (403), NotFoundError where there is no such engine or role, and
    ClusterError.
    """
    asked: dict[str, Any] = {}
    if namespace:
        asked["kubernetes_namespace"] = namespace
    if seconds is not None:
        asked["ttl"] = f"{seconds}s"
    if audiences:
        asked["audiences"] = list(audiences)
    if cluster_wide:
        asked["cluster_role_binding"] = True
    path = f"{mount}/creds/{role}"
    status, answer = caller.call("POST", f"/v1/{path}", asked)
    if status != 200:
        raise _refused(status, answer, path)
    for warning in sequence(answer.get("warnings")):
        tell(f"warning: {_words(warning)}")
    token = mapping(answer.get("data")).get("service_account_token")
    id_, life = answer.get("lease_id"), answer.get("lease_duration")
    if not isinstance(id_, str):
        caller.not_kubernetes(f"{path} gave no lease")
    return Lease(id_, token if isinstance(token, str) else "", _seconds(life))


def seconds_left(caller: Caller) -> int | None:
    """How long Vault's own token lives still: its leases end with it. None: for ever, or unknown.

    Raises ClusterError where Vault is not reached.
    """
    status, answer = caller.call("GET", "/v1/auth/token/lookup-self")
    left = mapping(answer.get("data")).get("ttl")
    return _seconds(left) if status == 200 else None


def _seconds(value: object) -> int | None:
    """A life in an answer; None where there is none. A very long one is cut to ten years."""
    return min(value, _LONGEST_LIFE) if isinstance(value, int) and value > 0 else None


_LONGEST_LIFE = 10 * 365 * 86_400


def revoke(caller: Caller, id_: str) -> None:
    """End a lease now; it is no error where it has ended. Raises RefusedError and ClusterError."""
    path = "sys/leases/revoke"
    status, answer = caller.call("PUT", f"/v1/{path}", {"lease_id": id_})
    if status not in (200, 204):
        raise _refused(status, answer, path)


def _refused(status: int, answer: Mapping[str, Any], path: str) -> ConnectorError:
    """The error for an answer of Vault's that is none of success."""
    why = _words(*(sequence(answer.get("errors")) or [f"it answered {status}"]))
    engine = path.partition("/creds/")[0]
    if status == 403:
        return RefusedError(
            f"Vault does not let its token use {path} ({why})",
            f"sign in: vault login; what the token may: vault token capabilities {path}",
        )
    if status == 404:
        return NotFoundError(
            f"Vault has no {path} ({why})",
            "give --vault-mount and --vault-role; what there is: vault secrets list,"
            f" vault list {engine}/roles",
        )
    if status == 400 and "kubernetes_namespace" in why:
        return ClusterError(
            f"Vault's role does not go with this namespace: {why}",
            f"give --service-account-namespace; what the role allows: vault read"
            f" {path.replace('/creds/', '/roles/')}",
        )
    if status == 400 and "role" in why:
        return NotFoundError(
            f"Vault says: {why}", f"give --vault-role; what there is: vault list {engine}/roles"
        )
    if status == 503:
        return ClusterError(
            f"Vault can't be used now: {why}", "see how it is: vault status; it may be sealed"
        )
    return ClusterError(f"Vault did not do {path}: {why}", "see how it is: vault status")


def _words(*texts: object) -> str:
    """What Vault says, on one line and without tokens."""
    said = " ".join(without_tokens(str(text)) for text in texts)
    words = [word for word in said.split() if word != "*"]
    text = " ".join(words).replace("1 error occurred: ", "")
    return text[:_LONGEST]


_LONGEST = 400
