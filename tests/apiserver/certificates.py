"""Certificate authorities, and the server and client certificates that they issue."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class KeyPair:
    """A certificate with its chain, and its key; PEM text."""

    certificate_pem: str
    key_pem: str


@dataclass(frozen=True)
class Validity:
    """The time during which a certificate is good."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def until(cls, not_after: datetime | None = None) -> Validity:
        """Until ``not_after``, by default a year from now.

        It begins an hour ago, or a day before its end if that is earlier.
        """
        now = datetime.now(timezone.utc)
        end = not_after or now + timedelta(days=365)
        return cls(min(now - timedelta(hours=1), end - timedelta(days=1)), end)


EXPIRED = Validity.until(datetime.now(timezone.utc) - timedelta(days=2))
TO_COME = Validity(*(datetime.now(timezone.utc) + timedelta(days=days) for days in (2, 20)))


class Authority:
    """A certificate authority: a root, or an intermediate below ``parent``."""

    def __init__(self, name: str, parent: Authority | None = None) -> None:
        self.name = name
        self._parent = parent
        self._key = ec.generate_private_key(ec.SECP256R1())
        issuer = parent or self
        usage = _key_usage(sign_certificates=True)
        self._certificate = (
            issuer._builder(_name(name), self._key.public_key(), Validity.until())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(issuer._key, hashes.SHA256())
        )

    @property
    def ca_pem(self) -> str:
        """This authority's certificate, for a client to trust."""
        return _pem(self._certificate)

    def issue_server(self, hosts: Iterable[str], validity: Validity | None = None) -> KeyPair:
        """A certificate for a server at ``hosts`` (names or addresses), with its chain."""
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        return self._issue(
            _name("kube-apiserver"), ExtendedKeyUsageOID.SERVER_AUTH, validity, names
        )

    def issue_client(
        self, common_name: str, organizations: Iterable[str], validity: Validity | None = None
    ) -> KeyPair:
        """A certificate for the user ``common_name`` in the groups ``organizations``."""
        subject = _name(common_name, organizations)
        return self._issue(subject, ExtendedKeyUsageOID.CLIENT_AUTH, validity)

    def sign(
        self,
        request: x509.CertificateSigningRequest,
        usages: Collection[str],
        validity: Validity,
    ) -> str:
        """The certificate for a request (PEM); the usages are named as Kubernetes names them."""
        usage = _key_usage(
            sign_certificates=False,
            digital_signature="digital signature" in usages,
            key_encipherment="key encipherment" in usages,
        )
        purposes = [oid for name, oid in _PURPOSES.items() if name in usages]
        builder = (
            self._builder(request.subject, request.public_key(), validity)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        )
        if usage.digital_signature or usage.key_encipherment:
            builder = builder.add_extension(usage, critical=True)
        return _pem(builder.sign(self._key, hashes.SHA256()))

    def _issue(
        self,
        subject: x509.Name,
        purpose: x509.ObjectIdentifier,
        validity: Validity | None,
        names: x509.SubjectAlternativeName | None = None,
    ) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            self._builder(subject, key.public_key(), validity or Validity.until())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(sign_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if names:
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return KeyPair(_pem(certificate) + self._intermediates_pem(), _key_pem(key))

    def _intermediates_pem(self) -> str:
        """The certificates between a leaf and the root, which a server sends along."""
        return self.ca_pem + self._parent._intermediates_pem() if self._parent else ""

    def _builder(
        self, subject: x509.Name, public_key: CertificatePublicKeyTypes, validity: Validity
    ) -> x509.CertificateBuilder:
        issuer_key = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_name(self.name))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(validity.not_before)
            .not_valid_after(validity.not_after)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
            )
        )


def _name(common_name: str, organizations: Iterable[str] = ()) -> x509.Name:
    return x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, value) for value in organizations),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


_PURPOSES = {
    "client auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "server auth": ExtendedKeyUsageOID.SERVER_AUTH,
}


def _key_usage(
    *,
    sign_certificates: bool,
    digital_signature: bool | None = None,
    key_encipherment: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates if digital_signature is None else digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
