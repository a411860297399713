"""Change kubeconfigs: under kubectl's lock, each entry in the file that owns it (semantics W)."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kubectl_connector.errors import ConnectorError, KubeconfigError
from kubectl_connector.kubeconfig.disk import (
    broken,
    parse,
    read_kubeconfig,
    remove_kubeconfig,
    write_kubeconfig,
)
from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.edit import edited
from kubectl_connector.kubeconfig.load import Found, Kubeconfig, merge
from kubectl_connector.kubeconfig.lock import LockFolderError, locked
from kubectl_connector.kubeconfig.memory import remembered_context
from kubectl_connector.kubeconfig.outline import LISTS, OutlineError
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.plan import FileEdit
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import Keep, KubeconfigEdit

Plan = Callable[[Kubeconfig], KubeconfigEdit]
Outcome = dict[str, bytes | None]
"""New contents by path; None: remove the file."""


@dataclass(frozen=True)
class KubeconfigChange:
    """What an edit did; paths as they were named."""

    files: tuple[str, ...] = ()
    """All that were written or removed; empty where nothing differed."""
    created: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Those that login had made, and that nothing was left in."""


def edit_kubeconfig(
    files: KubeconfigFiles,
    plan: Plan,
    *,
    lock_timeout: float = 10.0,
    break_stale_lock: bool = False,
) -> KubeconfigChange:
    """Load the files, ask ``plan`` what to change, and write it; all of it under the locks.

    ``plan`` must be pure: it may be called more than once, and may raise ConnectorError. Where
    nothing differs nothing is written. A lock that is not given free for ``lock_timeout`` seconds
    is a KubeconfigError; ``break_stale_lock`` removes one that is older. Raises KubeconfigError
    for what can't be read, understood or written, in which case nothing has changed.
    """
    return _Edit(files, plan).run(lock_timeout, break_stale_lock)


class _Edit:
    def __init__(self, files: KubeconfigFiles, plan: Plan) -> None:
        self.files = files
        self.make_plan = plan
        self.contents: dict[str, bytes | None] = {}
        self.documents: dict[str, Document] = {}

    def run(self, timeout: float, break_stale: bool) -> KubeconfigChange:
        error: ConnectorError | None = None
        targets: set[str] = set()
        # Only a guess at what to lock: who reads without a lock can see half of a file.
        try:
            targets = set(self._parts())
        except ConnectorError as caught:
            error = caught
        nothing_to_write = not targets
        targets = targets or {self.files.default}
        while True:
            try:
                with locked(sorted(targets), timeout, break_stale):
                    parts = self._parts()
                    if parts.keys() <= targets:
                        return self._write(self._outcome(parts))
            except LockFolderError:
                if not nothing_to_write:
                    raise
                if error:
                    raise error from None
                return KubeconfigChange()
            targets |= parts.keys()

    def _parts(self) -> dict[str, FileEdit]:
        """Load the files, and share the edit out among them."""
        kubeconfig = self._load()
        return _by_file(kubeconfig, self.make_plan(kubeconfig))

    def _outcome(self, parts: Mapping[str, FileEdit]) -> Outcome:
        """What the files will have to hold, of those that change."""
        outcome: Outcome = {}
        for path, part in parts.items():
            created = self.contents[path] is None
            document = self.documents[path]
            try:
                text = edited(document, part, created)
            except OutlineError as error:
                raise broken(path, error) from None
            if text is None:
                outcome[path] = None
            elif text != document.text:
                outcome[path] = (codecs.BOM_UTF8 if document.bom else b"") + text.encode()
        return outcome

    def _load(self) -> Kubeconfig:
        """Read all files, and parse those that are not what they were."""
        before, self.contents = (
            self.contents,
            {
                path: read_kubeconfig(self.files.source(path), for_edit=True)
                for path in self.files.paths
            },
        )
        known = {
            path: document
            for path, document in self.documents.items()
            if before[path] == self.contents[path]
        }
        kubeconfig = merge(self.files, self.contents, known)
        self.documents = {
            path: kubeconfig.documents.get(path) or known.get(path) or parse(path, b"")
            for path in self.files.paths
        }
        return kubeconfig

    def _write(self, outcome: Outcome) -> KubeconfigChange:
        """Write every file or, where one fails, none."""
        done: list[str] = []
        try:
            for path, data in outcome.items():
                done.append(path)
                _put(path, data)
        except BaseException:
            for path in done:
                with contextlib.suppress(KubeconfigError):
                    _put(path, self.contents[path])
            raise
        return KubeconfigChange(
            tuple(outcome),
            tuple(path for path in outcome if self.contents[path] is None),
            tuple(path for path, data in outcome.items() if data is None),
        )


def _put(path: str, data: bytes | None) -> None:
    if data is not None:
        write_kubeconfig(path, data)
    elif os.path.exists(path):
        remove_kubeconfig(path)


def _by_file(kubeconfig: Kubeconfig, edit: KubeconfigEdit) -> dict[str, FileEdit]:
    """The parts of an edit by the file they concern (W1-W5)."""
    tables: dict[str, Mapping[str, Found]] = {
        "clusters": kubeconfig.clusters,
        "users": kubeconfig.users,
        "contexts": kubeconfig.contexts,
    }
    upserts: dict[str, dict[str, dict[str, Entry]]] = {}
    removals: dict[str, dict[str, list[str]]] = {}
    for kind in LISTS:
        for name, body in getattr(edit, kind).items():
            found = tables[kind].get(name)
            path = found.file if found else kubeconfig.files.default
            upserts.setdefault(path, {}).setdefault(kind, {})[name] = body
        for name in getattr(edit, f"remove_{kind}") & tables[kind].keys():
            path = tables[kind][name].file
            removals.setdefault(path, {}).setdefault(kind, []).append(name)
    current = _current_context(kubeconfig, edit.current_context)
    return {
        path: FileEdit(
            upserts.get(path, {}),
            removals.get(path, {}),
            **({"current_context": current[path]} if path in current else {}),
        )
        for path in {**upserts, **removals, **current}
    }


def _current_context(kubeconfig: Kubeconfig, wanted: str | Keep | None) -> dict[str, str]:
    """The file whose current-context to set, and to what (W4, W5)."""
    if isinstance(wanted, Keep) or (wanted or None) == kubeconfig.current_context:
        return {}
    values = {path: found.current_context for path, found in kubeconfig.documents.items()}
    if not wanted:
        return {next(path for path, value in values.items() if value): ""}
    path = kubeconfig.files.default
    document = kubeconfig.documents.get(path)
    # Where taking ours out lets that name of a later file show through again, do just that.
    below = next((value for other, value in values.items() if other != path and value), None)
    if document and below == wanted and remembered_context(document) == "":
        return {path: ""}
    return {path: wanted}
