"""How a keyring holds an item's document: whole, or in parts where the keyring's items are small.

Each document has a service name of its own (:func:`~kubectl_connector.ready.service_name`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kubectl_connector.frozen import dataclass
from kubectl_connector.ready import USERNAME, service_name

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_V1_SLOTS = ("a", "b")
"""Release 0.1 wrote the parts to two slots in turn. The header named the slot."""


class ItemError(Exception):
    """The keyring does not hold what was put there; the text says how."""


class Items(Protocol):
    """Keeps one ASCII document for each reference."""

    def read(self, ref: str) -> str | None:
        """The document; None where there is none."""

    def write(self, ref: str, document: str) -> None:
        """Keep a document under a reference that has none."""

    def delete(self, ref: str) -> None:
        """Remove the document and all that belongs to it; do nothing where there is none."""


class WholeItems:
    """Keeps a document in one keyring item: macOS and others may ask the user once for each."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def read(self, ref: str) -> str | None:
        """The document."""
        return _get(self._backend, service_name(ref))

    def write(self, ref: str, document: str) -> None:
        """Add the document."""
        _add(self._backend, service_name(ref), document)

    def delete(self, ref: str) -> None:
        """Remove the document."""
        _remove(self._backend, service_name(ref))


@dataclass(frozen=True)
class _Header:
    """The keyring item that describes the parts; it holds nothing of the document itself."""

    parts: int
    sha256: str
    slot: str = ""
    """The slot in the names of the parts, for items of release 0.1; empty for ours."""

    @classmethod
    def parse(cls, text: str) -> _Header:
        """Read a header that :meth:`dump` or release 0.1 wrote; ItemError for anything else."""
        try:
            fields = json.loads(text)
            slots = {1: _V1_SLOTS, 2: ("",)}[fields.pop("v")]
            header = cls(**fields)
            known = header.slot in slots and header.parts > 0
        except (ValueError, TypeError, KeyError, AttributeError):
            known = False
        if not known:
            raise ItemError("its header is not one that this version wrote")
        return header

    def dump(self) -> str:
        """The header as a JSON document."""
        document = {"v": 2, "parts": self.parts, "sha256": self.sha256}
        return json.dumps(document, separators=(",", ":"))


class SplitItems:
    """Numbered parts and a header, for keyrings whose items are too small for a document.

    The header is written last and removed first, so a document is there whole or not at all. Parts
    are written upwards and removed downwards, so counting from one finds those of an interrupted
    call. Even a short document goes into a part: on Windows the library keeps a copy of an item's
    earlier value, and a copy of a header is harmless.
    """

    def __init__(self, backend: KeyringBackend, largest_item: int) -> None:
        self._backend = backend
        self._largest_item = largest_item

    def read(self, ref: str) -> str | None:
        """Join the parts; ItemError when they differ from what was written."""
        header = self._header(ref)
        if header is None:
            return None
        document = "".join(itertools.islice(self._parts(ref, header.slot), header.parts))
        if _digest(document) == header.sha256:
            return document
        if self._header(ref) is None:
            return None  # another process removed it while we were reading
        raise ItemError("some of its parts are missing or altered")

    def write(self, ref: str, document: str) -> None:
        """Write the parts, then the header."""
        if self._header(ref):
            raise ItemError("it is there already")
        pieces = [
            document[start : start + self._largest_item]
            for start in range(0, len(document), self._largest_item)
        ]
        for number, piece in enumerate(pieces, 1):
            _add(self._backend, _part_name(ref, "", number), piece)
        _add(self._backend, service_name(ref), _Header(len(pieces), _digest(document)).dump())

    def delete(self, ref: str) -> None:
        """Remove the header and every part, including those of interrupted calls."""
        _remove(self._backend, service_name(ref))
        for slot in ("", *_V1_SLOTS):
            count = sum(1 for _ in self._parts(ref, slot))
            for number in range(count, 0, -1):
                _remove(self._backend, _part_name(ref, slot, number))

    def _header(self, ref: str) -> _Header | None:
        text = _get(self._backend, service_name(ref))
        return None if text is None else _Header.parse(text)

    def _parts(self, ref: str, slot: str) -> Iterator[str]:
        number = 1
        while (part := self._part(ref, slot, number)) is not None:
            yield part
            number += 1

    def _part(self, ref: str, slot: str, number: int) -> str | None:
        return _get(self._backend, _part_name(ref, slot, number))


def _part_name(ref: str, slot: str, number: int) -> str:
    return f"{service_name(ref)}/{slot}{number}"


def _digest(document: str) -> str:
    import hashlib

    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()


def _get(backend: KeyringBackend, service: str) -> str | None:
    """An item's text; None where there is none, or another process removes it at this moment."""
    try:
        return backend.get_password(service, USERNAME)
    except Exception as error:
        if _is_gone(error):
            return None
        raise


def _is_gone(error: Exception) -> bool:
    """Whether the Secret Service found an item, and lost it before it was looked into."""
    kind = type(error)
    return kind.__module__.startswith("secretstorage") and kind.__name__ == "ItemNotFoundException"


def _add(backend: KeyringBackend, service: str, text: str) -> None:
    """Write a new item and read it back: KWallet's backend does not report a failed write."""
    if _get(backend, service) is not None:
        raise ItemError("it is there already")
    backend.set_password(service, USERNAME, text)
    if _get(backend, service) != text:
        raise ItemError("it was not kept")


def _remove(backend: KeyringBackend, service: str) -> None:
    """Remove an item; the library raises the same error for a missing item and for a failure."""
    from keyring.errors import PasswordDeleteError

    try:
        backend.delete_password(service, USERNAME)
    except PasswordDeleteError:
        if _get(backend, service) is not None:
            raise
    except Exception as error:
        if not _is_gone(error):
            raise
