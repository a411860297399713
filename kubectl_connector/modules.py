"""The modules of a package, each of which is a method, a store or a format."""

from __future__ import annotations

import os
from collections.abc import Iterable


def public_modules(folders: Iterable[str]) -> tuple[str, ...]:
    """The names of the modules in a package's folders (its ``__path__``), sorted.

    Packages, and modules that start with an underscore, are not among them.
    """
    names = {name for folder in folders for name in _modules(folder) if not name.startswith("_")}
    return tuple(sorted(names))


def _modules(folder: str) -> list[str]:
    """The modules in a folder. ``pkgutil`` imports ``inspect``, so it looks only into archives."""
    try:
        entries = os.listdir(folder)
    except OSError:
        import pkgutil

        return [found.name for found in pkgutil.iter_modules([folder]) if not found.ispkg]
    parts = (entry.partition(".") for entry in entries)
    return [name for name, _, suffix in parts if suffix in ("py", "pyc")]
