"""Change kubeconfigs: under kubectl's lock, each entry in the file that owns it (semantics W)."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar, cast

from kubectl_connector.errors import ConnectorError, KubeconfigError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.apply import applied
from kubectl_connector.kubeconfig.disk import (
    read_kubeconfig,
    refuse_public,
    remove_kubeconfig,
    write_kubeconfig,
)
from kubectl_connector.kubeconfig.document import Document, broken, parse
from kubectl_connector.kubeconfig.edit import Edit, by_file
from kubectl_connector.kubeconfig.lock import LockFolderError, kubectl_lock
from kubectl_connector.kubeconfig.ours.memory import completed
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.kubeconfig.view import Kubeconfig, merge

T = TypeVar("T")

MakeEdit = Callable[[Kubeconfig], tuple[Edit, T]]
"""Says what to change in what the files hold now, and what that comes to. It must be pure: it may
be called more than once, also under the lock. It may raise ConnectorError."""

NewContents = dict[str, bytes | None]
"""By path; None: remove the file."""


def edit_kubeconfig(
    files: KubeconfigFiles,
    make_edit: MakeEdit[T],
    *,
    lock_timeout: float = 10.0,
    break_stale_lock: bool = False,
) -> tuple[T, tuple[str, ...]]:
    """Load the files, ask ``make_edit`` what to change, and write it; all of it under the locks.

    Returns what ``make_edit`` made of it beside the edit, and the files that were written or
    removed, as they were named; none where nothing differed (W18). Waits up to ``lock_timeout``
    seconds for each lock. ``break_stale_lock`` removes an older one.

    Raises KubeconfigError for what can't be locked, read, understood or written, in which case
    nothing has changed.
    """
    return KubeconfigEditor(files, lock_timeout, break_stale_lock).edit(make_edit)


@dataclass(frozen=True)
class _Guess(Generic[T]):
    """What an edit comes to in files that were read without a lock."""

    paths: set[str]
    """The files that it changes."""
    value: T | None = None
    error: ConnectorError | None = None
    """Why there is no value."""

    def result(self) -> tuple[T, tuple[str, ...]]:
        """What the edit comes to if no file is changed; raises the error."""
        if self.error:
            raise self.error from None
        return cast(T, self.value), ()


class KubeconfigEditor:
    """Changes a list of kubeconfigs, and parses again only those whose bytes have changed."""

    def __init__(
        self, files: KubeconfigFiles, lock_timeout: float = 10.0, break_stale_lock: bool = False
    ) -> None:
        self._files = files
        self._lock_timeout = lock_timeout
        self._break_stale_lock = break_stale_lock
        self._contents: dict[str, bytes | None] = {}
        self._documents: dict[str, Document] = {}
        self._looked: tuple[Kubeconfig | None, KubeconfigError | None] | None = None

    def look(self) -> Kubeconfig | None:
        """What the files hold now, read without a lock; None where they can't be read.

        It may be wrong: kubectl truncates a file and then writes it, so a reader who comes between
        sees half of it, or nothing (W12). The next :meth:`edit` starts from it.
        """
        self._looked = self._look()
        return self._looked[0]

    def edit(self, make_edit: MakeEdit[T]) -> tuple[T, tuple[str, ...]]:
        """Do as :func:`edit_kubeconfig`: guess which files to lock, lock them, and check (W14)."""
        guess = self._guess(make_edit)
        if not (guess.paths or guess.error or any(map(os.path.lexists, self._files.paths))):
            return guess.result()  # there is nothing to write, and nobody can be writing it
        certain, paths = bool(guess.paths), guess.paths or {self._files.default}
        while True:
            try:
                with kubectl_lock(paths, self._lock_timeout, self._break_stale_lock):
                    kubeconfig = self._load()
                    edit, value = make_edit(kubeconfig)
                    parts = by_file(kubeconfig, edit)
                    if parts.keys() <= paths:
                        return value, self._write(self._new_contents(parts))
            except LockFolderError:
                if certain:
                    raise
                return guess.result()
            certain, paths = True, paths | parts.keys()

    def _guess(self, make_edit: MakeEdit[T]) -> _Guess[T]:
        """What an edit comes to in the files as they are without a lock."""
        kubeconfig, error = self._looked or self._look()
        self._looked = None
        if not kubeconfig:
            return _Guess(set(), error=error)
        try:
            edit, value = make_edit(kubeconfig)
            return _Guess(set(by_file(kubeconfig, edit)), value)
        except ConnectorError as refusal:
            return _Guess(set(), error=refusal)

    def _look(self) -> tuple[Kubeconfig | None, KubeconfigError | None]:
        try:
            return self._load(), None
        except KubeconfigError as error:
            return None, error

    def _load(self) -> Kubeconfig:
        """Read all files, and parse those that have changed."""
        contents = {
            path: read_kubeconfig(self._files.source(path), for_edit=True)
            for path in self._files.paths
        }
        known = {
            path: document
            for path, document in self._documents.items()
            if contents[path] == self._contents[path]
        }
        kubeconfig = merge(self._files, contents, known)
        self._documents = {
            path: kubeconfig.documents.get(path) or known.get(path) or parse(path, b"")
            for path in self._files.paths
        }
        self._contents = contents
        return kubeconfig

    def _new_contents(self, parts: Mapping[str, Edit]) -> NewContents:
        """What the files will have to hold, of those that change."""
        new: NewContents = {}
        for path, part in parts.items():
            if part.secret:
                refuse_public(path)
            document = self._documents[path]
            try:
                text = applied(document, completed(document, part, self._contents[path] is None))
            except TextError as error:
                raise broken(path, error) from None
            if text is None:
                new[path] = None
            elif text != document.text:
                new[path] = (codecs.BOM_UTF8 if document.bom else b"") + text.encode()
        return new

    def _write(self, new: NewContents) -> tuple[str, ...]:
        """Write every file or, where one fails, none."""
        before = {  # what is at the path itself, not what kubectl would have copied there (D8)
            path: self._contents[path] if self._files.source(path) == path else None for path in new
        }
        done: list[str] = []
        try:
            for path, data in new.items():
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
        return tuple(new)


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
