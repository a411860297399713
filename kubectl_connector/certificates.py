"""What X.509 certificates and their keys say, through ``cryptography``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubectl_connector.errors import UsageError


@dataclass(frozen=True)
class CertificateFacts:
    """What a user wants to know about a certificate."""

    subject: str
    """RFC 4514 form, such as ``CN=jane,O=dev``."""
    issuer: str
    fingerprint: str
    """SHA-256 of the DER form, colon-separated upper-case hex, as openssl prints it."""
    not_after: datetime
    """The end of its validity, timezone-aware, in UTC."""


def facts(pem: str, what: str = "the certificate") -> CertificateFacts:
    """The facts of the first certificate in ``pem``; UsageError that names ``what``."""
    return _facts(_load_certificates(pem, what)[0])


def facts_of_der(der: bytes) -> CertificateFacts:
    """The facts of a certificate in DER form; ValueError where ``der`` is not a certificate."""
    from cryptography import x509

    return _facts(x509.load_der_x509_certificate(der))


def check_pair(certificate: str, key: str) -> CertificateFacts:
    """The facts of a client certificate whose key is ``key``.

    Raises UsageError where one of them can't be read, where the key is encrypted, and where they
    don't match. No message quotes the key.
    """
    leaf = _load_certificates(certificate, "the client certificate")[0]
    if _load_key(key).public_key() != leaf.public_key():
        raise UsageError(
            "the client key does not belong to the client certificate",
            "give the two files that were issued together",
        )
    return _facts(leaf)


def check_key(key: str) -> None:
    """Raise UsageError where a client key can't be read, or is encrypted."""
    _load_key(key)


def _load_key(key: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(key.encode(), password=None)
    except TypeError:
        raise UsageError(
            "the client key is protected by a passphrase",
            "decrypt it first: openssl pkey -in KEY -out PLAIN-KEY",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            "the client key is not a private key in PEM form", "give the .key file in PEM form"
        ) from None


def _load_certificates(pem: str, what: str) -> list[Any]:
    from cryptography import x509

    try:
        return list(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise UsageError(
            f"{what} is not a certificate in PEM form",
            "give a file that holds -----BEGIN CERTIFICATE-----",
        ) from error


def _facts(certificate: Any) -> CertificateFacts:
    from cryptography.hazmat.primitives.hashes import SHA256

    return CertificateFacts(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        fingerprint=certificate.fingerprint(SHA256()).hex(":").upper(),
        not_after=certificate.not_valid_after_utc,
    )
