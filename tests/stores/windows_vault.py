"""Windows' credential store in memory, beneath the keyring library's own Windows backend."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from keyring.backend import KeyringBackend

_LARGEST_BLOB = 2560
_NOT_FOUND = 1168
_BAD_DATA = 1783


class PowerCutError(BaseException):
    """The process ends here: no code catches this, and none cleans up."""


class WindowsError(Exception):
    """The error that pywin32 raises."""

    def __init__(self, winerror: int, funcname: str) -> None:
        super().__init__(winerror, funcname)
        self.winerror = winerror
        self.funcname = funcname


class WindowsVault(ModuleType):
    """The three functions of ``win32cred`` that the backend uses, with the limit of an item."""

    CRED_TYPE_GENERIC = 1
    CRED_PERSIST_ENTERPRISE = 3

    def __init__(self) -> None:
        super().__init__("win32cred")
        self.items: dict[str, dict[str, Any]] = {}
        self.changes_before_power_cut: int | None = None

    def CredRead(self, Type: int, TargetName: str) -> dict[str, Any]:  # noqa: N802, N803
        if TargetName not in self.items:
            raise WindowsError(_NOT_FOUND, "CredRead")
        return self.items[TargetName]

    def CredWrite(self, credential: dict[str, Any], flags: int) -> None:  # noqa: N802
        blob = credential["CredentialBlob"].encode("utf-16-le")
        if len(blob) > _LARGEST_BLOB:
            raise WindowsError(_BAD_DATA, "CredWrite")
        self._change()
        self.items[credential["TargetName"]] = {**credential, "CredentialBlob": blob}

    def CredDelete(self, Type: int, TargetName: str) -> None:  # noqa: N802, N803
        if TargetName not in self.items:
            raise WindowsError(_NOT_FOUND, "CredDelete")
        self._change()
        del self.items[TargetName]

    def texts(self) -> str:
        """All text in the vault."""
        return "\n".join(item["CredentialBlob"].decode("utf-16-le") for item in self.items.values())

    def _change(self) -> None:
        if self.changes_before_power_cut is not None:
            if self.changes_before_power_cut == 0:
                raise PowerCutError
            self.changes_before_power_cut -= 1


@pytest.fixture
def windows_vault() -> WindowsVault:
    """An empty vault."""
    return WindowsVault()


@pytest.fixture
def windows_backend(
    windows_vault: WindowsVault, monkeypatch: pytest.MonkeyPatch
) -> Iterator[KeyringBackend]:
    """The library's Windows backend, with ``windows_vault`` for Windows."""
    if sys.platform == "win32":
        pytest.skip("Windows has a vault of its own")
    pywintypes = ModuleType("pywintypes")
    monkeypatch.setattr(pywintypes, "error", WindowsError, raising=False)
    monkeypatch.setitem(sys.modules, "pywintypes", pywintypes)
    monkeypatch.setitem(sys.modules, "win32cred", windows_vault)
    monkeypatch.delitem(sys.modules, "keyring.backends.Windows", raising=False)
    module = importlib.import_module("keyring.backends.Windows")
    yield module.WinVaultKeyring()
    # The library never forgets a backend class, and Python keeps every imported module.
    KeyringBackend._classes.discard(module.WinVaultKeyring)
    del sys.modules["keyring.backends.Windows"]
