"""A service account's short-lived tokens, made with a base credential that stays in the store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kubectl_connector.auth._bearer import checked
from kubectl_connector.auth._lifetime import duration_field, names_in, seconds_of
from kubectl_connector.auth._tokens import (
    AUDIENCE,
    CLUSTER_WIDE,
    audience_field,
    cluster_wide_field,
)
from kubectl_connector.auth.derived import Base, DerivedMethod, asking, base_of
from kubectl_connector.auth.interface import Field, FieldKind, IssueRequest, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.model.connector import Made
from kubectl_connector.model.field import TOKENS
from kubectl_connector.model.secret import Credential, Secret
from kubectl_connector.model.service_account import ServiceAccount

ACCOUNT = "service_account"
REVOCABLE = "revocable"
CREATE = "create"
ROLE = "role"

SHORTEST = 600
"""Seconds; the API server refuses a shorter life."""


class _ServiceAccount(DerivedMethod):
    name = "service-account"
    title = "Service account"
    summary = "Short-lived tokens of a service account; the credential to make them stays here."
    fields = (
        Field(
            ACCOUNT,
            "hand out short-lived tokens of this service account",
            metavar="NS/NAME",
            question="Service account (NAMESPACE/NAME)",
            group=TOKENS,
        ),
        duration_field(),
        audience_field(),
        Field(
            REVOCABLE,
            "bind the tokens to a Secret, so that they can be revoked",
            FieldKind.FLAG,
            required=False,
            group=TOKENS,
        ),
        Field(
            CREATE,
            "make the service account, where there is none",
            FieldKind.FLAG,
            required=False,
            group=TOKENS,
        ),
        Field(
            ROLE,
            "bind it to a cluster role such as view or edit, in the namespace of -n",
            required=False,
            metavar="ROLE",
            question="Cluster role to bind it to (such as view; empty: none)",
            group=TOKENS,
        ),
        cluster_wide_field(),
    )

    @property
    def noun(self) -> str:
        return "token"

    def build(self, values: Mapping[str, str]) -> Material:
        account = ServiceAccount.parse(values[ACCOUNT])
        seconds_of(values, SHORTEST)
        names_in("--audience", values.get(AUDIENCE))
        role = values.get(ROLE) or ""
        if values.get(CLUSTER_WIDE) and not role:
            raise UsageError("--cluster-wide is of a role, and there is none", "give --role NAME")
        if not _ROLE.fullmatch(role):
            raise UsageError(
                f'"{role[:80]}" can\'t be the name of a cluster role', "kubectl get clusterroles"
            )
        said = {field.name: values.get(field.name) for field in self.fields}
        return Material(
            {name: text for name, text in said.items() if text} | {ACCOUNT: str(account)}
        )

    def derive(
        self,
        own: Mapping[str, Any],
        base: Base,
        request: IssueRequest,
    ) -> Credential:
        """A token (TokenRequest, authentication.k8s.io/v1); the server may shorten its life."""
        from kubectl_connector.cluster import objects, token_request

        account = ServiceAccount.parse(own[ACCOUNT])
        audiences = names_in("--audience", own.get(AUDIENCE))
        secret = _secret_of(request) if REVOCABLE in own else None
        with asking(base, request) as caller:
            if secret:
                objects.make(caller, _secret(account, secret))
            token, seconds = token_request.request_token(
                caller, account, seconds_of(own), audiences, secret
            )
        # By our clock, which everybody who uses the token reads; the server's may be another.
        end = request.now().replace(microsecond=0) + timedelta(seconds=seconds)
        return Credential(token=checked(token), expires_at=end)

    def wants(
        self, configuration: Mapping[str, Any], namespace: str | None
    ) -> tuple[Mapping[str, Any], ...]:
        """The account (``--create``), and its binding to a role (``--role``)."""
        account = ServiceAccount.parse(configuration[ACCOUNT])
        made: list[Mapping[str, Any]] = []
        if CREATE in configuration:
            made.append(_object("v1", "ServiceAccount", account.name, account.namespace))
        if ROLE in configuration:
            where = None if CLUSTER_WIDE in configuration else namespace or account.namespace
            made.append(_binding(account, configuration[ROLE], where))
        return tuple(made)

    def revokes(self, configuration: Mapping[str, Any]) -> str | None:
        namespace = ServiceAccount.parse(configuration[ACCOUNT]).namespace
        return f"Secret in {namespace}" if REVOCABLE in configuration else None

    def revoke(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> None:
        """Delete the Secret that all its tokens are bound to; a server may take 10 s to see it."""
        from kubectl_connector.cluster import objects

        account = ServiceAccount.parse(configuration[ACCOUNT])
        with asking(base_of(configuration, secret), request) as caller:
            objects.remove(caller, Made("Secret", _secret_of(request), account.namespace))

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        return ServiceAccount.parse(configuration[ACCOUNT]).username


_ROLE = re.compile(r"[^/%\s\x00-\x1f\x7f]*")
"""RBAC takes any name that can be part of a path."""
_RBAC = "rbac.authorization.k8s.io"


def _binding(account: ServiceAccount, role: str, namespace: str | None) -> Mapping[str, Any]:
    """The account's binding to a role, in one namespace or (None) in all of them."""
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    name = f"kubectl-connector:{account.namespace}:{account.name}:{role}"
    subject = {"kind": "ServiceAccount", "name": account.name, "namespace": account.namespace}
    return {
        **_object(f"{_RBAC}/v1", kind, name, namespace),
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }


def _secret(account: ServiceAccount, name: str) -> Mapping[str, Any]:
    return {**_object("v1", "Secret", name, account.namespace), "type": "Opaque"}


def _object(api_version: str, kind: str, name: str, namespace: str | None) -> dict[str, Any]:
    where = {"namespace": namespace} if namespace else {}
    labels = {"app.kubernetes.io/managed-by": "kubectl-connector"}
    metadata = {"name": name, **where, "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _secret_of(request: IssueRequest) -> str:
    """The name of the Secret that a connector's tokens are bound to."""
    return f"kubectl-connector-{request.connector_id}"


METHOD = _ServiceAccount()
