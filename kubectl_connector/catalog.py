"""The connectors that are not secret, in one YAML file: locked, atomic, versioned."""

from __future__ import annotations

import os
from collections.abc import Callable

from kubectl_connector import files, suggest, yaml_file
from kubectl_connector.errors import NotFoundError, UsageError
from kubectl_connector.model.connector import Connector

KIND = "ConnectorList"

Connectors = tuple[Connector, ...]


class Catalog:
    """The connectors in ``connectors.yaml`` of one folder.

    Every method raises CatalogError where the file can't be read, understood, locked or written.
    """

    def __init__(self, folder: str) -> None:
        """``folder`` need not exist: it is made, 0700, when something is written."""
        self.path = os.path.join(folder, "connectors.yaml")

    def load(self) -> Connectors:
        """Every connector, in the order of their names."""
        fields = yaml_file.read(self.path, KIND)
        listed = fields.pop("connectors", yaml_file.Item([], 1))
        if fields:
            name, item = next(iter(fields.items()))
            raise yaml_file.broken(self.path, item.line, f'unknown field "{name}"')
        connectors: dict[str, Connector] = {}
        ids: set[str] = set()
        for item in yaml_file.items(self.path, listed):
            connector = self._read(item)
            if connector.name in connectors:
                raise yaml_file.broken(
                    self.path, item.line, f'a second connector named "{connector.name}"'
                )
            if connector.id in ids:
                raise yaml_file.broken(self.path, item.line, f"a second connector {connector.id}")
            connectors[connector.name] = connector
            ids.add(connector.id)
        return tuple(connectors[name] for name in sorted(connectors))

    def get(self, name: str) -> Connector:
        """The connector called ``name``; NotFoundError that suggests the nearest name."""
        return find(self.load(), name)

    def change(self, edit: Callable[[Connectors], Connectors]) -> None:
        """Read, ``edit`` and write under the lock; nothing is written where nothing changed."""
        with files.locked(self.path):
            before = self.load()
            after = edit(before)
            if after != before:
                documents = [connector.to_document() for connector in after]
                yaml_file.write(self.path, KIND, {"connectors": documents})

    def _read(self, item: yaml_file.Item) -> Connector:
        if not isinstance(item.value, dict):
            raise yaml_file.broken(self.path, item.line, "expected a connector")
        try:
            return Connector.from_document(item.value)
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
