"""Which items may be in the secret stores: a keyring can't say what it holds.

Each item has a file of its own, without content, in the folder ``items`` beside the catalog. It is
made before the item is put into a store and removed after the item is gone, so that no item is ever
lost sight of, whatever ends the process. Making and removing one needs no lock.
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
            pass  # one of release 0.1, which is taken over in several tries
        except OSError as error:
            raise self._unusable("written", error) from error

    def forget(self, place: Place) -> None:
        """Take out an item that is gone from its store."""
        try:
            for path in (self._file(place), self._file(place) + _CONDEMNED):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
        except OSError as error:
            raise self._unusable("written", error) from error

    def places(self) -> tuple[Place, ...]:
        """Every item that was written down and not taken out again, sorted."""
        return tuple(sorted({_place(name) for name in self._names()}))

    def condemned(self) -> tuple[Place, ...]:
        """Those that are about to be removed, sorted."""
        return tuple(sorted(_place(n) for n in self._names() if n.endswith(_CONDEMNED)))

    def condemn(self, place: Place) -> None:
        """Say that an item is about to be removed because no connector refers to it.

        Whoever put it, and has not come to refer to it, finds out by :meth:`is_condemned`.
        """
        try:
            with contextlib.suppress(FileNotFoundError):
                os.replace(self._file(place), self._file(place) + _CONDEMNED)
        except OSError as error:
            raise self._unusable("written", error) from error

    def is_condemned(self, place: Place) -> bool:
        """Whether somebody removes the item, or has removed it."""
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
    """The item that a file is about; a part of it is empty where the file is not one of ours."""
    ref, _, store = name.removesuffix(_CONDEMNED).rpartition(".")
    return Place(store, ref)
