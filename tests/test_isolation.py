"""The guard itself: no test reaches the home or the session of the person who runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import REAL_HOME, Home


def test_a_home_of_its_own(home: Home, tmp_path: Path) -> None:
    assert Path.home() == home.path
    assert home.path.is_relative_to(tmp_path)
    assert not list(home.path.iterdir())
    assert os.environ["KUBECONFIG"] == str(home.kubeconfig)
    assert "DBUS_SESSION_BUS_ADDRESS" not in os.environ
    assert not [name for name in os.environ if name.startswith("KUBERNETES_")]


@pytest.mark.parametrize("file", [".kube/config", ".config/kubectl-connector/connectors.yaml"])
def test_reaching_for_the_real_home_fails(file: str) -> None:
    with pytest.raises(RuntimeError, match="the real home"):
        (Path(REAL_HOME) / file).read_text()
