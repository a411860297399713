"""What a certificate says of itself, read from its DER form: subject, issuer and end.

``describe`` shows no more than that, and importing ``cryptography`` for it takes longer than all
the rest. So this module reads the one form that nearly all certificates have, strictly, in one
pass and without recursion. It checks no signature and judges nothing. It raises
:class:`DerError` for whatever it does not know for sure; ``certificates.py`` then asks
``cryptography``.

Formats: X.690 (DER), RFC 5280 (certificates), RFC 4514 (names as text).
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import NamedTuple

LONGEST = 1 << 16
"""Bytes; a longer certificate is not read."""

_INTEGER, _BITS, _OCTETS, _OID = 0x02, 0x03, 0x04, 0x06
_UTF8, _PRINTABLE, _T61, _IA5, _BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_SEQUENCE, _SET = 0x30, 0x31
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_V3 = b"\x02\x01\x02"

_ENCODINGS = {_UTF8: "utf-8", _PRINTABLE: "ascii", _T61: "ascii", _IA5: "ascii", _BMP: "utf-16-be"}
"""How the text of a name is written, by its tag."""

_NAMES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x09": "STREET",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
    b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01": "UID",
    b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": "DC",
}
"""The short names of attributes (RFC 4514, section 3), by the DER of their OIDs."""


class DerError(Exception):
    """The bytes are not a certificate of the form that is read here."""


class Said(NamedTuple):
    """What a certificate says of itself."""

    subject: str
    """RFC 4514 form."""
    issuer: str
    not_after: datetime
    """In UTC."""


def read_certificate(der: bytes) -> Said:
    """What a certificate says; DerError for all that is not surely a certificate."""
    if len(der) > LONGEST:
        raise DerError("too long")
    certificate = _only(_Reader(der), _SEQUENCE)
    body = _Reader(certificate.take(_SEQUENCE))
    algorithm = certificate.take(_SEQUENCE)
    certificate.take(_BITS)
    certificate.end()
    is_v3 = body.next() == _VERSION
    if is_v3 and body.take(_VERSION) != _V3:
        raise DerError("another version")
    body.take(_INTEGER)
    if body.take(_SEQUENCE) != algorithm:
        raise DerError("two algorithms")
    issuer = _name(body.take(_SEQUENCE))
    validity = _Reader(body.take(_SEQUENCE))
    _time(validity)
    not_after = _time(validity)
    validity.end()
    subject = _name(body.take(_SEQUENCE))
    body.take(_SEQUENCE)  # the public key
    if is_v3 and body.next() == _EXTENSIONS:
        body.take(_EXTENSIONS)
    body.end()
    return Said(subject, issuer, not_after)


class _Reader:
    """Takes the elements of a constructed value, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def next(self) -> int | None:
        """The tag of the next element; None at the end."""
        return self._data[self._at] if self._at < len(self._data) else None

    def take(self, tag: int) -> bytes:
        """The content of the next element; DerError where it is missing, or has another tag."""
        if self.next() != tag:
            raise DerError("another tag")
        start = self._at + 2
        length = self._byte(self._at + 1)
        if length > 0x7F:
            size = length & 0x7F
            if not 1 <= size <= 3:
                raise DerError("a length of another form")
            length = int.from_bytes(self._data[start : start + size], "big")
            start += size
            if length < max(0x80, 1 << 8 * (size - 1)):
                raise DerError("a length that could be shorter")
        self._at = start + length
        if self._at > len(self._data):
            raise DerError("it ends early")
        return self._data[start : self._at]

    def end(self) -> None:
        """DerError where there is another element."""
        if self.next() is not None:
            raise DerError("there is more")

    def _byte(self, at: int) -> int:
        if at >= len(self._data):
            raise DerError("it ends early")
        return self._data[at]


def _only(reader: _Reader, tag: int) -> _Reader:
    """The elements of the only element."""
    inner = _Reader(reader.take(tag))
    reader.end()
    return inner


def _name(content: bytes) -> str:
    """A name in RFC 4514 form, whose order is the reverse of the certificate's."""
    names, parts = _Reader(content), []
    while names.next() is not None:
        attributes, pairs = _Reader(names.take(_SET)), []
        while attributes.next() is not None:
            pairs.append(attributes.take(_SEQUENCE))
        texts = [_attribute(pair) for pair in pairs]
        in_order = sorted(pairs, key=lambda pair: (len(pair), pair))  # as their whole encodings
        if not pairs or pairs != in_order or len(set(texts)) < len(texts):
            raise DerError("a set of another form")
        parts.append("+".join(texts))
    return ",".join(reversed(parts))


def _attribute(content: bytes) -> str:
    """``CN=jane``."""
    attribute = _Reader(content)
    name = _NAMES.get(attribute.take(_OID))
    tag = attribute.next()
    if name is None or tag not in _ENCODINGS:
        raise DerError("an attribute of another kind")
    try:
        text = attribute.take(tag).decode(_ENCODINGS[tag])
    except UnicodeDecodeError:
        raise DerError("text in another encoding") from None
    attribute.end()
    if not text:
        raise DerError("an empty attribute")
    return f"{name}={_escaped(text)}"


def _escaped(text: str) -> str:
    """A value with the characters escaped that mean something in a name (RFC 4514, 2.4)."""
    for character in '\\"+,;<>':
        text = text.replace(character, f"\\{character}")
    text = text.replace("\0", "\\00")
    if text[0] == "#" or (text[0] == " " and len(text) > 1):
        text = f"\\{text}"
    return f"{text[:-1]}\\ " if text[-1] == " " else text


def _time(reader: _Reader) -> datetime:
    """A time in UTC to the second; years before 2050 have two digits (RFC 5280, 4.1.2.5)."""
    is_short = reader.next() == _UTC_TIME
    digits = reader.take(_UTC_TIME if is_short else _GENERALIZED_TIME)
    if len(digits) != (13 if is_short else 15) or digits[-1:] != b"Z" or not digits[:-1].isdigit():
        raise DerError("a time of another form")
    if is_short:
        digits = (b"19" if digits[:2] >= b"50" else b"20") + digits
    elif digits[:4] < b"2050":
        raise DerError("a time that has a shorter form")
    numbers = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))]
    try:
        year, month, day, hour, minute, second = numbers
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        raise DerError("no such time") from None
