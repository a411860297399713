"""The journal of the items that may be in the secret stores, as a keyring can't list its items.

Each item has an empty file of its own, in the folder ``items`` beside the catalog. We create the
file before we put the item into a store, and remove it after the item is gone. So the journal knows
every item, however the process ends. Creating and removing a file needs no lock.
"""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

from kubectl_connector import files
from kubectl_connector.errors import CatalogError

_CONDEMNED = ".condemned"


class Place(NamedTuple):
    """Where an item is."""

    store: str
    ref: str


class Journal:
    """The journal in one folder. Methods raise CatalogError where it can't be read or written."""

    def __init__(self, folder: str) -> None:
        """``folder`` is that of the catalog; it need not exist."""
        self.path = os.path.join(folder, "items")

    def note(self, place: Place) -> None:
        """Write down an item that is about to be put into its store."""
        try:
            files.make_private_folder(self.path)
            handle = os.open(self._file(place), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            os.close(handle)
            files.sync_folder(self.path)
        except FileExistsError:
            pass  # an item of release 0.1, which may take several tries to take over
        except OSError as error:
            raise self._unusable("written", error) from error

    def forget(self, place: Place) -> None:
        """Remove an item that is gone from its store."""
        try:
            for path in (self._file(place), self._file(place) + _CONDEMNED):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
        except OSError as error:
            raise self._unusable("written", error) from error

    def places(self) -> tuple[Place, ...]:
        """Every item in the journal, sorted."""
        return tuple(sorted({_place(name) for name in self._names()}))

    def condemned(self) -> tuple[Place, ...]:
        """The items that a process is about to remove, sorted."""
        return tuple(sorted(_place(n) for n in self._names() if n.endswith(_CONDEMNED)))

    def condemn(self, place: Place) -> None:
        """Note that an item is about to be removed, because no connector refers to it.

        The process that put the item, and is about to refer to it, sees this by
        :meth:`is_condemned`.
        """
        try:
            with contextlib.suppress(FileNotFoundError):
                os.replace(self._file(place), self._file(place) + _CONDEMNED)
        except OSError as error:
            raise self._unusable("written", error) from error

    def is_condemned(self, place: Place) -> bool:
        """Whether a process is removing the item or has removed it."""
        return not os.path.exists(self._file(place))

    def _names(self) -> list[str]:
        try:
            return [name for name in os.listdir(self.path) if all(_place(name))]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable("read", error) from error

    def _file(self, place: Place) -> str:
        return os.path.join(self.path, f"{place.ref}.{place.store}")

    def _unusable(self, done: str, error: OSError) -> CatalogError:
        return CatalogError(
            f"{self.path} can't be {done}: {error.strerror}",
            "make sure that it and its folder are yours and can be written",
        )


def _place(name: str) -> Place:
    """The item that a file stands for; one part is empty where the file is not one of ours."""
    ref, _, store = name.removesuffix(_CONDEMNED).rpartition(".")
    return Place(store, ref)
