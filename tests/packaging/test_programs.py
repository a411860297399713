"""Which programs a wheel that is built for this environment installs (hatch_build.py)."""

from __future__ import annotations

import importlib
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("platform", "python", "scripts"),
    [
        ("linux", "/home/jane/.venv/bin/python", True),
        ("linux", "/home/jane/My Project/.venv/bin/python", False),
        ("linux", f"/{'deep/' * 30}bin/python", False),
        ("darwin", "/Users/jane/.venv/bin/python", False),
        ("win32", r"C:\venv\python.exe", False),
    ],
)
def test_scripts_are_installed_where_the_system_can_run_them(
    platform: str, python: str, scripts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hatchling")
    monkeypatch.syspath_prepend(str(ROOT))
    hook = importlib.import_module("hatch_build")
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "executable", python)
    assert hook._runs_scripts() is scripts
