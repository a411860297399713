"""Kubeconfigs that an earlier release wrote are logged out of as that release would have done."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import pytest

from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.operations.login import LoginRequest, login
from kubectl_connector.operations.logout import logout
from tests.kubeconfig.conftest import MakeWorkspace

RELEASED = Path(__file__).with_name("released")
NAMES = ("lab", "prod", "shop")


class Case:
    """A recorded case, laid out in a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.recorded = RELEASED / name
        self.folder = folder
        steps = json.loads((self.recorded / "steps.json").read_text())
        self.names: list[str] = steps["files"]
        self.steps: list[tuple[str, str, str | None]] = steps["steps"]

    @property
    def files(self) -> KubeconfigFiles:
        paths = os.pathsep.join(str(self.folder / name) for name in self.names)
        return kubeconfig_files(None, {"KUBECONFIG": paths})

    def lay_out(self, suffix: str = "") -> None:
        for name, data in self.contents(suffix).items():
            path = self.folder / name
            path.unlink(missing_ok=True)
            if data is not None:
                path.write_bytes(data)
                path.chmod(0o600)

    def contents(self, suffix: str = "") -> dict[str, bytes | None]:
        """What was recorded, by name."""
        return {name: _bytes(self.recorded / (name + suffix)) for name in self.names}

    def found(self) -> dict[str, bytes | None]:
        """What there is, by name."""
        return {name: _bytes(self.folder / name) for name in self.names}


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


@pytest.fixture(params=sorted(path.name for path in RELEASED.iterdir() if path.is_dir()))
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    return Case(request.param, tmp_path)


@pytest.mark.parametrize("registered", [NAMES, ()], ids=["registered", "deleted since"])
def test_what_was_there_before_comes_back(
    case: Case, make_workspace: MakeWorkspace, registered: tuple[str, ...]
) -> None:
    workspace = make_workspace(registered)
    there = sorted(
        {name for _, name, _ in case.steps} - {n for v, n, _ in case.steps if v != "login"}
    )
    assert len(there) == 2
    for order in itertools.permutations(there):
        case.lay_out()
        for name in order:
            assert logout(workspace, name, case.files).contexts == (name,)
        assert case.found() == case.contents(".before"), order
    case.lay_out()
    assert sorted(logout(workspace, None, case.files).contexts) == there
    assert case.found() == case.contents(".before")


def test_the_same_logins_write_the_same_bytes(case: Case, make_workspace: MakeWorkspace) -> None:
    """So that the release can log out of what we write, too."""
    workspace = make_workspace(NAMES)
    case.lay_out(".before")
    for verb, name, mode in case.steps:
        if verb == "login":
            request = LoginRequest(case.files, mode=mode, program="kubectl-connector")
            login(workspace, name, request)
        else:
            logout(workspace, name, case.files)
    assert case.found() == case.contents()
