"""How a connector's document lies in a keyring: as one item, or in parts where items are small.

Each item has a service name of its own, ``kubectl-connector/<connector id>…``: the library's
macOS and Windows backends move items about when two users share a service.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from kubectl_connector.stores.support.document import VERSION
from kubectl_connector.stores.support.keyring_names import USERNAME, service_name

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SLOTS = ("a", "b")


class ItemError(Exception):
    """The keyring does not hold what was put there; the text says how."""


class Items(Protocol):
    """Keeps one ASCII document a connector."""

    def read(self, connector_id: str) -> str | None:
        """The document; None where there is none."""

    def write(self, connector_id: str, document: str) -> None:
        """Keep a document in place of the one before."""

    def delete(self, connector_id: str) -> None:
        """Forget the document and all that belongs to it; nothing there is fine."""


class WholeItems:
    """One item a connector: macOS and others may ask the user once an item."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def read(self, connector_id: str) -> str | None:
        """The connector's item."""
        return self._backend.get_password(service_name(connector_id), USERNAME)

    def write(self, connector_id: str, document: str) -> None:
        """Replace the connector's item."""
        _put(self._backend, service_name(connector_id), document)

    def delete(self, connector_id: str) -> None:
        """Remove the connector's item."""
        _remove(self._backend, service_name(connector_id))


@dataclass(frozen=True)
class _Header:
    """The item that names the parts in force; it holds nothing of the document itself."""

    slot: str
    parts: int
    sha256: str
    v: int = VERSION

    @classmethod
    def parse(cls, text: str) -> _Header:
        """Read what :meth:`dump` wrote; ItemError for anything else."""
        try:
            header = cls(**json.loads(text))
            known = header.v == VERSION and header.slot in _SLOTS and header.parts > 0
        except (ValueError, TypeError):
            known = False
        if not known:
            raise ItemError("its header is not one that this version wrote")
        return header

    def dump(self) -> str:
        """The header's own JSON document."""
        return json.dumps(asdict(self), separators=(",", ":"))


class SplitItems:
    """A header and numbered parts, for keyrings whose items are too small for a document.

    There are two slots of parts. A write fills the one not in use, then replaces the header,
    which is the moment that counts, then empties the other slot. Interrupted anywhere, the
    header leads to the whole old document or the whole new one. Parts are written upwards and
    removed downwards, so that those of an interrupted call are found by counting from one.

    Even a short document goes into a part: on Windows the library keeps a copy of the value that
    an item had before, and a header is harmless to keep. Writers take turns (the caller's job).
    """

    def __init__(self, backend: KeyringBackend, largest_item: int) -> None:
        self._backend = backend
        self._largest_item = largest_item

    def read(self, connector_id: str) -> str | None:
        """Join the parts in force; ItemError when they are not those that were written."""
        header = self._header(connector_id)
        while header:
            document = self._join(connector_id, header)
            if document is not None:
                return document
            previous, header = header, self._header(connector_id)
            if header == previous:  # else it was rewritten while we were reading
                raise ItemError("some of its parts are missing or altered")
        return None

    def write(self, connector_id: str, document: str) -> None:
        """Write the parts beside those in force, then bring them into force."""
        old = self._header(connector_id, broken_is_none=True)
        slot = _SLOTS[1] if old and old.slot == _SLOTS[0] else _SLOTS[0]
        self._empty(connector_id, slot)
        pieces = [
            document[start : start + self._largest_item]
            for start in range(0, len(document), self._largest_item)
        ]
        for number, piece in enumerate(pieces, 1):
            _put(self._backend, _part_name(connector_id, slot, number), piece)
        header = _Header(slot, len(pieces), _digest(document))
        _put(self._backend, service_name(connector_id), header.dump())
        self._empty(connector_id, _SLOTS[1 - _SLOTS.index(slot)])

    def delete(self, connector_id: str) -> None:
        """Remove the header and every part, those of interrupted calls too."""
        _remove(self._backend, service_name(connector_id))
        for slot in _SLOTS:
            self._empty(connector_id, slot)

    def _header(self, connector_id: str, *, broken_is_none: bool = False) -> _Header | None:
        text = self._backend.get_password(service_name(connector_id), USERNAME)
        if text is None:
            return None
        try:
            return _Header.parse(text)
        except ItemError:
            if broken_is_none:
                return None
            raise

    def _join(self, connector_id: str, header: _Header) -> str | None:
        parts = self._parts(connector_id, header.slot)
        document = "".join(itertools.islice(parts, header.parts))
        return document if _digest(document) == header.sha256 else None

    def _parts(self, connector_id: str, slot: str) -> Iterator[str]:
        number = 1
        while (part := self._part(connector_id, slot, number)) is not None:
            yield part
            number += 1

    def _part(self, connector_id: str, slot: str, number: int) -> str | None:
        return self._backend.get_password(_part_name(connector_id, slot, number), USERNAME)

    def _empty(self, connector_id: str, slot: str) -> None:
        count = sum(1 for _ in self._parts(connector_id, slot))
        for number in range(count, 0, -1):
            _remove(self._backend, _part_name(connector_id, slot, number))


def _part_name(connector_id: str, slot: str, number: int) -> str:
    return f"{service_name(connector_id)}/{slot}{number}"


def _digest(document: str) -> str:
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()


def _put(backend: KeyringBackend, service: str, text: str) -> None:
    """Write an item, and look: KWallet's backend does not notice a write that fails."""
    backend.set_password(service, USERNAME, text)
    if backend.get_password(service, USERNAME) != text:
        raise ItemError("it was not kept")


def _remove(backend: KeyringBackend, service: str) -> None:
    """Remove an item; the library has one error for "not there" and "could not"."""
    from keyring.errors import PasswordDeleteError

    try:
        backend.delete_password(service, USERNAME)
    except PasswordDeleteError:
        if backend.get_password(service, USERNAME) is not None:
            raise
