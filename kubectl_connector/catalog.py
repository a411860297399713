"""The connectors that are not secret, in one YAML file: locked, atomic, versioned."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from kubectl_connector import files, suggest, yaml_file
from kubectl_connector.errors import NotFoundError, UsageError
from kubectl_connector.journal import Journal, Place
from kubectl_connector.model.connector import Connector

KIND = "ConnectorList"
VERSION = "kubectl-connector/v2"
V1 = "kubectl-connector/v1"
"""Release 0.1's: read as it is, and taken over when something is written."""

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
    raises CatalogError where the file can't be read, understood or written, and ``change``
    OwnLockError where another process does not give it free.
    """

    def __init__(self, folder: str) -> None:
        """``folder`` need not exist: it is made, 0700, when something is written."""
        self.path = os.path.join(folder, "connectors.yaml")
        self.journal = Journal(folder)
        """Of the items that the connectors' secrets are, or may be."""

    def load(self) -> Connectors:
        """Every connector, in the order of their names."""
        return self._load()[0]

    def get(self, name: str) -> Connector:
        """The connector called ``name``; NotFoundError that suggests the nearest name."""
        return find(self.load(), name)

    def change(self, edit: Callable[[Connectors], Connectors]) -> Change:
        """Read, ``edit`` and write under the lock; nothing is written where nothing changed."""
        with files.own_lock(self.path):
            before, version = self._load()
            after = edit(before)
            if after != before:
                if version == V1:
                    self._take_over(before)
                documents = [connector.to_document() for connector in after]
                yaml_file.write(self.path, KIND, {"connectors": documents}, VERSION)
        return Change(before, after)

    def _load(self) -> tuple[Connectors, str]:
        """The connectors, and the version that the file is of."""
        found = yaml_file.read(self.path, KIND, (VERSION, V1))
        fields = dict(found.by_name)
        listed = fields.pop("connectors", yaml_file.Item([], 1))
        if fields:
            name, item = next(iter(fields.items()))
            raise yaml_file.broken(self.path, item.line, f'unknown field "{name}"')
        connectors: dict[str, Connector] = {}
        ids: set[str] = set()
        for item in yaml_file.items(self.path, listed):
            connector = self._read(item, found.version)
            if connector.name in connectors:
                raise yaml_file.broken(
                    self.path, item.line, f'a second connector named "{connector.name}"'
                )
            if connector.id in ids:
                raise yaml_file.broken(self.path, item.line, f"a second connector {connector.id}")
            connectors[connector.name] = connector
            ids.add(connector.id)
        return tuple(connectors[name] for name in sorted(connectors)), found.version

    def _take_over(self, connectors: Connectors) -> None:
        """Write the items of release 0.1 down: it kept them without a journal, by the ids."""
        for connector in connectors:
            if connector.secret_ref:
                self.journal.note(Place(connector.store, connector.secret_ref))

    def _read(self, item: yaml_file.Item, version: str) -> Connector:
        if not isinstance(item.value, dict):
            raise yaml_file.broken(self.path, item.line, "expected a connector")
        try:
            read = Connector.from_document_v1 if version == V1 else Connector.from_document
            return read(item.value)
        except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
            raise yaml_file.broken(self.path, item.line, str(error)) from None


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
