"""``completion install``: where the script goes, and what it leaves alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kubectl_connector.completion.install import NAME, Place, install, uninstall
from kubectl_connector.completion.scripts import FOR_KUBECTL, FOR_KUBECTL_ON_WINDOWS
from kubectl_connector.errors import ConnectorError, NotFoundError
from tests.conftest import PLUGIN, Home
from tests.e2e.terminal import Terminal


@pytest.fixture
def bin_(home: Home) -> Path:
    """A folder that holds only our executable, such as ~/.krew/bin."""
    folder = home.path / ".krew" / "bin"
    folder.mkdir(parents=True)
    (folder / "kubectl-connector").symlink_to(PLUGIN)
    return folder


def place(home: Home, *folders: Path, program: Path | None = None, windows: bool = False) -> Place:
    path = (";" if windows else ":").join(map(str, folders))
    environ = {"PATH": path, "HOME": str(home.path), "USERPROFILE": str(home.path)}
    return Place(str(program) if program else None, environ, windows)


def test_kubectl_completes_after_it(kubectl: Path, home: Home, bin_: Path) -> None:
    terminal = Terminal(kubectl, home)
    environ = {"PATH": f"{bin_}:{_alone(kubectl, home)}:/usr/bin:/bin"}
    before = terminal.run("__complete", "connector", "logo", env=environ)
    assert before.stdout == ":0\n"
    wrote = terminal.run("connector", "completion", "install", env=environ)
    assert wrote.stdout == "Wrote ~/.krew/bin/kubectl_complete-connector\n", wrote.stderr
    again = terminal.run("connector", "completion", "install", env=environ)
    assert again.stdout == "Unchanged: ~/.krew/bin/kubectl_complete-connector\n"
    after = terminal.run("__complete", "connector", "logo", env=environ)
    assert after.stdout.startswith("logout\t")
    removed = terminal.run("connector", "completion", "uninstall", env=environ)
    assert removed.stdout == "Removed ~/.krew/bin/kubectl_complete-connector\n"
    assert os.listdir(bin_) == ["kubectl-connector"]


def _alone(kubectl: Path, home: Home) -> Path:
    """A folder that holds only kubectl."""
    folder = home.path / "kubectl"
    folder.mkdir()
    (folder / "kubectl").symlink_to(kubectl)
    return folder


def test_it_goes_beside_the_program(home: Home, bin_: Path) -> None:
    done = install(place(home, bin_, program=bin_ / "kubectl-connector"))
    assert (done.path, done.changed, done.on_path, done.found_first) == (
        str(bin_ / NAME),
        True,
        True,
        None,
    )
    assert Path(done.path).read_text() == FOR_KUBECTL
    assert stat.S_IMODE(os.stat(done.path).st_mode) & 0o700 == 0o700


def test_else_into_a_folder_of_the_users_own(home: Home, bin_: Path, tmp_path: Path) -> None:
    """A folder outside the home may be writable too, but belong to everybody."""
    theirs, bin2, local = tmp_path / "opt", home.path / "bin", home.path / ".local" / "bin"
    for folder in (theirs, bin2, local):
        folder.mkdir(parents=True)
    program = bin_ / "kubectl-connector"  # not on PATH
    assert install(place(home, theirs, bin2, local, program=program)).path == str(local / NAME)
    os.unlink(local / NAME)
    assert install(place(home, theirs, bin2, program=program)).path == str(bin2 / NAME)
    os.unlink(bin2 / NAME)
    with pytest.raises(ConnectorError, match="no folder of yours") as caught:
        install(place(home, theirs, program=program))
    assert "--dir" in caught.value.hint


def test_what_a_package_manager_installed_is_enough(home: Home, bin_: Path) -> None:
    launcher = bin_ / NAME
    launcher.write_text("#!/venv/bin/python\nfrom kubectl_connector.__main__ import complete\n")
    done = install(place(home, bin_, program=bin_ / "kubectl-connector"))
    assert (done.path, done.changed) == (str(launcher), False)
    with pytest.raises(NotFoundError):
        uninstall(place(home, bin_))
    assert launcher.exists()


def test_an_older_one_of_ours_is_renewed(home: Home, bin_: Path) -> None:
    where = place(home, bin_, program=bin_ / "kubectl-connector")
    path = Path(install(where).path)
    path.write_text(FOR_KUBECTL + "# of an older version\n")
    assert install(where).changed
    assert path.read_text() == FOR_KUBECTL
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("kind", ["file", "link to nowhere"])
def test_a_foreign_file_stays(home: Home, bin_: Path, kind: str) -> None:
    foreign = bin_ / NAME
    if kind == "file":
        foreign.write_text("#!/bin/sh\necho somebody else's\n")
    else:
        foreign.symlink_to(bin_ / "nowhere")
    with pytest.raises(ConnectorError, match="not written by this program"):
        install(place(home, bin_), str(bin_))
    with pytest.raises(NotFoundError):
        uninstall(place(home, bin_))
    assert foreign.is_symlink() or "somebody else's" in foreign.read_text()


def test_it_says_where_kubectl_would_not_find_it(home: Home, bin_: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert not install(place(home, bin_), str(other)).on_path
    foreign = other / NAME
    foreign.write_text("#!/bin/sh\n")
    done = install(place(home, other, bin_), str(bin_))
    assert (done.on_path, done.found_first) == (True, str(foreign))


def test_a_folder_that_is_not_there(home: Home) -> None:
    with pytest.raises(ConnectorError, match="can't be written") as caught:
        install(place(home), str(home.path / "nowhere"))
    assert "--dir" in caught.value.hint


def test_windows_has_another_ending(home: Home, bin_: Path) -> None:
    done = install(place(home, bin_, program=bin_ / "kubectl-connector.exe", windows=True))
    assert done.path == str(bin_ / f"{NAME}.cmd")
    assert Path(done.path).read_bytes() == FOR_KUBECTL_ON_WINDOWS.encode()
    assert not install(place(home, bin_, windows=True)).changed
    assert uninstall(place(home, bin_, windows=True)) == [done.path]
