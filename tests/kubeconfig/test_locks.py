"""kubectl's own lock: taken beside the path as listed, waited for, never stolen (W14-W19)."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.lock import STALE_AFTER, find_lock, kubectl_lock
from kubectl_connector.kubeconfig.ours.login import Placed
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from tests.kubeconfig.edits import login, logout

PATIENCE = 20.0
traceable = pytest.mark.skipif(
    sys.version_info < (3, 11),
    reason="Python 3.10 leaves a frame without its finally where a tracer raises; signals don't",
)
posix = pytest.mark.skipif(os.name == "nt", reason="signals and modes are POSIX's")


def files_of(*paths: Path) -> KubeconfigFiles:
    return kubeconfig_files(None, {"KUBECONFIG": os.pathsep.join(map(str, paths))})


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text("apiVersion: v1\nkind: Config\n")
    return path


def lock_of(path: Path) -> Path:
    return Path(f"{path}.lock")


def leave_lock(path: Path, age: float = 0.0) -> Path:
    """Make a lock as a writer leaves it that was killed."""
    lock = lock_of(path)
    lock.touch()
    then = time.time() - age
    os.utime(lock, (then, then))
    return lock


def test_the_lock_is_kubectls_and_stands_beside_the_path_as_listed(config: Path) -> None:
    folder = config.parent / "links"
    folder.mkdir()
    link = folder / "link"
    link.symlink_to(config)
    seen: list[tuple[bool, bool, int]] = []

    def make_edit(kubeconfig: Kubeconfig) -> tuple[Edit, Placed]:
        there = lock_of(link).exists()
        mode = lock_of(link).stat().st_mode & 0o777 if there else -1
        seen.append((there, lock_of(config).exists(), mode))
        return login("ours")(kubeconfig)

    edit_kubeconfig(files_of(link), make_edit)
    assert (True, False, 0) in seen
    assert not lock_of(link).exists()


def test_kubectl_is_kept_out_while_we_hold_it(kubectl: Path, config: Path) -> None:
    command = [str(kubectl), "--kubeconfig", str(config), "config", "set-context", "x"]
    before = config.read_bytes()
    with kubectl_lock([str(config)], timeout=0):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "config.lock: file exists" in done.stderr
    assert config.read_bytes() == before


@contextmanager
def held_by_kubectl(kubectl: Path, config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running kubectl that holds the lock while it waits to read a FIFO a second time."""
    fifo = config.with_name("fifo")
    os.mkfifo(fifo)
    reader = subprocess.Popen(
        [kubectl, "--kubeconfig", fifo, "config", "set-context", "x", "--cluster=k"],
        env={"HOME": str(config.parent), "KUBERC": "off"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    fifo.open("wb").close()  # the first read: an empty kubeconfig
    try:
        wait_for(lock_of(fifo).exists)
        yield reader
    finally:
        reader.kill()
        reader.wait(PATIENCE)


@posix
def test_a_lock_that_a_running_kubectl_holds_is_not_broken(kubectl: Path, config: Path) -> None:
    with held_by_kubectl(kubectl, config) as process:
        fifo = config.with_name("fifo")
        with (
            pytest.raises(KubeconfigError, match=r"fifo\.lock, \d+ s old"),
            kubectl_lock([str(fifo)], timeout=0.1, break_stale=True),
        ):
            pass
        assert process.poll() is None
        assert lock_of(fifo).exists()
        lock_of(fifo).unlink()


def wait_for(true: object) -> None:
    end = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_lock_is_waited_for(config: Path) -> None:
    lock = leave_lock(config)
    waited = threading.Event()

    def make_edit(kubeconfig: Kubeconfig) -> tuple[Edit, Placed]:
        waited.set()
        return login("ours")(kubeconfig)

    def free() -> None:
        waited.wait(PATIENCE)
        time.sleep(0.05)
        lock.unlink()

    other = threading.Thread(target=free)
    other.start()
    edit_kubeconfig(files_of(config), make_edit, lock_timeout=PATIENCE)
    other.join()
    assert b"ours" in config.read_bytes()


def test_a_lock_that_stays_is_an_error_that_names_it(config: Path) -> None:
    leave_lock(config)
    before = config.read_bytes()
    with pytest.raises(
        KubeconfigError, match=r"config is locked .*config\.lock, \d s old"
    ) as error:
        edit_kubeconfig(files_of(config), login("ours"), lock_timeout=0.05)
    assert "run the command again" in error.value.hint
    assert config.read_bytes() == before
    assert lock_of(config).exists()


def test_a_stale_lock_is_an_error_that_says_how_old_and_what_to_do(config: Path) -> None:
    leave_lock(config, age=3 * 3600)
    with pytest.raises(KubeconfigError, match=r"config\.lock, 3 h old") as error:
        edit_kubeconfig(files_of(config), login("ours"), lock_timeout=0.05)
    assert "--break-lock" in error.value.hint
    assert lock_of(config).exists()


def test_a_stale_lock_is_broken_on_request_alone(config: Path) -> None:
    leave_lock(config, age=3 * 3600)
    edit_kubeconfig(files_of(config), login("ours"), lock_timeout=0.05, break_stale_lock=True)
    assert b"ours" in config.read_bytes()
    assert not lock_of(config).exists()


def test_a_lock_that_is_not_stale_yet_is_not_broken_even_on_request(config: Path) -> None:
    leave_lock(config, age=STALE_AFTER - 5)
    with (
        pytest.raises(KubeconfigError, match="locked"),
        kubectl_lock([str(config)], timeout=0.05, break_stale=True),
    ):
        pass
    assert lock_of(config).exists()


def test_only_files_that_are_written_are_locked(config: Path) -> None:
    other = config.with_name("other")
    other.write_text("contexts: [{name: theirs}]\n")
    leave_lock(other)
    edit_kubeconfig(files_of(config, other), login("ours"), lock_timeout=0)
    edit_kubeconfig(files_of(config, other), logout("ours"), lock_timeout=0)
    assert lock_of(other).exists()


def test_a_change_found_under_the_lock_is_not_dropped_where_its_own_file_cannot_be_locked(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first reading came while kubectl had the other file truncated (W12)."""
    other = config.with_name("other")
    other.write_text("contexts: [{name: theirs}]\n")
    body = {"cluster": "k"}
    edits = iter([Edit(), *[Edit({"contexts": {"theirs": body}})] * 2])
    real = os.open

    def refusing(path: str, *rest: int) -> int:
        if path == str(lock_of(other)):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(KubeconfigError, match="other can't be locked"):
        edit_kubeconfig(files_of(config, other), lambda _: (next(edits), None), lock_timeout=0)
    assert not lock_of(config).exists()


def test_locks_are_taken_in_the_order_of_kubectl(tmp_path: Path) -> None:
    """Byte order of names, whatever the order in KUBECONFIG, so two writers never deadlock."""
    names = ["b", "a", "B", "ä", "a-"]
    leave_lock(tmp_path / "b")
    with (
        pytest.raises(KubeconfigError, match="/b is locked"),
        kubectl_lock([str(tmp_path / name) for name in names], timeout=0),
    ):
        pass
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == ["b.lock"]
    taken = []
    real = os.open

    def noting(path: str, *rest: int) -> int:
        taken.append(os.path.basename(path))
        return real(path, *rest)

    os.open = noting  # type: ignore[assignment]
    try:
        with kubectl_lock([str(tmp_path / name) for name in names[1:]], timeout=0):
            pass
    finally:
        os.open = real
    assert taken == ["B.lock", "a.lock", "a-.lock", "ä.lock"]


OPPOSITE = """
import sys
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.kubeconfig.edit import Edit
files = kubeconfig_files(None, {"KUBECONFIG": sys.argv[1]})
for number in range(40):
    body = {"cluster": "k", "namespace": f"n{number}"}
    edit = Edit({"contexts": {"first": body, "second": body}})
    edit_kubeconfig(files, lambda kubeconfig: (edit, None), lock_timeout=15)
"""


def test_two_processes_with_opposite_orders_do_not_deadlock(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_text(f"contexts:\n- name: {path.name}\n  context: {{cluster: k}}\n")
    lists = [f"{first}{os.pathsep}{second}", f"{second}{os.pathsep}{first}"]
    running = [subprocess.Popen([sys.executable, "-c", OPPOSITE, paths]) for paths in lists]
    assert [process.wait(PATIENCE * 2) for process in running] == [0, 0]
    for path in (first, second):
        assert "namespace: n39" in path.read_text()
    assert not list(tmp_path.glob("*.lock"))


HOLD = """
import sys, time
from kubectl_connector.kubeconfig.lock import kubectl_lock
with kubectl_lock(sys.argv[1:], timeout=0):
    print("held", flush=True)
    time.sleep(60)
"""


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_writer_releases_its_locks(config: Path, name: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, config],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    assert find_lock(str(config))
    process.send_signal(getattr(signal, name))
    assert process.wait(PATIENCE) != 0
    process.stdout.close()
    assert not lock_of(config).exists()


@posix
@traceable
def test_an_interruption_at_any_moment_leaves_no_lock(config: Path) -> None:
    """Ctrl-C comes between any two lines, also just when the lock has been made."""
    for step in itertools.count():
        completed = False
        with suppress(KeyboardInterrupt), _interrupt_after(step):
            edit_kubeconfig(files_of(config), login(f"n{step}"))
            completed = True
        assert [path.name for path in config.parent.iterdir() if path.is_file()] == ["config"]
        if completed:
            break
    assert step > 10


@posix
@traceable
def test_an_interruption_at_any_line_of_the_lock_leaves_none_of_several(tmp_path: Path) -> None:
    """Also between two locks, and when one of them has just been released."""
    paths = [str(tmp_path / name) for name in "ab"]
    for step in itertools.count():
        completed = False
        with suppress(KeyboardInterrupt), _interrupt_after(step, "line", ("kubeconfig/lock.py",)):
            with kubectl_lock(paths, timeout=0):
                pass
            completed = True
        assert not list(tmp_path.glob("*.lock")), step
        if completed:
            break
    assert step > 50


@contextmanager
def _interrupt_after(
    steps: int,
    event: str = "call",
    sources: tuple[str, ...] = ("kubeconfig/lock.py", "files.py", "disk.py"),
) -> Iterator[None]:
    """Raise a real SIGINT at a call, or a line, of the lock's or the file's functions."""
    left = steps

    def trace(frame: FrameType, seen: str, _argument: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(sources):
            return None
        if seen == event:
            left -= 1
            if left == -1:
                signal.raise_signal(signal.SIGINT)
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)
