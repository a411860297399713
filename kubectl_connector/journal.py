"""Which items may be in the secret stores: a keyring can't say what it holds.

Each item has a file of its own, without content, in the folder ``items`` beside the catalog. It is
made before the item is put into a store and removed after the item is gone, so that no item is ever
lost sight of, whatever ends the process.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_connector import files
from kubectl_connector.errors import CatalogError

_LOCK = ".lock"


class Place(NamedTuple):
    """Where an item is."""

    store: str
    ref: str


class Journal:
    """The journal in one folder. Methods raise CatalogError where it can't be read or written."""

    def __init__(self, folder: str) -> None:
        """``folder`` is that of the catalog; it need not exist."""
        self.path = os.path.join(folder, "items")

    @contextlib.contextmanager
    def writing(self, place: Place) -> Iterator[None]:
        """Note an item that is about to be put, and hold it until the catalog refers to it.

        While it is held, :meth:`claim` fails: nobody takes an item for an orphan that is still on
        its way into the catalog. The system frees the hold of a process that is killed.
        """
        with self._held(place):
            self.note(place)
            yield

    @contextlib.contextmanager
    def claim(self, place: Place) -> Iterator[bool]:
        """Whether nobody is :meth:`writing` the item, nor will from now on."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._held(place))
            except files.OwnLockError:
                yield False
            else:
                yield True

    def note(self, place: Place) -> None:
        """Write an item down; once more is fine."""
        try:
            files.make_private_folder(self.path)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._file(place), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            files.sync_folder(self.path)
        except OSError as error:
            raise self._unusable("written", error) from error

    def forget(self, place: Place) -> None:
        """Take out an item that is gone from its store; it need not be there."""
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._file(place))
        except OSError as error:
            raise self._unusable("written", error) from error

    def places(self) -> tuple[Place, ...]:
        """Every item that was written down and not taken out again, sorted."""
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable("read", error) from error
        parts = (name.rpartition(".") for name in names if not name.endswith(_LOCK))
        return tuple(sorted(Place(store, ref) for ref, _, store in parts if ref and store))

    @contextlib.contextmanager
    def _held(self, place: Place) -> Iterator[None]:
        path = self._file(place)
        with files.own_lock(path, timeout=0):
            yield
        with contextlib.suppress(OSError):
            os.unlink(path + _LOCK)  # the reference is never used again, nor is its lock

    def _file(self, place: Place) -> str:
        return os.path.join(self.path, f"{place.ref}.{place.store}")

    def _unusable(self, done: str, error: OSError) -> CatalogError:
        return CatalogError(
            f"{self.path} can't be {done}: {error.strerror}",
            "make sure that it and its folder are yours and can be written",
        )
