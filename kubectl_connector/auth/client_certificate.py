"""A client certificate and its key, on their own (mutual TLS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_connector.auth._certificate import (
    CERTIFICATE,
    KEY,
    certificate_fields,
    certificate_material,
    certificate_user,
    describe_certificate,
    with_certificate,
)
from kubectl_connector.auth.interface import AuthMethod, IssueRequest, Material
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.model.secret import Credential, Secret


class _ClientCertificate(AuthMethod):
    name = "client-certificate"
    title = "Client certificate"
    summary = "An X.509 certificate and its private key (mutual TLS)."
    fields = certificate_fields(required=True)

    def recognises(self, user: AuthInfo) -> bool:
        other = user.token or user.token_file or user.username or user.password
        return bool(user.client_certificate_data and not other)

    def from_auth_info(self, user: AuthInfo) -> Material:
        return certificate_material(user.client_certificate_data, user.client_key_data)

    def build(self, values: Mapping[str, str]) -> Material:
        return certificate_material(values.get(CERTIFICATE), values.get(KEY))

    def ready(self, configuration: Mapping[str, Any], secret: Secret) -> Credential:
        return with_certificate(Credential(), configuration, secret)

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        return self.ready(configuration, secret)

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        return certificate_user(configuration)

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        return describe_certificate(configuration)


METHOD = _ClientCertificate()
