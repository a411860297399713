"""What is said of the plugin is said alike everywhere: descriptor, manifest, package, commands."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_connector.cli.app import VERBS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def descriptor() -> Any:
    return yaml.safe_load((ROOT / "plugin.yaml").read_text())


@pytest.fixture
def manifest() -> Any:
    """The release template with its holes filled as a release would."""
    text = (ROOT / "krew-manifest.yaml").read_text().replace("{{ .TagName }}", "v0.0.0")
    filled = re.sub(r'\{\{addURIAndSha "(\S+)" \S+ \}\}', r"uri: \1\n      sha256: 00", text)
    assert "{{" not in filled
    return yaml.safe_load(filled)


def test_the_commands_are_the_real_ones(descriptor: Any) -> None:
    assert descriptor["commands"] == list(VERBS)


def test_the_manifest_says_what_the_descriptor_says(descriptor: Any, manifest: Any) -> None:
    spec = manifest["spec"]
    assert manifest["metadata"]["name"] == descriptor["name"]
    for field in ("homepage", "shortDescription", "description", "caveats"):
        assert spec[field] == descriptor[field]
    platforms = [entry["selector"]["matchLabels"] for entry in spec["platforms"]]
    assert platforms == descriptor["platforms"]
    for entry in spec["platforms"]:
        windows = entry["selector"]["matchLabels"]["os"] == "windows"
        assert entry["bin"] == descriptor["executable"] + (".exe" if windows else "")
        assert "-".join(entry["selector"]["matchLabels"].values()) in entry["uri"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib came with Python 3.11")
def test_the_package_installs_the_executable(descriptor: Any) -> None:
    tomllib = importlib.import_module("tomllib")

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert list(project["scripts"]) == [descriptor["executable"]]
    assert project["license"] == descriptor["license"]
    assert project["name"] == descriptor["executable"]


def test_krews_own_limits(descriptor: Any) -> None:
    assert len(descriptor["shortDescription"]) <= 50
    assert "\n" not in descriptor["shortDescription"]
