"""Fixtures of the stores' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_connector.errors import StoreError
from kubectl_connector.stores import StoreOptions
from tests.secret_service import require_secret_service, secret_service
from tests.stores.windows_vault import windows_backend, windows_vault

__all__ = ["windows_backend", "windows_vault"]


def no_passphrase(confirm: bool) -> str:
    """Fail, because nothing may ask for a passphrase."""
    raise StoreError("there is no terminal to ask for a passphrase at", "set it")


@pytest.fixture
def options(tmp_path: Path) -> StoreOptions:
    """Options with a folder that does not exist yet, nobody to ask, and a short timeout."""
    return StoreOptions(str(tmp_path / "connectors"), no_passphrase, timeout=10.0)


@pytest.fixture(scope="module")
def shared_service() -> Iterator[dict[str, str]]:
    """A Secret Service for the tests of a module; they clean up after themselves."""
    require_secret_service()
    with secret_service() as environment:
        yield environment


@pytest.fixture
def own_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A Secret Service for one test, which may lock or break it; this process uses it."""
    require_secret_service()
    with secret_service() as environment:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", environment["DBUS_SESSION_BUS_ADDRESS"])
        yield environment
