"""The journal of the items that may be in the secret stores, as a keyring can't list its items.

Each item has an empty file of its own, in the folder ``items`` beside the catalog. We create the
file before we put the item into a store, and remove it after the item is gone. So the journal knows
every item, however the process ends.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_connector import files
from kubectl_connector.errors import StoreError

_LOCK = ".lock"
_ITEM = r"(?P<ref>[0-9a-f-]{36})\.(?P<store>(?!lock$)[a-z]\w*)"


class Place(NamedTuple):
    """Where an item is."""

    store: str
    ref: str


class Journal:
    """The journal in one folder. Methods raise StoreError where it can't be read or written."""

    def __init__(self, folder: str) -> None:
        """``folder`` is that of the catalog; it need not exist."""
        self.path = os.path.join(folder, "items")

    @contextlib.contextmanager
    def writing(self, place: Place) -> Iterator[None]:
        """Note an item that is about to be put, and hold it until the catalog refers to it.

        While a process holds an item, no other process can :meth:`claim` it. So ``prune`` does not
        take an item for an orphan that is still on its way into the catalog. When a process is
        killed, the system ends its hold.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._held(place))
            except files.OwnLockError as error:
                raise StoreError(
                    f"{self.path} can't be written", "make sure that it and its folder are yours"
                ) from error
            self.note(place)
            yield

    @contextlib.contextmanager
    def claim(self, place: Place) -> Iterator[bool]:
        """Hold an item that no process is :meth:`writing`; False where one is."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._held(place))
            except files.OwnLockError:
                yield False
            else:
                yield True

    def note(self, place: Place) -> None:
        """Add an item to the journal; it may be there already."""
        try:
            files.make_private_folder(self.path)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._file(place), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            files.sync_folder(self.path)
        except OSError as error:
            raise self._unusable("written", error) from error

    def forget(self, place: Place) -> None:
        """Remove an item that is gone from its store; it need not be in the journal."""
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._file(place))
        except OSError as error:
            raise self._unusable("written", error) from error

    def places(self) -> tuple[Place, ...]:
        """Every item in the journal, sorted."""
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable("read", error) from error
        found = filter(None, (re.fullmatch(_ITEM, name) for name in names))
        return tuple(sorted(Place(each["store"], each["ref"]) for each in found))

    @contextlib.contextmanager
    def _held(self, place: Place) -> Iterator[None]:
        with contextlib.ExitStack() as afterwards, files.own_lock(self._file(place), timeout=0):
            # No process uses the reference again, so none waits for this lock.
            afterwards.callback(self._remove_lock, place)
            yield

    def _remove_lock(self, place: Place) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._file(place) + _LOCK)

    def _file(self, place: Place) -> str:
        return os.path.join(self.path, f"{place.ref}.{place.store}")

    def _unusable(self, done: str, error: OSError) -> StoreError:
        return StoreError(
            f"{self.path} can't be {done}: {error.strerror}",
            "make sure that it and its folder are yours and can be written",
        )
