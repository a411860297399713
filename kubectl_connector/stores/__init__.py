"""The secret stores, which keep the secret half of a connector.

Every public module in this folder except :mod:`~kubectl_connector.stores.interface` is a secret
store. The store has the module's name, and the module has a function ``open_store(options)``.
Where a user can configure the store, the module has ``SETTINGS`` too, such as
``{"shelf.folder": Setting("shelf", "Where the shelf is.")}``. ``options.setting`` gives the value.
Opening a store imports it, so a store that is not used costs nothing.
"""

from __future__ import annotations

import functools
from typing import Any

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.model.setting import Setting
from kubectl_connector.modules import public_modules
from kubectl_connector.stores.interface import (
    SHORTEST_PASSPHRASE,
    PassphraseSource,
    PassphraseStore,
    SecretStore,
    StoreOptions,
    check_new_passphrase,
    unset,
)

__all__ = [
    "SHORTEST_PASSPHRASE",
    "PassphraseSource",
    "PassphraseStore",
    "SecretStore",
    "StoreOptions",
    "check_new_passphrase",
    "check_store_name",
    "open_store",
    "store_names",
    "store_settings",
]


@functools.cache
def store_names() -> tuple[str, ...]:
    """The names of all secret stores, sorted; this imports no store."""
    return tuple(name for name in public_modules(__path__) if name != "interface")


def open_store(name: str, options: StoreOptions) -> SecretStore:
    """The secret store called ``name``; UsageError where there is none.

    Opening a store reads nothing, asks nothing and unlocks nothing; its first call may.
    """
    module = _module(check_store_name(name))
    if options.setting is unset:
        options = replace(options, setting=lambda setting: module.SETTINGS[setting].default)
    store: SecretStore = module.open_store(options)
    return store


def store_settings() -> dict[str, Setting]:
    """The settings of all stores; this imports the stores."""
    found: dict[str, Setting] = {}
    for name in store_names():
        found |= getattr(_module(name), "SETTINGS", {})
    return found


def _module(name: str) -> Any:
    import importlib

    return importlib.import_module(f"{__name__}.{name}")


def check_store_name(name: str) -> str:
    """``name`` if a store has it, else a UsageError that lists the stores."""
    if name not in store_names():
        raise UsageError(
            f'there is no secret store named "{name}"', f"there are: {', '.join(store_names())}"
        )
    return name
