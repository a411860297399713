"""The secret stores, which keep the secret half of a connector.

Every public module in this folder except :mod:`~kubectl_connector.stores.interface` is a secret
store. The store has the module's name, and the module has a function ``open_store(options)``.
Opening a store imports it, so a store that is not used costs nothing.
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
    """The names of all secret stores, sorted; this imports no store."""
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

    Opening a store reads nothing, asks nothing and unlocks nothing; its first call may.
    """
    import importlib

    module = importlib.import_module(f"{__name__}.{check_store_name(name)}")
    store: SecretStore = module.open_store(options)
    return store


def check_store_name(name: str) -> str:
    """``name`` if a store has it, else a UsageError that lists the stores."""
    if name not in store_names():
        raise UsageError(
            f'there is no secret store named "{name}"', f"there are: {', '.join(store_names())}"
        )
    return name
