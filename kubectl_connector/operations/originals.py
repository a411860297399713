"""Keep what login replaces, where a secret is in it, in the secret store; read it for logout.

The text of each such entry is an item like any other (``items.py``): the connector refers to it
before the kubeconfig does, and logout ends the reference when the entry is back in its place. What
is killed on the way leaves at worst an item that the connector refers to in vain, which only
``delete`` removes. Every login keeps items of its own: one that it shared could be dropped by
whoever made it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Collection, Iterable

from kubectl_connector import log
from kubectl_connector.catalog import Connectors
from kubectl_connector.errors import ConnectorError, NotFoundError, StoreError
from kubectl_connector.frozen import replace
from kubectl_connector.journal import Place
from kubectl_connector.kubeconfig.lock import find_lock
from kubectl_connector.kubeconfig.ours.originals import Kept, Unkept
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.model.connector import Connector, Original
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.operations.items import commit, discard
from kubectl_connector.operations.workspace import Workspace

_ENTRY = "entry"


class Keeper:
    """Keeps the texts of entries that a login is about to replace."""

    def __init__(self, workspace: Workspace, connector: Connector) -> None:
        """Nothing is kept yet."""
        self._workspace = workspace
        self._connector = connector
        self._new: set[str] = set()
        self.refs: dict[str, str] = {}
        """The references of the texts that are kept."""

    def keep(self, unkept: Iterable[Unkept]) -> None:
        """Keep texts; may ask a person to open the store. Raises StoreError and CatalogError."""
        for file, text in unkept:
            self.refs[text] = self._keep(os.path.abspath(file), text)

    def used(self, refs: Collection[str]) -> None:
        """The login is done, and these references are in the kubeconfig: drop the others."""
        forget(self._workspace, self._new - set(refs))
        _adopt(self._workspace, self._connector.id, refs)

    def failed(self, files: KubeconfigFiles) -> None:
        """The login failed: drop what was kept for it, unless a kubeconfig refers to it."""
        with contextlib.suppress(OSError, ConnectorError):
            there = [path for path in files.paths if os.path.exists(path)]
            if not any(_mentions(path, ref) for path in there for ref in self._new):
                forget(self._workspace, self._new)

    def _keep(self, path: str, text: str) -> str:
        store, refs = self._connector.store, list[str]()

        def refer(connectors: Connectors, ref: str | None) -> Connectors:
            assert ref  # noqa: S101 (there is something to put)
            refs[:] = [ref]
            original = Original(ref, store, path)
            return _with_originals(connectors, self._connector, (original,))

        commit(self._workspace, store, Item(Secret({_ENTRY: text})), refer)
        self._new.update(refs)
        return refs[0]


def read(
    workspace: Workspace, refs: Iterable[str], files: KubeconfigFiles, force: bool, again: str
) -> dict[str, Kept]:
    """The texts that were kept under these references; may ask a person to open the store.

    Raises StoreError where one can't be read; ``again`` is the command that does without it. With
    ``force`` its text is None then.
    """
    originals = {each.ref: each for c in workspace.catalog.load() for each in c.originals}
    texts: dict[str, Kept] = {}
    for ref in refs:
        original = originals.get(ref)
        try:
            text = _read(workspace, original, again)
            texts[ref] = Kept(text, _among(original.kubeconfig, files) if original else frozenset())
        except StoreError as error:
            if not force:
                raise
            log.info("what login replaced can't be given back: %s", error.message)
            texts[ref] = Kept(None)
    return texts


def forget(workspace: Workspace, refs: Collection[str]) -> None:
    """Drop texts that are in their places again. What can't be dropped is left for ``prune``."""
    if not refs:
        return
    places: list[Place] = []

    def edit(connectors: Connectors) -> Connectors:
        places.clear()
        rest = []
        for connector in connectors:
            dropped = [each for each in connector.originals if each.ref in refs]
            places.extend(Place(each.store, each.ref) for each in dropped)
            kept = tuple(each for each in connector.originals if each not in dropped)
            rest.append(replace(connector, originals=kept) if dropped else connector)
        return tuple(rest)

    try:
        workspace.catalog.change(edit)
    except ConnectorError as error:  # the kubeconfig is as it should be
        log.info("what login had replaced is still kept: %s", error.message)
        return
    for place in places:
        discard(workspace, place)


def put_back(workspace: Workspace, refs: Collection[str], files: KubeconfigFiles) -> None:
    """Drop texts that are in their places again, unless a kubeconfig still needs one.

    That is so where the logout was of a copy, or where somebody has copied the entry.
    """
    originals = [each for c in workspace.catalog.load() for each in c.originals if each.ref in refs]
    forget(workspace, [each.ref for each in originals if not _is_needed(each, files)])


def _is_needed(original: Original, files: KubeconfigFiles) -> bool:
    for path in (original.kubeconfig, *files.paths):
        try:
            if _mentions(path, original.ref):
                return True
        except FileNotFoundError:  # it was moved, and is among the others
            continue
        except OSError:
            return True
    return False


def _among(path: str, files: KubeconfigFiles) -> frozenset[str]:
    """What a file is called among these."""
    real = os.path.realpath(path)
    return frozenset(each for each in files.paths if os.path.realpath(each) == real)


def refuse_needed(connectors: Iterable[Connector]) -> None:
    """Raise ConnectorError for one that keeps, or may keep, what only its logout can give back."""
    for connector in connectors:
        for each in connector.originals:
            try:
                needed, why = _mentions(each.kubeconfig, each.ref), ""
            except FileNotFoundError:  # it was moved, perhaps
                needed, why = True, "which is not there"
            except OSError as error:
                needed, why = True, f"which can't be read: {error.strerror}"
            if needed:
                raise _needed(connector.name, each.kubeconfig, why)


def _needed(name: str, kubeconfig: str, why: str) -> ConnectorError:
    file = shlex.quote(kubeconfig)
    what = f'"{name}" keeps what its login replaced in {display_path(kubeconfig)}'
    return ConnectorError(
        f"{what}, {why}" if why else what,
        f"give it back first: kubectl connector logout {name} --kubeconfig {file};"
        f" or lose it: kubectl connector delete {name} --yes --force",
    )


def _read(workspace: Workspace, original: Original | None, again: str) -> str:
    if original is None:
        raise StoreError(
            "what was replaced can't be given back: no connector here keeps it",
            f"log out without it: {again}",
        )
    try:
        text = _text(workspace, original)
    except StoreError as error:
        raise StoreError(
            f"what was replaced can't be given back: {error.message}",
            f"{error.hint}; or log out without it: {again}",
        ) from error
    if text is None:
        raise StoreError(
            f"what was replaced can't be given back: the {original.store} store has lost it",
            f"log out without it: {again}",
        )
    return text


def _text(workspace: Workspace, original: Original) -> str | None:
    """A text that was kept, None where the store has lost it. Raises StoreError."""
    try:
        item = workspace.open_store(original.store).get(original.ref)
    except NotFoundError:
        return None
    return item.secret.get(_ENTRY)


def _mentions(path: str, ref: str) -> bool:
    """Whether a file refers to a text, or may: it can be empty while it is being written.

    Raises OSError.
    """
    with open(path, "rb") as file:
        data = file.read()
    return ref.encode() in data or (not data and find_lock(path) is not None)


def _adopt(workspace: Workspace, id_: str, refs: Collection[str]) -> None:
    """Let the connector keep what another one did, whose entries it has replaced."""

    def edit(connectors: Connectors) -> Connectors:
        moved = [
            each for c in connectors if c.id != id_ for each in c.originals if each.ref in refs
        ]
        if not moved:
            return connectors
        rest = (
            replace(c, originals=tuple(each for each in c.originals if each not in moved))
            for c in connectors
        )
        return tuple(
            replace(c, originals=(*c.originals, *moved)) if c.id == id_ else c for c in rest
        )

    if not refs:
        return
    try:
        connectors = workspace.catalog.load()
        if edit(connectors) is not connectors:
            workspace.catalog.change(edit)
    except ConnectorError as error:  # the other one keeps it as well
        log.info("what login had replaced is still the other connector's: %s", error.message)


def _with_originals(
    connectors: Connectors, connector: Connector, originals: tuple[Original, ...]
) -> Connectors:
    if not any(each.id == connector.id for each in connectors):
        raise NotFoundError(
            f'"{connector.name}" was deleted meanwhile', "all names: kubectl connector list"
        )
    return tuple(
        replace(each, originals=(*each.originals, *originals)) if each.id == connector.id else each
        for each in connectors
    )
