"""A client certificate and its key, on their own or beside a token or password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubectl_connector.auth.interface import (
    AuthMethod,
    Field,
    FieldKind,
    IssueRequest,
    Material,
    credential_of,
)
from kubectl_connector.errors import UsageError
from kubectl_connector.model.connector import format_time, parse_time
from kubectl_connector.model.credential import Credential
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.model.secret import Secret

CERTIFICATE = "client_certificate"
KEY = "client_key"


def certificate_fields(required: bool) -> tuple[Field, ...]:
    """The two fields, for methods that take a certificate with or without obligation."""
    return (
        Field(CERTIFICATE, "client certificate, PEM", FieldKind.FILE, True, required),
        Field(KEY, "its private key, PEM", FieldKind.FILE, True, required),
    )


def certificate_material(certificate: str | None, key: str | None) -> Material:
    """The halves that a certificate and key become; nothing where both are missing.

    The certificate is no secret, but goes with its key: a credential is then read in one place.
    What a person wants to see of it stays in the configuration. UsageError where one of the two
    is missing, unreadable, or not the other's.
    """
    if not certificate and not key:
        return Material()
    if not certificate or not key:
        raise UsageError(
            "a client certificate and its key go together",
            "give both: --client-certificate FILE --client-key FILE",
        )
    from kubectl_connector import certificates

    facts = certificates.check_pair(certificate, key)
    shown = {
        "subject": facts.subject,
        "fingerprint": facts.fingerprint,
        "notAfter": format_time(facts.not_after),
    }
    return Material({CERTIFICATE: shown}, Secret({CERTIFICATE: certificate, KEY: key}))


def certificate_expiry(configuration: Mapping[str, Any]) -> datetime | None:
    """When the certificate that :func:`certificate_material` kept ends, in UTC."""
    shown = configuration.get(CERTIFICATE)
    return parse_time(shown["notAfter"]) if shown else None


def describe_certificate(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    """The certificate in one line, for people."""
    shown = configuration.get(CERTIFICATE)
    if not shown:
        return {}
    text = f"{shown['subject']}, ends {shown['notAfter']}, SHA256:{shown['fingerprint']}"
    return {CERTIFICATE: text}


class _ClientCertificate(AuthMethod):
    name = "client-certificate"
    title = "Client certificate"
    summary = "An X.509 certificate and its private key (mutual TLS)."
    fields = certificate_fields(required=True)

    def recognises(self, user: AuthInfo) -> bool:
        other = user.token or user.token_file or user.username or user.password
        return bool(user.client_certificate_data and not other)

    def lift(self, user: AuthInfo) -> Material:
        return self._material(user.client_certificate_data, user.client_key_data)

    def build(self, values: Mapping[str, str]) -> Material:
        return self._material(values.get(CERTIFICATE), values.get(KEY))

    def auth_info(self, configuration: Mapping[str, Any], secret: Secret) -> AuthInfo:
        return AuthInfo(client_certificate_data=secret[CERTIFICATE], client_key_data=secret[KEY])

    def ready(self, configuration: Mapping[str, Any], secret: Secret) -> Credential:
        return credential_of(
            self.auth_info(configuration, secret), certificate_expiry(configuration)
        )

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        return self.ready(configuration, secret)

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        return describe_certificate(configuration)

    @staticmethod
    def _material(certificate: str | None, key: str | None) -> Material:
        material = certificate_material(certificate, key)
        return Material(
            material.configuration, material.secret, certificate_expiry(material.configuration)
        )


METHOD = _ClientCertificate()
