"""``store export`` and ``store import``: every connector with its secrets, in one file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.apiserver import ApiServer
from tests.cli.test_commands import Capture, fails, succeeds
from tests.conftest import BOB_TOKEN, JANE_TOKEN, PLUGIN, Home
from tests.kubeconfigs import exec_user, token_user, write_kubeconfig
from tests.secret_service import require_secret_service, secret_service


@pytest.fixture(autouse=True)
def passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "correct horse")
    monkeypatch.setenv("KUBECTL_CONNECTOR_EXPORT_PASSPHRASE", "battery staple")


@pytest.fixture
def export(
    capsys: Capture, server: ApiServer, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An export of three connectors: in the file, in a keyring, and one without a secret."""
    require_secret_service()
    path = tmp_path / "connectors.sealed"
    users = {
        "filed": ("file", token_user(JANE_TOKEN)),
        "ringed": ("keyring", token_user(BOB_TOKEN)),
        "running": ("file", exec_user(tmp_path / "plugin", token=JANE_TOKEN)),
    }
    with secret_service() as environment:
        address = "DBUS_SESSION_BUS_ADDRESS"
        monkeypatch.setenv(address, environment[address])
        for name, (store, user) in users.items():
            write_kubeconfig(home.kubeconfig, server, user)
            register = ("register", name, "--auto-configure", "--no-verify", "--store", store)
            succeeds(capsys, *register, "--label", "team=shop")
        assert "Exported 3 connectors" in succeeds(capsys, "store", "export", str(path))
    monkeypatch.delenv(address)
    return path


def _kept(home: Home) -> dict[str, dict[str, object]]:
    catalog = yaml.safe_load((home.connector_home / "connectors.yaml").read_text())
    return {one["name"]: one for one in catalog["connectors"]}


def _secret(capsys: Capture, name: str) -> object:
    shown = succeeds(capsys, "describe", name, "-o", "json", "--show-secrets")
    return json.loads(shown).get("secret")


def test_another_machine_gets_all_of_it(
    capsys: Capture, home: Home, export: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert export.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    for secret in (JANE_TOKEN, BOB_TOKEN, "filed", "127.0.0.1"):
        assert secret not in export.read_text()
    before = _kept(home)
    other = Home(tmp_path / "other", tmp_path / "other", home.kubeconfig)
    monkeypatch.setenv("KUBECTL_CONNECTOR_HOME", str(other.path))
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", "another horse")
    monkeypatch.setenv("KUBECTL_CONNECTOR_EXPORT_PASSPHRASE", "wrong")
    code, error, _ = fails(capsys, "store", "import", str(export), "--store", "file")
    assert (code, "does not open" in error) == (6, True)
    monkeypatch.setenv("KUBECTL_CONNECTOR_EXPORT_PASSPHRASE", "battery staple")
    said = succeeds(capsys, "store", "import", str(export), "--store", "file")
    assert said.count("into the file store") == 3
    assert [_secret(capsys, name) for name in ("filed", "ringed", "running")] == [
        {"token": JANE_TOKEN},
        {"token": BOB_TOKEN},
        {},
    ]
    for name, one in _kept(other).items():
        assert one["id"] == before[name]["id"]  # contexts that came along find it
        assert one["labels"] == {"team": "shop"}
    for name in ("filed", "running"):
        succeeds(capsys, "verify", name)


def test_names_that_are_taken_are_refused_first(capsys: Capture, home: Home, export: Path) -> None:
    before = (home.connector_home / "connectors.yaml").read_bytes()
    take_in = ("store", "import", str(export), "--store", "file")
    code, error, hint = fails(capsys, *take_in, "--rename", "filed=again")
    assert (code, '"ringed" already' in error, "--rename ringed=NAME" in hint) == (1, True, True)
    for words, wanted in (
        (("--rename", "filed"), 2),
        (("--rename", "nobody=x"), 3),
        (("--rename", "filed=ringed"), 2),
    ):
        assert fails(capsys, *take_in, *words)[0] == wanted
    code, error, hint = fails(capsys, *take_in, "--rename", "nobody=x")
    assert (error, hint) == (
        'no connector named "nobody" in the file',
        "it has: filed, ringed, running",  # the file's names, not the catalog's
    )
    assert (home.connector_home / "connectors.yaml").read_bytes() == before


def test_in_the_place_of_one_or_under_another_name(
    capsys: Capture, home: Home, export: Path
) -> None:
    update = ("update", "filed", "--no-verify", "--token-file")
    (export.parent / "token").write_text("newer")
    succeeds(capsys, *update, str(export.parent / "token"))
    before = _kept(home)
    take_in = ("store", "import", str(export), "--store", "file", "--overwrite")
    succeeds(capsys, *take_in, "--rename", "running=running-2")
    after = _kept(home)
    assert _secret(capsys, "filed") == {"token": JANE_TOKEN}
    assert after["filed"]["id"] == before["filed"]["id"]
    assert after["running"] == before["running"]
    assert after["running-2"]["id"] != before["running"]["id"]
    refs = {one["secretRef"] for one in after.values() if "secretRef" in one}
    held = json.loads((home.connector_home / "secrets.json").read_text())["secrets"]
    assert refs == set(held)


def test_what_a_login_replaced_stays_with_its_own_connector(
    capsys: Capture, server: ApiServer, home: Home, tmp_path: Path
) -> None:
    """Its text is in this machine's store, and is its logout's to give back."""
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    before, path = home.kubeconfig.read_bytes(), tmp_path / "connectors.sealed"
    succeeds(capsys, "register", "lab", "--auto-configure", "--no-verify", "--store", "file")
    succeeds(capsys, "login", "lab")
    succeeds(capsys, "store", "export", str(path))
    take_in = ("store", "import", str(path), "--store", "file", "--rename")
    succeeds(capsys, *take_in, "lab=twin")
    assert "twin" in succeeds(capsys, "list")
    assert ["originals" in _kept(home)[name] for name in ("lab", "twin")] == [True, False]
    succeeds(capsys, "delete", "twin", "--yes")
    succeeds(capsys, "logout", "lab")
    assert home.kubeconfig.read_bytes() == before


def test_an_export_replaces_nothing_and_needs_a_good_passphrase(
    capsys: Capture, home: Home, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = export.read_bytes()
    assert fails(capsys, "store", "export", str(export))[0] == 2
    assert export.read_bytes() == before
    succeeds(capsys, "delete", "ringed", "--yes", "--force")
    new = export.with_name("new")
    monkeypatch.setenv("KUBECTL_CONNECTOR_EXPORT_PASSPHRASE", "short")
    assert "too short" in fails(capsys, "store", "export", str(new))[1]
    monkeypatch.delenv("KUBECTL_CONNECTOR_EXPORT_PASSPHRASE")
    code, error, hint = fails(capsys, "store", "export", str(new))
    assert (code, "nobody to ask" in error) == (6, True)
    assert hint == "set KUBECTL_CONNECTOR_EXPORT_PASSPHRASE in the environment"
    assert not new.exists()


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", None])
def test_what_is_no_export_is_named(
    capsys: Capture, tmp_path: Path, data: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody is asked for a passphrase."""
    monkeypatch.delenv("KUBECTL_CONNECTOR_EXPORT_PASSPHRASE")
    path = tmp_path / "export"
    if data is not None:
        path.write_bytes(data)
    _, error, _ = fails(capsys, "store", "import", str(path))
    assert str(path) in error


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit memory otherwise")
def test_too_little_memory_is_no_fault_of_ours(export: Path, home: Home) -> None:
    limit = "import resource as r, os, sys; r.setrlimit(r.RLIMIT_AS, (150_000_000,) * 2)"
    run_it = f"{limit}; os.execv(sys.argv[1], sys.argv[1:])"
    words = [str(PLUGIN), "store", "import", str(export), "--rename", "filed=z"]
    limited = [sys.executable, "-c", run_it, *words]
    done = subprocess.run(limited, check=False, capture_output=True, text=True)
    assert (done.returncode, "128 MiB of memory" in done.stderr) == (6, True), done.stderr


def test_what_has_no_end_is_not_read(capsys: Capture, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    for path, problem in (("/dev/zero", "not a regular file"), (str(large), "larger than 64 MiB")):
        _, error, _ = fails(capsys, "store", "import", path)
        assert problem in error


@pytest.mark.parametrize(
    ("verb", "named"),
    [
        ("export", ["", "EXPORT_"]),
        ("import", ["", "EXPORT_"]),
        ("change-passphrase", ["", "NEW_"]),
        ("lock", []),
    ],
)
def test_help_names_the_passphrases_that_a_command_reads(
    capsys: Capture, verb: str, named: list[str]
) -> None:
    _, _, environment = succeeds(capsys, "store", verb, "--help").partition("Environment:")
    found = [word for word in environment.split() if word.startswith("KUBECTL_CONNECTOR_")]
    assert found == [f"KUBECTL_CONNECTOR_{which}PASSPHRASE" for which in named]


def test_an_export_into_the_home_folder_is_named_with_a_tilde(
    capsys: Capture, export: Path, home: Home
) -> None:
    succeeds(capsys, "delete", "ringed", "--yes", "--force")
    said = succeeds(capsys, "store", "export", str(home.path / "x.sealed"))
    assert said == "Exported 2 connectors to ~/x.sealed\n"
