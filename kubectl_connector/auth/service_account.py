"""A service account's short-lived tokens, made with a base credential that stays in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_connector.auth._lifetime import DURATION, duration_field, seconds_of
from kubectl_connector.auth.derived import DerivedMethod
from kubectl_connector.auth.interface import Field, FieldKind, IssueRequest, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.model.kubeconfig import Impersonation
from kubectl_connector.model.secret import Credential
from kubectl_connector.model.service_account import ServiceAccount

ACCOUNT = "service_account"
AUDIENCE = "audience"
REVOCABLE = "revocable"

SHORTEST = 600
"""Seconds; the API server refuses a shorter life."""


class _ServiceAccount(DerivedMethod):
    name = "service-account"
    title = "Service account"
    summary = "Short-lived tokens of a service account; the credential to make them stays here."
    fields = (
        Field(
            ACCOUNT,
            "make short-lived tokens of this service account, with the credential that is given",
            metavar="NS/NAME",
            question="Service account (NAMESPACE/NAME)",
        ),
        duration_field(),
        Field(
            AUDIENCE,
            "whom the tokens are for, where that is not the cluster itself; several with commas",
            required=False,
            question="Audience of the tokens (empty: the cluster itself)",
        ),
        Field(
            REVOCABLE,
            "bind the tokens to a Secret in the cluster, so that they can be revoked",
            FieldKind.FLAG,
            required=False,
        ),
    )

    @property
    def noun(self) -> str:
        return "token"

    def build(self, values: Mapping[str, str]) -> Material:
        account = ServiceAccount.parse(values[ACCOUNT])
        seconds_of(values, SHORTEST)
        if any(not one or " " in one for one in (values.get(AUDIENCE) or "-").split(",")):
            raise UsageError(
                f'--audience "{values[AUDIENCE]}" is not a list of names',
                "write them with commas and no blanks: --audience https://a.example,vault",
            )
        said = {name: values[name] for name in (DURATION, AUDIENCE, REVOCABLE) if values.get(name)}
        return Material({ACCOUNT: str(account), **said})

    def derive(
        self,
        own: Mapping[str, Any],
        base: Credential,
        as_whom: Impersonation,
        request: IssueRequest,
    ) -> Credential:
        """A token (TokenRequest, authentication.k8s.io/v1); the server may shorten its life."""
        from kubectl_connector.cluster import token_request
        from kubectl_connector.cluster.caller import calling

        account = ServiceAccount.parse(own[ACCOUNT])
        audiences = own[AUDIENCE].split(",") if AUDIENCE in own else ()
        secret = _secret_of(request) if REVOCABLE in own else None
        with calling(request.cluster, base, as_whom, request.timeout, request.tell) as caller:
            if secret:
                token_request.make_secret(caller, account, secret)
            token, end = token_request.request_token(
                caller, account, seconds_of(own), audiences, secret
            )
        return Credential(token=token, expires_at=end)

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        return ServiceAccount.parse(configuration[ACCOUNT]).username


def _secret_of(request: IssueRequest) -> str:
    """The name of the Secret that a connector's tokens are bound to."""
    return f"kubectl-connector-{request.connector_id}"


METHOD = _ServiceAccount()
