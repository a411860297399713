"""A bearer token, with or without a client certificate beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_connector import jwt
from kubectl_connector.auth._bearer import is_token
from kubectl_connector.auth._certificate import (
    CERTIFICATE,
    KEY,
    certificate_fields,
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
    user_of,
)
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.model.secret import Credential, Secret

TOKEN = "token"  # noqa: S105
TOKEN_SOURCE = "token_source"  # noqa: S105
SUBJECT = "subject"
"""Whom the token names: in the configuration, so that nobody need read the token to see it."""


class _Token(AuthMethod):
    name = "token"
    title = "Bearer token"
    summary = "A token sent with every request; a client certificate may go with it."
    fields = (
        Field(TOKEN, "bearer token", FieldKind.SECRET, secret=True),
        Field(
            TOKEN_SOURCE,
            "a kubeconfig's tokenFile, read again whenever the token is used",
            FieldKind.DERIVED,
            required=False,
        ),
        *certificate_fields(required=False),
    )

    @property
    def noun(self) -> str:
        return "token"

    def recognises(self, user: AuthInfo) -> bool:
        return bool(user.token or user.token_file)

    def from_auth_info(self, user: AuthInfo) -> Material:
        """Keep a token file by its name: a program, such as a kubelet, goes on rotating it."""
        certificate, key = user.client_certificate_data, user.client_key_data
        if user.token_file:
            material = certificate_material(certificate, key)
            configuration = {TOKEN_SOURCE: user.token_file, **material.configuration}
            return Material(configuration, material.secret)
        return self._material(user.token or "", certificate, key)

    def build(self, values: Mapping[str, str]) -> Material:
        return self._material(values[TOKEN], values.get(CERTIFICATE), values.get(KEY))

    def auth_info(self, configuration: Mapping[str, Any], secret: Secret) -> AuthInfo | None:
        source = configuration.get(TOKEN_SOURCE)
        if not source:
            return None
        certified = with_certificate(Credential(), configuration, secret)
        return replace(user_of(certified), token_file=source)

    def ready(self, configuration: Mapping[str, Any], secret: Secret) -> Credential | None:
        if TOKEN_SOURCE in configuration:
            return None
        return self._credential(configuration, secret, secret[TOKEN])

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        source = configuration.get(TOKEN_SOURCE)
        token = _read_token(source) if source else secret[TOKEN]
        return self._credential(configuration, secret, token)

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        return certificate_user(configuration) or configuration.get(SUBJECT)

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        source = configuration.get(TOKEN_SOURCE)
        return {**({TOKEN_SOURCE: source} if source else {}), **describe_certificate(configuration)}

    @staticmethod
    def _credential(configuration: Mapping[str, Any], secret: Secret, token: str) -> Credential:
        bearer = Credential(token=token, expires_at=jwt.expiry(token))
        return with_certificate(bearer, configuration, secret)

    @staticmethod
    def _material(token: str, certificate: str | None, key: str | None) -> Material:
        material = certificate_material(certificate, key)
        subject = jwt.subject(token)
        return Material(
            {**({SUBJECT: subject} if subject else {}), **material.configuration},
            Secret({TOKEN: _checked(token), **material.secret}),
        )


def _checked(token: str) -> str:
    if not is_token(token):
        raise UsageError(
            "the token is empty, or holds blanks or characters that no HTTP header can carry",
            "give the bare token on one line, without the word Bearer",
        )
    return token


def _read_token(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return _checked(file.read().strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConnectorError(
            f"the token file {path} can't be read",
            "check that whatever writes the file is running",
        ) from error


METHOD = _Token()
