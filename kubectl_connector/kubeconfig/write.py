"""Change kubeconfigs: under kubectl's lock, each entry in the file that owns it (semantics W)."""

from __future__ import annotations

import codecs
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
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.kubeconfig.plan import FileEdit
from kubectl_connector.kubeconfig.previous import context_before, context_marks
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import KEEP, Keep, KubeconfigEdit

Plan = Callable[[Kubeconfig], KubeconfigEdit]
Outcome = dict[str, bytes | None]
"""New contents by path; None: remove the file."""


@dataclass(frozen=True)
class KubeconfigChange:
    """What an edit did; paths as they were named."""

    files: tuple[str, ...] = ()
    """All that were written or removed; empty where nothing differed."""


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
        """Guess which files to lock, lock them, and see whether the guess was good (W14, W19)."""
        targets, error = self._guess()
        if not targets and not error and not any(map(os.path.lexists, self.files.paths)):
            return KubeconfigChange()  # nothing to write, nor anybody who could be writing it
        certain = bool(targets)
        targets = targets or {self.files.default}
        while True:
            try:
                with locked(targets, timeout, break_stale):
                    parts = self._parts()
                    if parts.keys() <= targets:
                        return self._write(self._outcome(parts))
            except LockFolderError:
                if certain:
                    raise
                if error:
                    raise error from None
                return KubeconfigChange()
            targets, certain = targets | parts.keys(), True

    def _guess(self) -> tuple[set[str], ConnectorError | None]:
        """The files to write, or why there are none, read without a lock.

        It can be wrong: kubectl truncates a file and then writes it, so that who comes between sees
        half of it, or nothing (W12).
        """
        try:
            return set(self._parts()), None
        except ConnectorError as error:
            return set(), error

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
        contents = {
            path: read_kubeconfig(self.files.source(path), for_edit=True)
            for path in self.files.paths
        }
        known = {
            path: document
            for path, document in self.documents.items()
            if contents[path] == self.contents[path]
        }
        self.contents = contents
        kubeconfig = merge(self.files, contents, known)
        self.documents = {
            path: kubeconfig.documents.get(path) or known.get(path) or parse(path, b"")
            for path in self.files.paths
        }
        return kubeconfig

    def _write(self, outcome: Outcome) -> KubeconfigChange:
        """Write every file or, where one fails, none."""
        before = {  # what stood at the path itself, not what kubectl would have copied there (D8)
            path: self.contents[path] if self.files.source(path) == path else None
            for path in outcome
        }
        done: list[str] = []
        try:
            for path, data in outcome.items():
                done.append(path)
                _put(path, data)
        except BaseException as error:
            stuck = [display_path(path) for path in done if not _put_back(path, before[path])]
            if stuck and isinstance(error, KubeconfigError):
                raise KubeconfigError(
                    f"{error.message}; and {', '.join(stuck)}, changed before, can't be put back",
                    "mend what is wrong there, then run the command again",
                ) from error
            raise
        return KubeconfigChange(tuple(outcome))


def _put(path: str, data: bytes | None) -> None:
    if data is not None:
        write_kubeconfig(path, data)
    elif os.path.exists(path):
        remove_kubeconfig(path)


def _put_back(path: str, data: bytes | None) -> bool:
    """Whether a file is again what it was."""
    try:
        if read_kubeconfig(path) != data:
            _put(path, data)
    except KubeconfigError:
        return False
    return True


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
    current = _current_contexts(kubeconfig, edit)
    return {
        path: FileEdit(upserts.get(path, {}), removals.get(path, {}), current.get(path, KEEP))
        for path in {**upserts, **removals, **current}
    }


def _current_contexts(kubeconfig: Kubeconfig, edit: KubeconfigEdit) -> dict[str, str]:
    """The files whose current-context to set, and to what (M2, W4, W5)."""
    given_back = _given_back(kubeconfig, edit)
    wanted = edit.current_context
    if isinstance(wanted, Keep):
        return given_back
    values = {path: found.current_context for path, found in kubeconfig.documents.items()}
    if _first(values | given_back) == (wanted or ""):
        return given_back
    if given_back and wanted and wanted not in kubeconfig.contexts:
        return given_back  # it was current by a file that is not listed now
    if not wanted:
        return given_back | {_holder(values | given_back): ""}
    goes = kubeconfig.current_context in edit.remove_contexts
    return given_back | {_holder(values) if goes else kubeconfig.files.default: wanted}


def _first(values: Mapping[str, str]) -> str:
    """The current context of all files, empty for none (M2)."""
    return next(filter(None, values.values()), "")


def _holder(values: Mapping[str, str]) -> str:
    """The file that says which context is current."""
    return next(path for path, value in values.items() if value)


def _given_back(kubeconfig: Kubeconfig, edit: KubeconfigEdit) -> dict[str, str]:
    """What takes the place of a context of ours that goes, in each file that names it as current.

    Whether or not that file's is the current context of all: else it would name nothing. It is the
    context of ours below, if that is in the same file, or what the file itself remembers.
    """
    marks = context_marks(kubeconfig) if edit.remove_contexts else {}
    values: dict[str, str] = {}
    for path, document in kubeconfig.documents.items():
        name = document.current_context
        if name not in edit.remove_contexts & marks.keys():
            continue
        if name in document.entries["contexts"] and kubeconfig.contexts[name].file != path:
            continue  # an earlier file's of the same name goes (W6)
        before = context_before(name, marks, edit.remove_contexts) or ""
        if not (before in marks and kubeconfig.contexts[before].file == path):
            remembered = remembered_context(document)
            before = before if remembered is None else remembered
        values[path] = before
    return values
