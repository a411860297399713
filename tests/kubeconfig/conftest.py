"""Fixtures for the kubeconfig engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kubeconfig.recorder import Server


@pytest.fixture(scope="session")
def vector_server() -> Iterator[Server]:
    """The server that the vectors' cases speak to."""
    server = Server()
    yield server
    server.close()
