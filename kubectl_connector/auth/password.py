"""A username and password (HTTP basic authentication)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubectl_connector.auth._certificate import (
    certificate_expiry,
    certificate_material,
    certificate_user,
    describe_certificate,
    with_certificate,
)
from kubectl_connector.auth.interface import (
    AuthMethod,
    Field,
    FieldKind,
    IssueRequest,
    Material,
)
from kubectl_connector.errors import UsageError
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.model.secret import Credential, Secret

USERNAME = "username"
PASSWORD = "password"  # noqa: S105


class _Password(AuthMethod):
    name = "password"
    title = "Username and password"
    summary = "HTTP basic authentication, for API servers behind a proxy that asks for it."
    can_exec = False  # an ExecCredential has no place for a password (KEP-541)
    fields = (
        Field(USERNAME, "username"),
        Field(PASSWORD, "password", FieldKind.SECRET, secret=True),
    )

    @property
    def noun(self) -> str:
        return "password"

    def recognises(self, user: AuthInfo) -> bool:
        return bool(user.username or user.password) and not (user.token or user.token_file)

    def from_auth_info(self, user: AuthInfo) -> Material:
        return self._material(
            user.username, user.password, user.client_certificate_data, user.client_key_data
        )

    def build(self, values: Mapping[str, str]) -> Material:
        return self._material(values[USERNAME], values[PASSWORD])

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        basic = Credential(username=configuration[USERNAME], password=secret[PASSWORD])
        return with_certificate(basic, configuration, secret)

    def ends_at(self, configuration: Mapping[str, Any], secret: Secret) -> datetime | None:
        return certificate_expiry(configuration)

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        return certificate_user(configuration) or configuration[USERNAME]

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        return {USERNAME: configuration[USERNAME], **describe_certificate(configuration)}

    @staticmethod
    def _material(
        username: str | None,
        password: str | None,
        certificate: str | None = None,
        key: str | None = None,
    ) -> Material:
        if not username or not password:
            raise UsageError(
                "a username and its password go together",
                "give --username NAME, and the password at the prompt or with --password-stdin",
            )
        if ":" in username:
            raise UsageError(
                "a username for basic authentication can't hold a colon (RFC 7617)",
                "check --username",
            )
        material = certificate_material(certificate, key)
        return Material(
            {USERNAME: username, **material.configuration},
            Secret({PASSWORD: password, **material.secret}),
        )


METHOD = _Password()
