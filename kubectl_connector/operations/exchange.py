"""Take connectors with their secrets to another machine, in one encrypted file."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubectl_connector import suggest
from kubectl_connector.catalog import Connectors, name_taken
from kubectl_connector.errors import ConnectorError, NotFoundError, StoreError, UsageError
from kubectl_connector.files import read_regular, replace_file
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.model.connector import Connector, check_name
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.items import commit, drop_replaced, swapped, without_issued
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores import check_new_passphrase
from kubectl_connector.stores.support.item_document import dump_item, load_item

_VERSION = 1


@dataclass(frozen=True)
class Carried:
    """A connector and its secret half, on their way."""

    connector: Connector
    item: Item


def export_connectors(workspace: Workspace, path: str, passphrase: Callable[[], str]) -> Connectors:
    """Write every connector with its secret to a new file, encrypted under a passphrase.

    Raises UsageError where there is nothing to write, or the file exists, StoreError where a secret
    can't be read or the passphrase is too short, and ConnectorError where the file can't be
    written; no file is left then.
    """
    connectors = workspace.catalog.load()
    if not connectors:
        raise UsageError("there is no connector to export", "kubectl connector register --help")
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already", "name another file, or remove that one")
    carried = [Carried(*workspace.read(connector)) for connector in connectors]
    from kubectl_connector.stores.support.sealed_document import seal_document

    data = seal_document(_dump(carried), check_new_passphrase(passphrase()))
    try:
        replace_file(path, data)
    except OSError as error:
        raise ConnectorError(
            f"{path} can't be written: {error.strerror}", "name a file in a folder of yours"
        ) from error
    return connectors


def read_export(path: str, passphrase: Callable[[], str]) -> tuple[Carried, ...]:
    """What is in a file that :func:`export_connectors` wrote.

    Raises ConnectorError where it can't be read, and StoreError where it can't be opened.
    """
    from kubectl_connector.stores.support.sealed_document import (
        FormError,
        SealError,
        open_document,
    )

    try:
        return _load(open_document(read_regular(path), passphrase))
    except OSError as error:
        raise ConnectorError(f"{path} can't be read: {error.strerror}", "check its name") from error
    except SealError as error:
        raise StoreError(
            f"the passphrase does not open {path}",
            "give the one that it was exported with; if you are sure of it, the file was altered",
        ) from error
    except FormError as error:
        raise StoreError(
            f"{path} holds no connectors: {error}",
            "name a file that this made: kubectl connector store export FILE",
        ) from error


@dataclass(frozen=True)
class Import:
    """How connectors are taken in."""

    store: str
    """The secret store for their secrets."""
    overwrite: bool = False
    """Whether a connector takes the place of one that has its name."""
    names: Mapping[str, str] | None = None
    """New names, by the names in the file."""


def import_connectors(
    workspace: Workspace, carried: Sequence[Carried], how: Import
) -> Iterator[Connector]:
    """Take connectors in, each by itself; each is given when it is kept. No cluster is asked.

    A connector keeps its id where no other one has it, so that contexts of ``login --exec`` that
    came along work. One that takes another's place gets that one's id, for its contexts. Raises
    UsageError for a new name of nothing, ConnectorError for a name that is taken, and StoreError
    where the store can't be used; all that before anything is changed.
    """
    names = how.names or {}
    there = [each.connector.name for each in carried]
    for name in names:
        if name not in there:
            listing = f"it has: {', '.join(sorted(there))}"
            raise NotFoundError(
                f'no connector named "{name}" in the file',
                suggest.did_you_mean(name, there, listing),
            )
    wanted = [_renamed(each, names) for each in carried]
    taken = {each.name for each in workspace.catalog.load()}
    double = [each.connector.name for each in wanted]
    for each in wanted:
        name = each.connector.name
        if double.count(name) > 1:
            raise UsageError(f'two connectors would be called "{name}"', "give them two names")
        if name in taken and not how.overwrite:
            raise ConnectorError(
                f'there is a connector named "{name}" already',
                f"import it as another (--rename {name}=NAME), or in its place (--overwrite)",
            )
    if any(each.item for each in wanted):
        workspace.open_store(how.store).check(unlock=True)
    return (_take_in(workspace, each, how) for each in wanted)


def _renamed(carried: Carried, names: Mapping[str, str]) -> Carried:
    connector = carried.connector
    name = check_name(names.get(connector.name, connector.name))
    return replace(carried, connector=replace(connector, name=name))


def _take_in(workspace: Workspace, carried: Carried, how: Import) -> Connector:
    connectors = workspace.catalog.load()
    wanted = replace(_by_itself(carried.connector), store=how.store, secret_ref=None)
    old = next((each for each in connectors if each.name == wanted.name), None)
    if old:
        wanted = replace(wanted, id=old.id)
    elif any(each.id == wanted.id for each in connectors):
        wanted = replace(wanted, id=str(uuid.uuid4()))

    def refer(connectors: Connectors, ref: str | None) -> Connectors:
        new = replace(wanted, secret_ref=ref)
        if old:
            return swapped(connectors, old, new)
        if any(each.name == new.name for each in connectors):
            raise name_taken(new.name)  # somebody was faster
        return (*connectors, new)

    change = commit(workspace, how.store, carried.item, refer)
    drop_replaced(workspace, change, wanted.id)
    return wanted


def _by_itself(connector: Connector) -> Connector:
    """A connector without what only the files and stores of its own machine give a meaning to."""
    return replace(without_issued(connector), originals=())


def _dump(carried: Sequence[Carried]) -> bytes:
    documents = [
        {"connector": _by_itself(each.connector).to_document(), "item": dump_item(each.item)}
        for each in carried
    ]
    return json.dumps({"v": _VERSION, "connectors": documents}).encode()


def _load(document: bytes) -> tuple[Carried, ...]:
    """Read what :func:`_dump` wrote; StoreError for anything else, which does not quote it."""
    try:
        content: Any = json.loads(document)
        if content["v"] == _VERSION:
            return tuple(
                Carried(Connector.from_document(each["connector"]), load_item(each["item"]))
                for each in content["connectors"]
            )
    except (ValueError, KeyError, TypeError, AttributeError, UsageError):
        pass  # raise outside the except: the parser's error holds the document
    raise StoreError(
        "the file holds connectors in a form that is not known here", "upgrade kubectl-connector"
    )
