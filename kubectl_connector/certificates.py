"""What X.509 certificates and their keys say.

``cryptography`` judges what a user gives. To show what was taken, :mod:`~kubectl_connector.der`
usually is enough, and imports nothing.
"""

from __future__ import annotations

import binascii
from datetime import datetime
from typing import Any

from kubectl_connector.der import DerError, Said, read_certificate
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass

_BEGIN, _END = "-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----"


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
    """What to show of the first certificate in ``pem``; UsageError that names ``what``."""
    try:
        first, *_ = [_facts_said(der, read_certificate(der)) for der in _ders(pem)]
        return first
    except DerError:
        return check(pem, what)


def check(pem: str, what: str = "the certificate") -> CertificateFacts:
    """As :func:`facts`, but ``cryptography`` judges all certificates in ``pem``."""
    certificate = _load_certificates(pem, what)[0]
    try:
        return _facts(certificate)
    except ValueError as error:
        raise UsageError(
            f"{what} has a name or a time that can't be read",
            "look at it with: openssl x509 -text, and have one made with UTF-8 names",
        ) from error


def facts_of_der(der: bytes) -> CertificateFacts:
    """The facts of a certificate in DER form; ValueError where ``der`` is not a certificate."""
    from cryptography import x509

    return _facts(x509.load_der_x509_certificate(der))


def validity(pem: str) -> tuple[datetime, datetime]:
    """The beginning and the end of a certificate's validity, in UTC; UsageError."""
    first = _load_certificates(pem, "the certificate")[0]
    return first.not_valid_before_utc, first.not_valid_after_utc


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
    return check(certificate, "the client certificate")


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


def _ders(pem: str) -> list[bytes]:
    """The certificates in ``pem``; DerError where there is anything else, or none."""
    *blocks, rest = pem.split(_END)
    if not blocks or rest.strip("\n"):
        raise DerError("not PEM alone")
    return [_der(block.lstrip("\n")) for block in blocks]


def _der(block: str) -> bytes:
    body = block.removeprefix(_BEGIN)
    try:
        der = binascii.a2b_base64(body)
    except ValueError:
        raise DerError("not base64") from None
    lines = body.split("\n")
    if body == block or "" in lines or binascii.b2a_base64(der).decode() != "".join(lines) + "\n":
        raise DerError("PEM of another form")
    return der


def _facts_said(der: bytes, said: Said) -> CertificateFacts:
    import hashlib

    fingerprint = hashlib.sha256(der).hexdigest()
    pairs = (fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2))
    return CertificateFacts(said.subject, said.issuer, ":".join(pairs).upper(), said.not_after)


def _facts(certificate: Any) -> CertificateFacts:
    from cryptography.hazmat.primitives.hashes import SHA256

    return CertificateFacts(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        fingerprint=certificate.fingerprint(SHA256()).hex(":").upper(),
        not_after=certificate.not_valid_after_utc,
    )
