"""What make says to somebody who types it for the first time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def test_demo_says_what_it_does_before_it_does_anything(tmp_path: Path) -> None:
    """The first thing that it runs is PYTHON; here that is a program that fails at once."""
    folder = os.path.relpath(tmp_path / "venv", ROOT)
    done = subprocess.run(
        ["make", "-C", ROOT, "demo", f"VENV={folder}", "PYTHON=false"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stdout.splitlines() if not line.startswith("make")]
    assert said == [f"# Making an environment in {folder}, once: a minute or two."]
    assert done.returncode != 0
    assert "name another: make PYTHON=python3.12 demo" in done.stderr
