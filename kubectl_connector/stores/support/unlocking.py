"""Whether the Secret Service (GNOME Keyring, KeePassXC …) would have to ask the user.

Asking needs a desktop. Without one the question may never be answered, so we don't ask.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


def has_desktop(environ: Mapping[str, str]) -> bool:
    """Whether a window could be shown to the user of this process."""
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def would_ask(backend: KeyringBackend) -> bool:
    """Whether the backend's collection is locked or missing. This asks the user nothing."""
    import secretstorage
    from secretstorage.collection import DEFAULT_COLLECTION

    path = getattr(backend, "preferred_collection", DEFAULT_COLLECTION)
    with contextlib.closing(secretstorage.dbus_init()) as connection:
        try:
            return secretstorage.Collection(connection, path).is_locked()
        except secretstorage.ItemNotFoundException:
            return True
