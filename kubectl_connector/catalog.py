"""The connectors, without their secrets, in one YAML file: locked, atomic, versioned."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubectl_connector import files, suggest, yaml_file
from kubectl_connector.errors import CatalogError, ConnectorError, NotFoundError, UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.journal import Journal, Place
from kubectl_connector.model.connector import Connector

KIND = "ConnectorList"
VERSION = "kubectl-connector/v2"
RELEASE_0_1 = "kubectl-connector/v1"
"""The version that release 0.1 wrote. We read it as it is, and convert it at the next write."""

Connectors = tuple[Connector, ...]


@dataclass(frozen=True)
class Change:
    """The catalog before a change and after it."""

    before: Connectors
    after: Connectors


class Catalog:
    """The connectors in ``connectors.yaml`` of one folder, and the journal of their items.

    A change of the catalog is the commit point of every operation: an item is in its store before
    a connector refers to it, and an item that no connector refers to is never used. Every method
    raises CatalogError where the file can't be read, understood or written. ``change`` raises
    OwnLockError where another process keeps the file locked.
    """

    def __init__(self, folder: str) -> None:
        """``folder`` need not exist: the first write makes it, with mode 0700."""
        self.path = os.path.join(folder, "connectors.yaml")
        self.journal = Journal(folder)
        """The journal of the items that hold the connectors' secrets, or may hold them."""

    def exists(self) -> bool:
        """Whether there is a catalog; one without connectors has a version all the same."""
        return os.path.exists(self.path) and os.path.getsize(self.path) > 0

    def load(self) -> Connectors:
        """Every connector, sorted by name."""
        return self._load()[0]

    def get(self, name: str) -> Connector:
        """The connector called ``name``; NotFoundError that suggests the nearest name."""
        return find(self.load(), name)

    def change(self, edit: Callable[[Connectors], Connectors]) -> Change:
        """Read, ``edit`` and write under the lock; write nothing if nothing changed.

        A catalog that could not be read again is not written either.
        """
        with files.own_lock(self.path):
            before, version = self._load()
            after = edit(before)
            if after != before:
                documents = [connector.to_document() for connector in after]
                self._check(documents)
                if version == RELEASE_0_1:
                    self._take_over(before)
                yaml_file.write(self.path, KIND, {"connectors": documents}, VERSION)
        return Change(before, after)

    def _load(self) -> tuple[Connectors, str]:
        """The connectors, and the version of the file."""
        found = yaml_file.read(self.path, KIND, (VERSION, RELEASE_0_1))
        fields = dict(found.by_name)
        listed = fields.pop("connectors", yaml_file.Located([], 1))
        if fields:
            name, located = next(iter(fields.items()))
            raise yaml_file.broken(self.path, located.line, f'unknown field "{name}"')
        old = found.version == RELEASE_0_1
        together = _Together(Connector.from_document_v1 if old else Connector.from_document)
        for entry in yaml_file.members_of(self.path, listed):
            try:
                together.add(entry.value)
            except _MISTAKES as error:
                raise yaml_file.broken(self.path, entry.line, str(error)) from None
        return together.connectors(), found.version

    def _check(self, documents: Sequence[Mapping[str, Any]]) -> None:
        """Raise CatalogError for what reading would refuse; that is a mistake of ours."""
        together = _Together(Connector.from_document)
        try:
            for document in documents:
                together.add(document)
        except _MISTAKES as error:
            raise CatalogError(
                f"the change would leave {self.path} unreadable: {error}",
                "nothing was changed; please report this",
            ) from error

    def _take_over(self, connectors: Connectors) -> None:
        """Note the items of release 0.1, which kept them by connector id and without a journal."""
        for connector in connectors:
            if connector.secret_ref:
                self.journal.note(Place(connector.store, connector.secret_ref))


_MISTAKES = (ValueError, KeyError, TypeError, AttributeError, UsageError)


class _Together:
    """Connectors that are read one by one: no two have a name, an id or an item in common."""

    def __init__(self, read: Callable[[Mapping[str, Any]], Connector]) -> None:
        self._read = read
        self._by_name: dict[str, Connector] = {}
        self._ids: set[str] = set()
        self._refs: set[str] = set()

    def connectors(self) -> Connectors:
        """Those that were added, sorted by name."""
        return tuple(self._by_name[name] for name in sorted(self._by_name))

    def add(self, document: object) -> None:
        """Read one more; one of ``_MISTAKES`` says what is wrong with it."""
        if not isinstance(document, dict):
            raise ValueError("expected a connector")
        connector = self._read(document)
        if connector.name in self._by_name:
            raise ValueError(f'a second connector named "{connector.name}"')
        if connector.id in self._ids:
            raise ValueError(f"a second connector {connector.id}")
        refs = {ref for ref in (connector.secret_ref, connector.issued_ref) if ref}
        refs |= {original.ref for original in connector.originals}
        if refs & self._refs:  # else deleting one of the two would take the other's secret along
            raise ValueError("the same secret as another connector's")
        self._by_name[connector.name] = connector
        self._ids.add(connector.id)
        self._refs |= refs


def find(connectors: Connectors, name: str) -> Connector:
    """The connector called ``name``; NotFoundError that suggests the nearest name."""
    for connector in connectors:
        if connector.name == name:
            return connector
    names = [connector.name for connector in connectors]
    listing = "kubectl connector list"
    raise NotFoundError(
        f'no connector named "{name}"',
        suggest.did_you_mean(name, names, f"all names: {listing}")
        if names
        else "there is none yet: kubectl connector register NAME --auto-configure",
    )


def name_taken(name: str) -> ConnectorError:
    """The error for a name that another connector has."""
    return ConnectorError(
        f'there is a connector named "{name}" already, and it is another',
        f"choose another name, or change that one: kubectl connector update {name} --help",
    )
