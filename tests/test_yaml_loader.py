"""Files of ours and of kubectl's that are nested without end: refused, on every libyaml."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from kubectl_connector.completion.complete import complete
from kubectl_connector.completion.tree import TREE
from kubectl_connector.completion.values import UserValues
from kubectl_connector.errors import CatalogError, KubeconfigError
from kubectl_connector.kubeconfig.kuberc import refusal
from kubectl_connector.yaml_file import read
from kubectl_connector.yaml_loader import MAX_DEPTH, loader
from tests.conftest import OLDER, libyaml_version

DEEP = {
    "brackets": "[" * 100_000,
    "braces": "x: " + "{a: " * 50_000,
    "closed brackets": "x: " + "[" * 50_000 + "]" * 50_000,
    "lines": "".join(" " * level + "a:\n" for level in range(3000)),
}
deep = pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.yaml"


@pytest.mark.skipif(os.environ.get("PYTHONPATH") != str(OLDER), reason="make older-libyaml")
def test_this_is_the_older_libyaml() -> None:
    assert libyaml_version() == "0.2.5"


@deep
def test_in_the_catalog(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(CatalogError, match=r"file.yaml, line 1\d*: .*nesting depth") as error:
        read(str(path), "ConnectorList")
    assert "\n" not in error.value.message


@deep
def test_in_kubectls_preferences(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(KubeconfigError, match=r"preferences in .* can't be read"):
        refusal("plugin", "/bin/plugin", {"KUBERC": str(path)})


@deep
def test_in_a_kubeconfig_that_completion_reads(path: Path, text: str) -> None:
    path.write_text(text)
    values = UserValues({"KUBECONFIG": str(path)})
    assert complete(["login", "prod", "--context", ""], TREE, values)[0] == []


@pytest.mark.parametrize("kind", ["Safe", "Base"])
def test_up_to_the_limit_it_is_read(kind: str) -> None:
    def nested(levels: int) -> str:
        return "[" * levels + "]" * levels

    assert yaml.load(nested(MAX_DEPTH), loader(kind))  # noqa: S506
    with pytest.raises(yaml.YAMLError, match="nesting depth"):
        yaml.load(nested(MAX_DEPTH + 1), loader(kind))  # noqa: S506
    flat = yaml.load("[" + "[x], " * 1000 + "]", loader(kind))  # noqa: S506
    assert len(flat) == 1000
