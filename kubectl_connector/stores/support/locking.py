"""The lock around a store's read-change-write."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kubectl_connector.errors import CatalogError, StoreError
from kubectl_connector.files import locked


@contextlib.contextmanager
def store_locked(path: str, timeout: float) -> Iterator[None]:
    """Hold ``<path>.lock`` against other processes; StoreError after ``timeout`` seconds."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(path, timeout))
        except CatalogError as error:
            raise StoreError(error.message, error.hint) from error
        except OSError as error:
            raise StoreError(
                f"{path} can't be locked: {error.strerror}",
                "make sure that its folder is yours and can be written",
            ) from error
        yield
