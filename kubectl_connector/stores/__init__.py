"""Where the secret half of a connector lives.

Every public module in this folder, save :mod:`~kubectl_connector.stores.interface`, is a secret
store of its own name and has a function ``open_store(options)``. A store is imported when it is
opened and not before, so that nobody pays for the library of one that is not used.
"""

from __future__ import annotations

import functools

from kubectl_connector.errors import UsageError
from kubectl_connector.stores.interface import PassphraseSource, SecretStore, StoreOptions

__all__ = [
    "PassphraseSource",
    "SecretStore",
    "StoreOptions",
    "check_store_name",
    "open_store",
    "store_names",
]


@functools.cache
def store_names() -> tuple[str, ...]:
    """The secret stores there are, sorted; finding them imports none of them."""
    import pkgutil

    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.ispkg and module.name != "interface"
        )
    )


def open_store(name: str, options: StoreOptions) -> SecretStore:
    """The secret store called ``name``; UsageError where there is none.

    Nothing is read, asked or unlocked before the store's first call.
    """
    import importlib

    module = importlib.import_module(f"{__name__}.{check_store_name(name)}")
    store: SecretStore = module.open_store(options)
    return store


def check_store_name(name: str) -> str:
    """``name`` if there is such a store; UsageError that lists the ones there are."""
    if name not in store_names():
        raise UsageError(
            f'there is no secret store named "{name}"', f"there are: {', '.join(store_names())}"
        )
    return name
