"""Explain a keyring's failure to the user."""

from __future__ import annotations

import sys

from kubectl_connector.errors import StoreError
from kubectl_connector.stores.interface import StoreTimeoutError
from kubectl_connector.stores.support.deadline import DeadlineError
from kubectl_connector.stores.support.keyring_items import ItemError

USE_FILE_STORE = "keep new connectors in a file: kubectl connector config set store file"
"""The end of a hint: this helps new connectors wherever there is no keyring."""

_SPEAKS_OF_NO_SECRET = frozenset(
    {"dbus", "gi", "jeepney", "keyring", "pywintypes", "secretstorage", "win32ctypes"}
)
"""Libraries whose errors hold names and states, never an item's value.

Other errors may hold it: a UnicodeDecodeError holds all the bytes that it could not decode.
"""

_MAC_NO_INTERACTION = "-25308"
"""errSecInteractionNotAllowed: the keychain is locked, and no dialog can be shown (SSH)."""

_SIGNS_OF_A_LOCK = ("Secret.Error.IsLocked", _MAC_NO_INTERACTION)


def explain(error: Exception, timeout: float) -> StoreError:
    """The StoreError for a failed call; ``error`` is its cause where that is safe to show."""
    failure = _explain(error, timeout)
    if _is_harmless(error):
        failure.__cause__ = error
    return failure


def locked_error(message: str = "the keyring is locked") -> StoreError:
    """The error for a keyring that stays locked."""
    unlock = (
        "unlock it with: security unlock-keychain"
        if sys.platform == "darwin"
        else "unlock it in your session"
    )
    return StoreError(message, f"{unlock}, or {USE_FILE_STORE}")


def _explain(error: Exception, timeout: float) -> StoreError:
    if isinstance(error, DeadlineError):
        waiting = locked_error(
            f"the keyring did not answer in {timeout:g} s; it may be waiting to be unlocked"
        )
        return StoreTimeoutError(waiting.message, waiting.hint)
    if isinstance(error, ItemError):
        return StoreError(
            f"what the keyring holds for this connector is of no use: {error}",
            "store it again: delete the connector, then register it again",
        )
    if _is_locked(error):
        return locked_error()
    reason = f": {error}" if _is_harmless(error) and str(error) else ""
    return StoreError(
        f"the keyring failed ({type(error).__name__}{reason})",
        f"make sure that it works and is unlocked, or {USE_FILE_STORE}",
    )


def _is_locked(error: Exception) -> bool:
    from keyring.errors import KeyringLocked

    return (
        isinstance(error, KeyringLocked)
        or type(error).__name__ in {"LockedException", "PromptDismissedException"}
        or (_is_harmless(error) and any(sign in str(error) for sign in _SIGNS_OF_A_LOCK))
    )


def _is_harmless(error: Exception) -> bool:
    library = type(error).__module__.partition(".")[0]
    return library in _SPEAKS_OF_NO_SECRET or isinstance(error, OSError | DeadlineError | ItemError)
