"""The settings: where they are, and which values they may have."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from kubectl_connector.errors import CatalogError, UsageError
from kubectl_connector.home import home_folder
from kubectl_connector.model.connector import check_login_mode
from kubectl_connector.settings import OWN, Settings
from kubectl_connector.stores import check_store_name

CHECKS = {"store": check_store_name, "login.mode": check_login_mode}


def test_a_setting_has_its_default_until_it_is_set(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path), CHECKS)
    assert settings.get("store") == OWN["store"].default == "keyring"
    settings.set("store", "file")
    assert settings.get("store") == "file"
    settings.unset("store")
    assert settings.get("store") == "keyring"


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path), CHECKS)
    for act in (settings.get, settings.unset, lambda name: settings.set(name, "x")):
        with pytest.raises(UsageError, match="stroe"):
            act("stroe")
    assert not (tmp_path / "config.yaml").exists()


def test_an_unknown_setting_in_the_file_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "apiVersion: kubectl-connector/v1\nkind: Settings\nx: 1\n"
    )
    with pytest.raises(CatalogError, match="line 3: unknown setting"):
        Settings(str(tmp_path), CHECKS).load()


def test_the_folder_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder({"KUBECTL_CONNECTOR_HOME": "here"}) == str(tmp_path / "here")


@pytest.mark.parametrize("chosen", ["", "/somewhere/else", "relative", "/with blank/x"])
def test_the_folder_is_where_platformdirs_says(
    chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Linux we find the folder without platformdirs, in a tenth of the time."""
    monkeypatch.setenv("XDG_CONFIG_HOME", chosen)
    theirs = platformdirs.user_config_dir("kubectl-connector", appauthor=False, roaming=False)
    assert home_folder({"XDG_CONFIG_HOME": chosen}) == theirs


@pytest.mark.parametrize("line", ["store: elsewhere", "store:", "login.mode: exce"])
def test_a_value_that_a_setting_cannot_have_names_its_line(tmp_path: Path, line: str) -> None:
    head = "apiVersion: kubectl-connector/v1\nkind: Settings\n"
    (tmp_path / "config.yaml").write_text(f"{head}{line}\n")
    with pytest.raises(CatalogError, match="line 3: "):
        Settings(str(tmp_path), CHECKS).load()
    settings = Settings(str(tmp_path / "new"), CHECKS)
    with pytest.raises(UsageError):
        settings.set("login.mode", "exce")
    assert not (tmp_path / "new").exists()
