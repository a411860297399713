"""What stands in for parts of the standard library that import too much: ``modules``, ``log``."""

from __future__ import annotations

import logging
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kubectl_connector import auth, formats, log, stores
from kubectl_connector.modules import public_modules


def test_modules_are_found_as_source_and_compiled(tmp_path: Path) -> None:
    for name in ("b.py", "a.pyc", "_hidden.py", "notes.txt", "c.py.orig", "README"):
        (tmp_path / "one" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "one" / name).touch()
    (tmp_path / "one" / "package").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "d.py").touch()
    (tmp_path / "other" / "b.py").touch()
    folders = [str(tmp_path / "one"), str(tmp_path / "other"), str(tmp_path / "missing")]
    assert public_modules(folders) == ("a", "b", "d")


def test_modules_are_found_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("package/a.py", "")
        archive.writestr("package/_b.py", "")
    assert public_modules([f"{tmp_path}/all.zip/package"]) == ("a",)


@pytest.mark.parametrize("package", [auth, formats, stores])
def test_they_are_what_pkgutil_finds(package: object) -> None:
    import pkgutil

    path = package.__path__  # type: ignore[attr-defined]
    found = [m.name for m in pkgutil.iter_modules(path) if not m.ispkg and m.name[0] != "_"]
    assert public_modules(path) == tuple(sorted(found))


def test_a_detail_is_logged_for_whoever_listens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=log.NAME):
        log.info("reading %s", "this")
    (record,) = caplog.records
    assert record.getMessage() == "reading this"
    assert record.funcName == "test_a_detail_is_logged_for_whoever_listens"


def test_nobody_listens_to_what_nobody_imported() -> None:
    program = (
        "from kubectl_connector import log; log.info('x %s', 1); import sys; print(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert b"'logging'" not in done.stdout
