"""A client certificate and its key, as a part of several methods' credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubectl_connector.auth.interface import Field, FieldKind, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.model.connector import format_time, parse_time
from kubectl_connector.model.secret import Credential, Secret, earliest

CERTIFICATE = "client_certificate"
KEY = "client_key"


def certificate_fields(required: bool) -> tuple[Field, ...]:
    """The two fields, for methods that need a certificate and for those that only take one."""
    certificate = Field(
        CERTIFICATE,
        "client certificate, PEM",
        FieldKind.FILE,
        secret=True,
        required=required,
        question="File of the client certificate (PEM)",
        parse=_certificate,
    )
    key = replace(
        certificate,
        name=KEY,
        help="its private key, PEM",
        question="File of its private key (PEM)",
        parse=_key,
        beside=CERTIFICATE,
    )
    return certificate, key


def _certificate(pem: str) -> str:
    from kubectl_connector import certificates

    certificates.facts(pem, "the client certificate")
    return pem


def _key(pem: str) -> str:
    from kubectl_connector import certificates

    certificates.check_key(pem)
    return pem


def certificate_material(certificate: str | None, key: str | None) -> Material:
    """What a certificate and its key become; nothing where both are missing.

    The certificate is not secret, but it is kept with its key, so that a credential is read in one
    place. The configuration keeps what a person wants to see of it. UsageError where one of the
    two is missing, is unreadable, or does not fit the other.
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


def with_certificate(
    credential: Credential, configuration: Mapping[str, Any], secret: Secret
) -> Credential:
    """The credential together with the certificate that is kept, if any; the earlier end counts."""
    return replace(
        credential,
        client_certificate=secret.get(CERTIFICATE),
        client_key=secret.get(KEY),
        expires_at=earliest(credential.expires_at, certificate_expiry(configuration)),
    )


def describe_certificate(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    """The certificate in one line, for people."""
    shown = configuration.get(CERTIFICATE)
    if not shown:
        return {}
    text = f"{shown['subject']}, ends {shown['notAfter']}, SHA256:{shown['fingerprint']}"
    return {CERTIFICATE: text}


def certificate_expiry(configuration: Mapping[str, Any]) -> datetime | None:
    """When the certificate that is kept ends, in UTC."""
    shown = configuration.get(CERTIFICATE)
    return parse_time(shown["notAfter"]) if shown else None


def certificate_user(configuration: Mapping[str, Any]) -> str | None:
    """Who the certificate that is kept makes one: its common name, as in Kubernetes."""
    shown = configuration.get(CERTIFICATE)
    found = _COMMON_NAME.search(shown["subject"]) if shown else None
    return re.sub(r"\\(.)", r"\1", found[1]) if found else None


_COMMON_NAME = re.compile(r"(?:^|[,+])CN=((?:\\.|[^,+\\])*)")
"""In RFC 4514's form, where a backslash stands before what would end the name."""
