"""The settings: where they are, what they may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_connector.errors import CatalogError, UsageError
from kubectl_connector.settings import DEFAULTS, Settings, home_folder


def test_a_setting_has_its_default_until_it_is_set(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    assert settings.get("store") == DEFAULTS["store"] == "keyring"
    settings.set("store", "file")
    assert settings.get("store") == "file"
    settings.unset("store")
    assert settings.get("store") == "keyring"


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    for act in (settings.get, settings.unset, lambda name: settings.set(name, "x")):
        with pytest.raises(UsageError, match="stroe"):
            act("stroe")
    assert not (tmp_path / "config.yaml").exists()


def test_an_unknown_setting_in_the_file_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "apiVersion: kubectl-connector/v1\nkind: Settings\nx: 1\n"
    )
    with pytest.raises(CatalogError, match="line 3: unknown setting"):
        Settings(str(tmp_path)).load()


def test_the_folder_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder({"KUBECTL_CONNECTOR_HOME": "here"}) == str(tmp_path / "here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert home_folder({}).startswith(str(tmp_path))
    assert home_folder({}).endswith("kubectl-connector")
