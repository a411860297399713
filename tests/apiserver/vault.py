"""A loopback server that answers as Vault (or OpenBao) with its Kubernetes secrets engine.

    with ApiServer() as cluster, Vault(cluster, {"reader": VaultRole()}) as vault:
        vault.url, vault.ca_pem, vault.token, vault.leases, vault.requests

The cluster takes the tokens that it hands out until they end or, where the account was made for
the lease, until the lease is revoked. Time is the cluster's (``cluster.rules.now``).
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.apiserver.answers import Answer, StatusError, json_answer
from tests.apiserver.certificates import Authority
from tests.apiserver.kinds import RBAC
from tests.apiserver.requests import Request
from tests.apiserver.server import ApiServer
from tests.apiserver.service_accounts import mint
from tests.apiserver.sockets import HOSTS, Endpoint, server_context

REVOKE = "sys/leases/revoke"
LOOK_UP = "auth/token/lookup-self"
DEFAULT_TTL = MAX_TTL = 32 * 24 * 3600
"""How long a lease lasts where neither the request nor the role says it, and at most; seconds."""


@dataclass(frozen=True)
class VaultRole:
    """A role of the engine: for whom, where and for how long it gives tokens."""

    namespaces: tuple[str, ...] = ("*",)
    """``allowed_kubernetes_namespaces``. Where it is exactly one, a request need not say it."""
    service_account: str = ""
    """An account that exists: its tokens outlive a revoked lease. Else one is made for each."""
    kubernetes_role: str = "view"
    """The cluster role that an account is bound to which is made for a lease."""
    default_ttl: int = 0
    max_ttl: int = 0


@dataclass(frozen=True)
class Lease:
    """What was handed out, and the name of what was made for it (or "")."""

    token: str
    namespace: str
    made: str
    ends_at: datetime


class Vault(Endpoint):
    """The server; a context manager. A test may change its attributes while it runs."""

    def __init__(
        self,
        cluster: ApiServer,
        roles: Mapping[str, VaultRole],
        *,
        mount: str = "kubernetes",
        namespace: str = "",
        tls: bool = True,
    ) -> None:
        self.cluster = cluster
        self.roles = dict(roles)
        self.mount = mount
        self.namespace = namespace
        """The namespace of Vault's that the engine is in, which X-Vault-Namespace has to name."""
        self.token = f"hvs.{secrets.token_urlsafe(18)}"
        """A token of Vault's that may do everything here."""
        self.tokens = {self.token}
        self.token_ttl = 0
        """How long it lives still, in seconds; 0: for ever, as a root token."""
        self.sealed = False
        self.denied: set[str] = set()
        """Paths without ``/v1/`` that no policy allows: ``kubernetes/creds/reader``."""
        self.leases: dict[str, Lease] = {}
        """The leases by id, until they are revoked."""
        self._authority = Authority("vault")
        pair = self._authority.issue_server(HOSTS)
        super().__init__(server_context(pair) if tls else None)

    @property
    def url(self) -> str:
        """The address, as in VAULT_ADDR."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def ca_pem(self) -> str:
        """The CA that a client has to trust."""
        return self._authority.ca_pem

    def handle(self, request: Request) -> Answer:
        """Log the request and answer it."""
        self.requests.append(request)
        try:
            return self._answer(request)
        except _VaultError as refused:
            return json_answer({"errors": refused.messages}, refused.code)

    def _answer(self, request: Request) -> Answer:
        path = request.path.removeprefix("/v1/")
        if self.sealed:
            raise _VaultError(503, "Vault is sealed")
        token = request.authorization.removeprefix("Bearer ")
        namespace = request.headers.get("x-vault-namespace", "").strip("/")
        if token not in self.tokens or path in self.denied or namespace != self.namespace:
            raise _VaultError(403, "permission denied")
        if path == LOOK_UP and request.method == "GET":
            return json_answer({"data": {"id": token, "ttl": self.token_ttl}})
        role = path.removeprefix(f"{self.mount}/creds/")
        if path != REVOKE and (role == path or "/" in role):
            raise _VaultError(404, f'no handler for route "{path}". route entry not found.')
        if request.method not in ("POST", "PUT"):
            raise _VaultError(405, "1 error occurred:\n\t* unsupported operation\n\n")
        return self._revoke(request) if path == REVOKE else self._creds(role, request.json())

    def _revoke(self, request: Request) -> Answer:
        identifier = request.json().get("lease_id")
        if not identifier:
            raise _VaultError(400, "lease_id must be specified")
        lease = self.leases.pop(identifier, None)
        if lease:
            self._unmake(lease.made, lease.namespace)
        return Answer(204, b"")

    def _creds(self, name: str, asked: Mapping[str, Any]) -> Answer:
        role = self.roles.get(name)
        if role is None:
            raise _VaultError(400, f"role '{name}' does not exist")
        namespace = _namespace(role, asked)
        seconds, warnings = _ttl(role, asked)
        made = "" if role.service_account else self._make(name, role, namespace, asked)
        account = role.service_account or made
        spec = {"expirationSeconds": seconds, "audiences": _audiences(asked)}
        try:
            minted, _ = mint({"spec": spec}, account, namespace, self.cluster.cluster)
        except StatusError as refused:
            self._unmake(made, namespace)
            raise _failed(
                f"create a service account token for {namespace}/{account}", refused
            ) from None
        given = minted["spec"]["expirationSeconds"]
        if given < seconds:
            warnings.append(
                f"the created Kubernetes service accout token TTL {_go(given)} is less than the "
                f"Vault lease TTL {_go(seconds)}; capping the lease TTL accordingly"
            )
        token = minted["status"]["token"]
        identifier = f"{self.mount}/creds/{name}/{secrets.token_hex(12)}"
        ends_at = self.cluster.rules.now() + timedelta(seconds=given)
        self.leases[identifier] = Lease(token, namespace, made, ends_at)
        return json_answer(
            {
                "request_id": str(uuid.uuid4()),
                "lease_id": identifier,
                "renewable": False,
                "lease_duration": given,
                "data": {
                    "service_account_name": account,
                    "service_account_namespace": namespace,
                    "service_account_token": token,
                },
                "wrap_info": None,
                "warnings": warnings or None,
                "auth": None,
                "mount_type": "kubernetes",
            }
        )

    def _make(self, name: str, role: VaultRole, namespace: str, asked: Mapping[str, Any]) -> str:
        """An account for one lease, and its binding; returns their name."""
        made = f"v-token-{name[:8]}-{int(self.cluster.rules.now().timestamp())}"
        made += f"-{secrets.token_hex(12)}"
        everywhere = asked.get("cluster_role_binding") in (True, "true")
        resource = "clusterrolebindings" if everywhere else "rolebindings"
        scope = "" if everywhere else namespace
        subject = {"kind": "ServiceAccount", "name": made, "namespace": namespace}
        ref = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role.kubernetes_role}
        objects = self.cluster.objects
        try:
            objects.create(resource, made, scope, roleRef=ref, subjects=[subject])
            objects.create("serviceaccounts", made, namespace)
        except StatusError as refused:
            raise _failed(f"create service account '{namespace}/{made}'", refused) from None
        return made

    def _unmake(self, made: str, namespace: str) -> None:
        """Delete what was made for a lease; something else may have deleted it before."""
        objects = self.cluster.objects
        for resource, scope in (
            ("rolebindings", namespace),
            ("clusterrolebindings", ""),
            ("serviceaccounts", namespace),
        ):
            if made in (one["metadata"]["name"] for one in objects.list(resource, scope)):
                objects.delete(resource, made, scope)


class _VaultError(Exception):
    def __init__(self, code: int, *messages: str) -> None:
        super().__init__(*messages)
        self.code = code
        self.messages = list(messages)


def _failed(what: str, refused: StatusError) -> _VaultError:
    """What Vault says when the cluster refuses something."""
    return _VaultError(500, f"1 error occurred:\n\t* failed to {what}: {refused.message}\n\n")


def _namespace(role: VaultRole, asked: Mapping[str, Any]) -> str:
    only = role.namespaces[0] if len(role.namespaces) == 1 and role.namespaces != ("*",) else ""
    namespace = str(asked.get("kubernetes_namespace") or only)
    if not namespace:
        raise _VaultError(400, "'kubernetes_namespace' is required")
    if "*" not in role.namespaces and namespace not in role.namespaces:
        raise _VaultError(
            400,
            f"kubernetes_namespace '{namespace}' is not present in role's "
            "allowed_kubernetes_namespaces or does not match role's label selector "
            "allowed_kubernetes_namespace_selector",
        )
    return namespace


def _ttl(role: VaultRole, asked: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The seconds to ask the cluster for, and warnings."""
    seconds = _seconds(asked.get("ttl", 0)) or role.default_ttl or DEFAULT_TTL
    warnings = []
    if role.max_ttl and seconds > role.max_ttl:
        warnings.append(
            f"ttl of {_go(seconds)} is greater than the role's token_max_ttl of "
            f"{_go(role.max_ttl)}; capping accordingly"
        )
        seconds = role.max_ttl
    if seconds > MAX_TTL:
        warnings.append(
            f"ttl of {_go(seconds)} is greater than Vault's max lease ttl {_go(MAX_TTL)}; "
            "capping accordingly"
        )
        seconds = MAX_TTL
    return seconds, warnings


def _seconds(ttl: object) -> int:
    """A number of seconds, or a duration such as ``1h30m``."""
    text = str(ttl)
    if text.isdecimal():
        return int(text)
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text)
    if not text or not found:
        raise _VaultError(400, f'error converting input {text} for field "ttl"')
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _audiences(asked: Mapping[str, Any]) -> list[str]:
    given = asked.get("audiences") or []
    return [one.strip() for one in given.split(",")] if isinstance(given, str) else list(given)


def _go(seconds: int) -> str:
    """A duration as Go prints it: ``1h0m0s``."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
