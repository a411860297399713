"""Read the protobuf in which kubectl sends objects of the built-in kinds.

Only the fields that this server looks at are known. The numbers are those of Kubernetes'
``generated.proto`` files.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

MAGIC = b"k8s\0"

Decoder = Callable[[Any], Any]
Field = tuple[str, Decoder] | tuple[str, Decoder, str]
"""The JSON name and how to read the value; then ``list`` or ``map`` where there may be several."""
Message = Mapping[int, Field]


def decode(data: bytes) -> dict[str, Any]:
    """The object as JSON would have it; empty where the kind is not known."""
    envelope = _read(_ENVELOPE, data.removeprefix(MAGIC))
    kind = envelope.get("typeMeta", {})
    message = _KINDS.get(kind.get("kind", ""))
    return kind | _read(message, envelope.get("raw", b"")) if message else {}


def _read(message: Message, data: bytes) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for number, value in _fields(data):
        if number not in message:
            continue
        name, decoder, *several = message[number]
        decoded = decoder(value)
        if several == ["list"]:
            document.setdefault(name, []).append(decoded)
        elif several == ["map"]:
            document.setdefault(name, {}).update(decoded)
        elif decoded not in ("", None):  # Go sends empty fields; JSON leaves them out
            document[name] = decoded
    return document


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        else:
            size = {1: 8, 5: 4}[wire]
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _text(value: bytes) -> str:
    return value.decode()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _time(value: bytes) -> str | None:
    seconds = _read({1: ("seconds", int)}, value).get("seconds", 0)
    if not 0 < seconds < 1 << 40:  # Go's zero time is long before 1970
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _message(message: Message) -> Decoder:
    return lambda value: _read(message, value)


def _entry(decoder: Decoder) -> Decoder:
    """One entry of a map."""

    def read(value: bytes) -> dict[str, Any]:
        fields = dict(_fields(value))
        return {_text(fields.get(1, b"")): decoder(fields.get(2, b""))}  # type: ignore[arg-type]

    return read


_ENVELOPE: Message = {
    1: ("typeMeta", _message({1: ("apiVersion", _text), 2: ("kind", _text)})),
    2: ("raw", bytes),
}

_METADATA = _message(
    {
        1: ("name", _text),
        2: ("generateName", _text),
        3: ("namespace", _text),
        5: ("uid", _text),
        6: ("resourceVersion", _text),
        8: ("creationTimestamp", _time),
        11: ("labels", _entry(_text), "map"),
        12: ("annotations", _entry(_text), "map"),
    }
)

_SUBJECT = _message(
    {1: ("kind", _text), 2: ("apiGroup", _text), 3: ("name", _text), 4: ("namespace", _text)}
)
_BINDING: Message = {
    1: ("metadata", _METADATA),
    2: ("subjects", _SUBJECT, "list"),
    3: ("roleRef", _message({1: ("apiGroup", _text), 2: ("kind", _text), 3: ("name", _text)})),
}

_BOUND_OBJECT = _message(
    {1: ("kind", _text), 2: ("apiVersion", _text), 3: ("name", _text), 4: ("uid", _text)}
)
_TOKEN_REQUEST_SPEC = _message(
    {
        1: ("audiences", _text, "list"),
        3: ("boundObjectRef", _BOUND_OBJECT),
        4: ("expirationSeconds", int),
    }
)

_CSR_SPEC = _message(
    {
        1: ("request", _base64),
        5: ("usages", _text, "list"),
        7: ("signerName", _text),
        8: ("expirationSeconds", int),
    }
)
_CONDITION = _message(
    {
        1: ("type", _text),
        2: ("reason", _text),
        3: ("message", _text),
        4: ("lastUpdateTime", _time),
        5: ("lastTransitionTime", _time),
        6: ("status", _text),
    }
)
_CSR_STATUS = _message({1: ("conditions", _CONDITION, "list"), 2: ("certificate", _base64)})

_RESOURCE_ATTRIBUTES = _message(
    {
        1: ("namespace", _text),
        2: ("verb", _text),
        3: ("group", _text),
        5: ("resource", _text),
        6: ("subresource", _text),
        7: ("name", _text),
    }
)
_PATH_ATTRIBUTES = _message({1: ("path", _text), 2: ("verb", _text)})
_ACCESS_REVIEW_SPEC = _message(
    {
        1: ("resourceAttributes", _RESOURCE_ATTRIBUTES),
        2: ("nonResourceAttributes", _PATH_ATTRIBUTES),
    }
)

_KINDS: Mapping[str, Message] = {
    "CertificateSigningRequest": {
        1: ("metadata", _METADATA),
        2: ("spec", _CSR_SPEC),
        3: ("status", _CSR_STATUS),
    },
    "ClusterRoleBinding": _BINDING,
    "RoleBinding": _BINDING,
    "Secret": {
        1: ("metadata", _METADATA),
        2: ("data", _entry(_base64), "map"),
        3: ("type", _text),
        4: ("stringData", _entry(_text), "map"),
    },
    "SelfSubjectAccessReview": {2: ("spec", _ACCESS_REVIEW_SPEC)},
    "SelfSubjectRulesReview": {2: ("spec", _message({1: ("namespace", _text)}))},
    "ServiceAccount": {1: ("metadata", _METADATA)},
    "TokenRequest": {1: ("metadata", _METADATA), 2: ("spec", _TOKEN_REQUEST_SPEC)},
}
