"""Descriptor, manifest, package and commands all describe the plugin alike."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from kubectl_connector import __version__
from kubectl_connector.cli.app import VERBS, load

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def descriptor() -> Any:
    return yaml.safe_load((ROOT / "plugin.yaml").read_text())


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module packaging/manifest.py."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("manifest")


def test_the_commands_are_the_real_ones(descriptor: Any) -> None:
    real: list[str | dict[str, list[str]]] = []
    for verb in VERBS:
        below = list(getattr(load(verb), "commands", {}))
        real.append({verb: below} if below else verb)
    assert descriptor["commands"] == real


def test_the_template_is_made_from_the_descriptor(script: Any) -> None:
    written = (ROOT / "krew-manifest.yaml").read_text()
    assert written == script.template(), "make krew-template"


def test_the_template_says_what_the_descriptor_says(descriptor: Any) -> None:
    """The test fills the template's placeholders as krew-release-bot does."""
    text = (ROOT / "krew-manifest.yaml").read_text().replace("{{ .TagName }}", "v0.0.0")
    filled = re.sub(r'\{\{addURIAndSha "(\S+)" \S+ \}\}', r"uri: \1\n      sha256: 00", text)
    assert "{{" not in filled
    manifest = yaml.safe_load(filled)
    _says_what_the_descriptor_says(manifest, descriptor)
    platforms = [entry["selector"]["matchLabels"] for entry in manifest["spec"]["platforms"]]
    assert platforms == descriptor["platforms"]


def test_a_complete_manifest_is_of_the_archives_at_hand(
    descriptor: Any, script: Any, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="no archive"):
        script.complete(tmp_path)
    names = {"kubectl-connector-linux-arm64.tar.gz", "kubectl-connector-windows-amd64.zip"}
    for name in names:
        (tmp_path / name).write_text(name)
    manifest = yaml.safe_load(script.complete(tmp_path))
    _says_what_the_descriptor_says(manifest, descriptor)
    assert manifest["spec"]["version"] == f"v{__version__}"
    for entry in manifest["spec"]["platforms"]:
        tag, name = entry["uri"].split("/")[-2:]
        names.remove(name)
        assert tag == f"v{__version__}"
        assert entry["sha256"] == hashlib.sha256(name.encode()).hexdigest()
    assert not names


def _says_what_the_descriptor_says(manifest: Any, descriptor: Any) -> None:
    spec = manifest["spec"]
    assert manifest["metadata"]["name"] == descriptor["name"]
    for field in ("homepage", "shortDescription", "description", "caveats"):
        assert spec[field] == descriptor[field]
    for entry in spec["platforms"]:
        labels = entry["selector"]["matchLabels"]
        windows = labels["os"] == "windows"
        assert entry["bin"] == descriptor["executable"] + (".exe" if windows else "")
        assert f"-{labels['os']}-{labels['arch']}." in entry["uri"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib came with Python 3.11")
def test_the_package_installs_the_executable(descriptor: Any) -> None:
    project = _pyproject()["project"]
    completion = f"kubectl_complete-{descriptor['name']}"  # kubectl's name for it
    assert set(project["scripts"]) - {completion} == {descriptor["executable"]}
    scripts = {path.name: path for path in (ROOT / "packaging" / "scripts").iterdir()}
    assert set(scripts) == set(project["scripts"])
    for name, target in project["scripts"].items():  # hatch_build.py installs one or the other
        module, _, function = target.partition(":")
        text = f"#!python\nfrom {module} import {function}\n\n{function}()\n"
        assert scripts[name].read_text() == text
        assert os.access(scripts[name], os.X_OK)
    assert project["license"] == descriptor["license"]
    assert project["name"] == descriptor["executable"]
    assert project["urls"]["Homepage"] == descriptor["homepage"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib came with Python 3.11")
def test_the_locks_hold_what_the_package_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every lock has the packages that pyproject.toml wants, in versions that it allows."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    lock = importlib.import_module("lock")
    locks = lock.locks(_pyproject())
    found = {path.stem for path in (ROOT / "packaging" / "locks").iterdir()}
    assert found == set(locks), "make lock"
    for name, each in locks.items():
        text = (ROOT / "packaging" / "locks" / f"{name}.txt").read_text()
        versions: dict[str, str] = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))
        for requirement in map(Requirement, each.wanted):
            version = versions.get(requirement.name.lower(), "0")
            assert version in requirement.specifier, f"{requirement} in {name}: make lock"
        assert "://" not in text


def test_krews_own_limits(descriptor: Any) -> None:
    assert len(descriptor["shortDescription"]) <= 50
    assert "\n" not in descriptor["shortDescription"]


def _pyproject() -> Any:
    tomllib = importlib.import_module("tomllib")
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
