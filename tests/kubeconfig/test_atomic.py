"""At every moment a kubeconfig is the old file or the new one, and nothing in between."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from tests.conftest import ROOT
from tests.kubeconfig.edits import just, login, logout
from tests.kubeconfig.killed import ACTIONS

TEXT = b"# mine\nusers: [{name: u, user: {token: t}}]\ncurrent-context: ''\n"
OLD_LOCK = 1_000_000_000.0
NOBODY = 65534


def files_of(*paths: Path) -> KubeconfigFiles:
    return kubeconfig_files(None, {"KUBECONFIG": os.pathsep.join(map(str, paths))})


# Killed at every system call that writes

CALLS = ("openat", "write", "fsync", "/^chmod", "/^chown", "/^rename", "/^unlink")


@dataclass(frozen=True)
class Scene:
    """A kubeconfig in a folder of its own, the action on it, and the bytes before and after."""

    action: str
    path: Path
    target: Path
    before: bytes
    after: bytes


@pytest.fixture(scope="module")
def stages() -> dict[str, tuple[bytes, bytes]]:
    """The bytes before and after each action."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config"
        path.write_bytes(TEXT)
        found = {}
        for action, make_edit in ACTIONS.items():
            before = path.read_bytes()
            edit_kubeconfig(files_of(path), make_edit)
            found[action] = before, path.read_bytes()
    return found


@pytest.fixture(scope="module")
def strace() -> None:
    found = shutil.which("strace")
    if not found:
        pytest.skip("strace is not installed")
    done = subprocess.run([found, "-f", "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr.strip()[-80:]}")


def _scenes(folder: Path, stages: dict[str, tuple[bytes, bytes]]) -> list[Scene]:
    scenes = []
    for action, (before, after) in stages.items():
        for linked in (False, True):
            place = folder / f"{action}-{'link' if linked else 'file'}"
            target = place / ("real" if linked else ".") / "config"
            target.parent.mkdir(parents=True)
            target.write_bytes(before)
            target.chmod(0o640)
            if linked:
                (place / "config").symlink_to("real/config")
            scenes.append(Scene(action, place / "config", target, before, after))
    return scenes


@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_any_system_call_leaves_the_old_or_the_new_file(
    strace: None, stages: dict[str, tuple[bytes, bytes]], tmp_path: Path, call: str
) -> None:
    for number in range(1, 40):
        scenes = _scenes(tmp_path / str(number), stages)
        statuses = _run_killing(call, number, scenes)
        for scene, status in zip(scenes, statuses, strict=True):
            assert status in (0, -9)
            _check(scene, killed=status != 0)
        if not any(statuses):
            assert number > 1, "was never killed"
            return
    pytest.fail(f"still killed at call {number} of {call}")


def _run_killing(call: str, number: int, scenes: list[Scene]) -> list[int]:
    """The exit status of each scene's change, killed at its call of that number."""
    specs = [f"{scene.action}={scene.path}" for scene in scenes]
    done = subprocess.run(
        [sys.executable, "-m", "tests.kubeconfig.killed", call, str(number), *specs],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


def _check(scene: Scene, *, killed: bool) -> None:
    found = scene.target.read_bytes()
    assert found == scene.after or (killed and found == scene.before)
    assert stat.S_IMODE(scene.target.stat().st_mode) == 0o640
    assert scene.path.is_symlink() == (scene.path != scene.target)
    lock = Path(f"{scene.path}.lock")
    if not killed:
        assert not lock.exists()
        assert len([path for path in scene.target.parent.iterdir() if path.is_file()]) == 1
        return
    if lock.exists():
        os.utime(lock, (OLD_LOCK, OLD_LOCK))
        with pytest.raises(KubeconfigError, match="locked by another program"):
            edit_kubeconfig(files_of(scene.path), login("next"), lock_timeout=0)
    edit_kubeconfig(files_of(scene.path), login("next"), lock_timeout=0, break_stale_lock=True)
    assert b"name: next" in scene.target.read_bytes()


# A system call that fails

FAILING = ("open", "fsync", "replace", "chmod", "chown", "unlink", "mkdir", "close")
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EROFS)


@contextmanager
def failing(call: int, number: int) -> Iterator[list[str]]:
    """Let one call fail, by its number among those that change a disk; note all that are made.

    What is patched is the system's interface, below everything that is ours.
    """
    made: list[str] = []
    real = {name: getattr(os, name) for name in FAILING if hasattr(os, name)}

    def patched(name: str) -> Any:
        def run(*arguments: Any, **keywords: Any) -> Any:
            made.append(name)
            if len(made) == call:
                if name == "close":
                    real[name](*arguments)
                raise OSError(number, os.strerror(number))
            return real[name](*arguments, **keywords)

        return run

    for name in real:
        setattr(os, name, patched(name))
    try:
        yield made
    finally:
        for name, function in real.items():
            setattr(os, name, function)


@pytest.mark.parametrize("number", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_call_that_fails_leaves_the_old_file_whole_and_nothing_else(
    stages: dict[str, tuple[bytes, bytes]], tmp_path: Path, action: str, number: int
) -> None:
    path = tmp_path / "folder" / "config"
    path.parent.mkdir()
    before, after = stages[action]
    for call in range(1, 100):
        path.write_bytes(before)
        failed = False
        with failing(call, number) as made:
            try:
                edit_kubeconfig(files_of(path), ACTIONS[action], lock_timeout=0)
            except KubeconfigError:
                failed = True
        assert path.read_bytes() == (before if failed else after)
        left = {each.name for each in path.parent.iterdir()} - {"config"}
        if made[call - 1 : call] == ["unlink"]:  # a lock that can't be removed stays
            assert left <= {"config.lock"}
            for name in left:
                (path.parent / name).unlink()
            left = set()
        assert not left
        if call > len(made):
            assert not failed
            assert call > 5
            return


def test_of_two_files_both_are_changed_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    bodies = {name: {"cluster": "k"} for name in ("one", "two")}
    make_edit = just(Edit({"contexts": bodies}))
    texts = {first: b"contexts: [{name: one}]\n", second: b"contexts: [{name: two}] # two\n"}
    outcomes = set()
    for call in range(1, 100):
        for path, text in texts.items():
            path.write_bytes(text)
        with failing(call, errno.ENOSPC) as made, suppress(KubeconfigError):
            edit_kubeconfig(files_of(first, second), make_edit, lock_timeout=0)
        changed = {path for path, text in texts.items() if path.read_bytes() != text}
        assert changed in (set(), {first, second})
        outcomes.add(len(changed))
        for lock in tmp_path.glob("*.lock"):
            lock.unlink()
        if call > len(made):
            break
    assert outcomes == {0, 2}


# A full disk, a folder that is not to be written


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system of 64 kB."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "none", folder]
        if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
            pytest.skip("no file system can be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_on_a_full_disk_the_old_file_is_whole(tiny_disk: Path) -> None:
    path = tiny_disk / "config"
    path.write_bytes(TEXT)
    with suppress(OSError), (tiny_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 512)
    with pytest.raises(KubeconfigError, match="No space left"):
        edit_kubeconfig(files_of(path), login("ours"))
    assert path.read_bytes() == TEXT
    assert {each.name for each in tiny_disk.iterdir()} == {"config", "filler"}


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_on_a_read_only_disk_the_old_file_is_whole(tiny_disk: Path) -> None:
    path = tiny_disk / "config"
    path.write_bytes(TEXT)
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    with pytest.raises(KubeconfigError, match="can't be locked: Read-only file system") as error:
        edit_kubeconfig(files_of(path), login("ours"))
    assert str(tiny_disk) in error.value.hint
    assert path.read_bytes() == TEXT


@pytest.mark.skipif(os.name == "nt", reason="POSIX's limits")
def test_a_file_size_limit_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """A write that fails half-way, also where no full disk can be mounted."""
    path = tmp_path / "config"
    path.write_bytes(TEXT)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(TEXT) + 10, old[1]))
    try:
        with pytest.raises(KubeconfigError, match="can't be written: File too large"):
            edit_kubeconfig(files_of(path), login("ours"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert path.read_bytes() == TEXT
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["config"]


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """Run as an ordinary user, in a folder of that user."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
            try:
                yield Path(folder)
            finally:
                os.seteuid(0)
        else:
            yield Path(folder)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_in_a_read_only_folder_the_old_file_is_whole() -> None:
    with ordinary_user() as folder:
        path = folder / "config"
        path.write_bytes(TEXT)
        folder.chmod(0o500)
        try:
            with pytest.raises(KubeconfigError, match="can't be locked: Permission denied"):
                edit_kubeconfig(files_of(path), login("ours"))
            assert path.read_bytes() == TEXT
        finally:
            folder.chmod(0o700)


# What a kill left behind


def test_the_next_write_removes_what_a_killed_write_left_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path, left = folder / "config", ".config.kubectl-connector-"
    path.write_bytes(TEXT)
    old = [f"{left}abcd_012", f"{left}a", f"{left}ABCD_012", ".config.original", "config.bak"]
    for name in [*old, f"{left}young_01"]:
        (folder / name).touch()
    for name in old:
        os.utime(folder / name, (OLD_LOCK, OLD_LOCK))
    (folder / f"{left}folder_0").mkdir()
    (folder / f"{left}link_012").symlink_to("config")
    before = {each.name for each in folder.iterdir()}
    edit_kubeconfig(files_of(path), login("ours"))
    assert {each.name for each in folder.iterdir()} == before - {f"{left}abcd_012"}


def test_so_does_a_logout_that_removes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config"
    edit_kubeconfig(files_of(path), login("ours"))
    left = tmp_path / ".config.kubectl-connector-01234567"
    left.touch()
    os.utime(left, (OLD_LOCK, OLD_LOCK))
    edit_kubeconfig(files_of(path), logout("ours"))
    assert not path.exists()
    assert not left.exists()


# What stays as it was


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o400])
@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "config"
    path.write_bytes(TEXT)
    path.chmod(mode)
    for make_edit in ACTIONS.values():
        edit_kubeconfig(files_of(path), make_edit)
        assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(TEXT)
    os.chown(path, NOBODY, NOBODY)
    edit_kubeconfig(files_of(path), login("ours"))
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_new_file_and_its_folders_are_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "config"
    edit_kubeconfig(files_of(path), login("ours"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_links_stay_links_and_lead_where_they_led(tmp_path: Path) -> None:
    target, link, far = tmp_path / "real" / "config", tmp_path / "link", tmp_path / "far"
    target.parent.mkdir()
    target.write_bytes(TEXT)
    link.symlink_to("real/config")
    far.symlink_to(link)
    edit_kubeconfig(files_of(far), login("ours"))
    assert os.readlink(link) == "real/config"
    assert os.readlink(far) == str(link)
    assert b"ours" in target.read_bytes()
    edit_kubeconfig(files_of(far), ACTIONS["logout"])
    assert target.read_bytes() == TEXT


def test_a_file_with_two_names_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(TEXT)
    os.link(path, tmp_path / "other")
    with pytest.raises(KubeconfigError, match="second name"):
        edit_kubeconfig(files_of(path), login("ours"))
    assert path.read_bytes() == TEXT
    assert path.stat().st_nlink == 2
