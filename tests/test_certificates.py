"""Our reader of certificates says what cryptography says, or nothing."""

from __future__ import annotations

import functools
from datetime import datetime, timezone

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_connector import certificates
from kubectl_connector.certificates import CertificateFacts
from kubectl_connector.der import DerError, Said, read_certificate
from kubectl_connector.errors import UsageError

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
START = datetime(1985, 1, 1, tzinfo=timezone.utc)
END = datetime(2049, 12, 31, 23, 59, 59, tzinfo=timezone.utc)

KNOWN = [
    NameOID.COMMON_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.LOCALITY_NAME,
    NameOID.STATE_OR_PROVINCE_NAME,
    NameOID.STREET_ADDRESS,
    NameOID.DOMAIN_COMPONENT,
    NameOID.USER_ID,
]
TEXTS = {
    _ASN1Type.UTF8String: st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    _ASN1Type.BMPString: st.text(st.characters(max_codepoint=0xD7FF), min_size=1),
    _ASN1Type.PrintableString: st.text("abcXYZ 019'()+,-./:=?", min_size=1),
    _ASN1Type.IA5String: st.text(st.characters(max_codepoint=0x7F), min_size=1),
    _ASN1Type.T61String: st.text(st.characters(max_codepoint=0x7F), min_size=1),
}


@st.composite
def attributes(draw: st.DrawFn) -> x509.NameAttribute[str | bytes]:
    kind = draw(st.sampled_from(list(TEXTS)))
    oid = draw(st.sampled_from(KNOWN))
    return x509.NameAttribute(oid, draw(TEXTS[kind])[:60], kind, _validate=False)


names = st.lists(
    st.lists(attributes(), min_size=1, max_size=3, unique_by=lambda each: (each.oid, each.value)),
    max_size=4,
).map(lambda rdns: x509.Name([x509.RelativeDistinguishedName(rdn) for rdn in rdns]))
times = st.datetimes(datetime(1986, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001
    lambda when: when.replace(microsecond=0, tzinfo=timezone.utc)
)


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Nothing here depends on speed."""


def certificate(
    subject: x509.Name, issuer: x509.Name | None = None, end: datetime = END
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer or subject, subject, KEY.public_key(), 7, START, end
    ).add_extension(x509.BasicConstraints(True, None), True)
    return builder.sign(KEY, None)


def named(*pairs: tuple[x509.ObjectIdentifier, str], kind: _ASN1Type | None = None) -> x509.Name:
    return x509.Name([x509.NameAttribute(*pair, kind, _validate=False) for pair in pairs])


def der(made: x509.Certificate) -> bytes:
    return made.public_bytes(Encoding.DER)


def said_by_cryptography(made: bytes) -> Said | None:
    """What the whole of the library says, None where it refuses."""
    try:
        read = x509.load_der_x509_certificate(made)
        subject, issuer = read.subject.rfc4514_string(), read.issuer.rfc4514_string()
    except ValueError:
        return None
    return Said(subject, issuer, read.not_valid_after_utc)


def said_by_us(made: bytes) -> Said | None:
    try:
        return read_certificate(made)
    except DerError:
        return None


@patient
@given(subject=names, issuer=names, end=times)
def test_what_certificates_say(subject: x509.Name, issuer: x509.Name, end: datetime) -> None:
    made = der(certificate(subject, issuer, end))
    assert read_certificate(made) == said_by_cryptography(made)


@pytest.mark.parametrize(
    "end",
    [
        "1999-12-31T23:59:59",
        "2000-01-01T00:00:00",
        "2049-12-31T23:59:59",
        "2050-01-01T00:00:00",
        "9999-12-31T23:59:59",
    ],
)
def test_both_forms_of_time(end: str) -> None:
    when = datetime.fromisoformat(f"{end}+00:00")
    assert read_certificate(der(certificate(named(), end=when))).not_after == when


def test_what_tools_make() -> None:
    authority = trustme.CA(organization_name="Ünï, “Ltd.”", key_type=trustme.KeyType.RSA)
    leaf = authority.create_child_ca().issue_cert("localhost", common_name="jane #1 ")
    key = ec.generate_private_key(ec.SECP384R1())
    kubeadm = x509.CertificateBuilder(
        named((NameOID.COMMON_NAME, "kubernetes")),
        named((NameOID.COMMON_NAME, "kubernetes")),
        key.public_key(),
        1 << 150,
        START,
        END,
    ).sign(key, SHA256())
    pems = [authority.cert_pem, *leaf.cert_chain_pems]
    for made in (kubeadm, *(x509.load_pem_x509_certificate(pem.bytes()) for pem in pems)):
        assert read_certificate(der(made)) == said_by_cryptography(der(made))


@pytest.mark.parametrize(
    "subject",
    [
        named((NameOID.EMAIL_ADDRESS, "a@example.com")),
        named((NameOID.COMMON_NAME, "é"), kind=_ASN1Type.T61String),
        named((NameOID.COMMON_NAME, "a"), kind=_ASN1Type.UniversalString),
        named((NameOID.COMMON_NAME, "12"), kind=_ASN1Type.NumericString),
        named((NameOID.ORGANIZATION_NAME, "")),
    ],
)
def test_the_unusual_is_refused_and_left_to_cryptography(subject: x509.Name) -> None:
    made = certificate(subject)
    with pytest.raises(DerError):
        read_certificate(der(made))
    pem = made.public_bytes(Encoding.PEM).decode()
    assert certificates.facts(pem) == certificates.check(pem)


def test_a_name_that_nobody_can_read_is_an_error_in_two_lines() -> None:
    made = der(certificate(named((NameOID.COMMON_NAME, "kubernetes"))))
    pem = x509.load_der_x509_certificate(made.replace(b"kubernetes", b"kubern\xffetes"[:10]))
    for read in (certificates.facts, certificates.check):
        with pytest.raises(UsageError, match="a name or a time that can't be read"):
            read(pem.public_bytes(Encoding.PEM).decode())


SAMPLE = der(
    certificate(named((NameOID.COMMON_NAME, "kube"), (NameOID.ORGANIZATION_NAME, "lab"), kind=None))
)


@settings(patient, max_examples=400)
@given(
    at=st.integers(0, len(SAMPLE)),
    cut=st.integers(0, 4),
    noise=st.binary(max_size=4),
    end=st.integers(1, len(SAMPLE) + 4),
)
def test_mutations_are_read_alike_or_refused(at: int, cut: int, noise: bytes, end: int) -> None:
    mutated = (SAMPLE[:at] + noise + SAMPLE[at + cut :])[:end]
    ours, theirs = said_by_us(mutated), said_by_cryptography(mutated)
    assert ours is None or theirs is None or ours == theirs


@patient
@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(DerError):
        read_certificate(noise)


def test_no_end_of_data_is_read() -> None:
    with pytest.raises(DerError, match="too long"):
        read_certificate(SAMPLE + bytes(1 << 16))


@functools.cache
def pem_of(name: str) -> str:
    made = certificate(named((NameOID.COMMON_NAME, name)))
    return made.public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("pem", "is_ours"),
    [
        (pem_of("one"), True),
        (pem_of("one") + pem_of("two"), True),
        (pem_of("one").rstrip("\n"), True),
        (pem_of("one") + "\n\n" + pem_of("two"), True),
        (pem_of("one").replace("\n", "\r\n"), False),
        ("# lab\n" + pem_of("one"), False),
        (pem_of("one") + "# lab\n" + pem_of("two"), False),
        (pem_of("one").replace("CERTIFICATE", "X509 CERTIFICATE"), False),
        (pem_of("one") + pem_of("two")[:200], False),
        (pem_of("one") + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", False),
        (pem_of("one").replace("\nMIH", "\n\nMIH"), False),
        (pem_of("one").replace("MIH", "MIH "), False),
        (pem_of("one").replace("MIH", "M!II"), False),
        (pem_of("one").replace("\n-----END", "=\n-----END"), False),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", False),
        ("", False),
        ("-----BEGIN CERTIFICATE-----\n\x00é\n-----END CERTIFICATE-----\n", False),
    ],
)
def test_pem_is_read_as_cryptography_reads_it(
    pem: str, is_ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = facts_or_refusal(pem, ours=False)
    monkeypatch.setattr(certificates, "check", lambda *_: "cryptography's")
    assert facts_or_refusal(pem, ours=True) == (wanted if is_ours else "cryptography's")


def facts_or_refusal(pem: str, *, ours: bool) -> CertificateFacts | str:
    try:
        return certificates.facts(pem) if ours else certificates.check(pem)
    except UsageError as error:
        return error.message
