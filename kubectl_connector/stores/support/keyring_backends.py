"""Which of the ``keyring`` library's backends keeps the secrets: one of the system's, or none.

The library looks through every installed package for the backend of the highest priority. That
one may keep nothing, or keep plain text. So this module names the backends that it accepts.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kubectl_connector import dbus
from kubectl_connector.errors import StoreError
from kubectl_connector.stores.support.keyring_errors import USE_FILE_STORE

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"  # noqa: S105  a class
WINDOWS = "keyring.backends.Windows.WinVaultKeyring"
_KWALLET = "keyring.backends.kwallet.DBusKeyring"

_BY_PLATFORM = {
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": (WINDOWS,),
}
_ELSEWHERE = (SECRET_SERVICE, _KWALLET, "keyring.backends.libsecret.Keyring")
_ACCEPTED = frozenset((*_ELSEWHERE, *(name for names in _BY_PLATFORM.values() for name in names)))

_CHAINER = "keyring.backends.chainer.ChainerBackend"
"""A backend that combines several others. If the user names it, we choose."""

_WINDOWS_ITEM = 1200
"""A number of characters that fits in the 2,560 bytes of UTF-16 that Windows keeps in one item."""


def choose_backend(environ: Mapping[str, str]) -> KeyringBackend:
    """The backend that the user named, or else the first of the system's own that can be used.

    Raises StoreError when the named backend is not accepted, or when none can be used. This may
    take as long as the session bus takes to answer.
    """
    return _first_usable(candidates(environ))


def candidates(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the backends to try, the best first; StoreError for one that is not accepted."""
    if dbus.is_chosen(environ):
        return _ELSEWHERE
    named, where = _named_backend(environ)
    if named is None or named == _CHAINER:
        return _system_backends(environ)
    if named not in _ACCEPTED:
        raise StoreError(
            f"{where} names {named}, which is not the system's keyring and may keep secrets"
            " readable, or not at all",
            f"take that setting back, or {USE_FILE_STORE}",
        )
    return (named,)


def backend_name(backend: KeyringBackend) -> str:
    """The dotted name of a backend's class, as users write it in ``PYTHON_KEYRING_BACKEND``."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def largest_item(backend: KeyringBackend) -> int | None:
    """The most ASCII characters that one item of the backend takes; None means no limit."""
    return _WINDOWS_ITEM if backend_name(backend) == WINDOWS else None


def _system_backends(environ: Mapping[str, str]) -> tuple[str, ...]:
    names = _BY_PLATFORM.get(sys.platform, _ELSEWHERE)
    if dbus.is_kde(environ) and _KWALLET in names:
        return (_KWALLET, *(name for name in names if name != _KWALLET))
    return names


def _first_usable(names: tuple[str, ...]) -> KeyringBackend:
    reasons = []
    for name in names:
        module, _, class_name = name.rpartition(".")
        backend: type[KeyringBackend] = getattr(importlib.import_module(module), class_name)
        try:
            _ = backend.priority  # a backend that can't work here raises an error
            return backend()
        except (RuntimeError, OSError) as error:
            reasons.append(error)
    raise StoreError(
        f"no keyring can be used here: {_in_words(reasons[0])}",
        f"run this in the desktop session that has it, or {USE_FILE_STORE}",
    ) from reasons[0]


def _in_words(error: Exception) -> str:
    """Why a backend can't be used. What the libraries say of the Secret Service means little."""
    text = str(error)
    if isinstance(error, OSError) or text.startswith(
        ("Unable to initialize SecretService", "DBus transports ")
    ):
        return "there is no session bus"
    if "activatable" in text:
        return "no program on the session bus keeps secrets"
    return text


def _named_backend(environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The backend that the user named for all programs, and the place that names it."""
    import configparser

    from keyring.util import platform_

    named = environ.get("PYTHON_KEYRING_BACKEND")
    if named:
        return named, "PYTHON_KEYRING_BACKEND"
    path = os.path.join(platform_.config_root(), "keyringrc.cfg")
    settings = configparser.RawConfigParser()
    try:
        settings.read(path, encoding="utf-8")
        return settings.get("backend", "default-keyring", fallback="").strip() or None, path
    except (configparser.Error, ValueError) as error:
        raise StoreError(
            f"{path} can't be understood, so the keyring that it names is unknown",
            f"mend or remove that file, or {USE_FILE_STORE}",
        ) from error
