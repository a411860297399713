"""Bad kubeconfigs: one clear error, in bounded time and memory, and nothing is written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.ours.logged_in import contexts_of
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from tests.conftest import ROOT
from tests.kubeconfig.edits import login, logout
from tests.kubeconfig.test_atomic import ordinary_user

SECRET = "hunter2-s3cr3t"
LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)

TOO_DEEP = r"is (nested too deeply|not valid YAML \(exceeded maximum nesting depth\))"
"""Either we count the levels or libyaml does (since 0.2.6), whoever comes to the limit first."""

BAD = {
    "no YAML": (b"users: [\n- {", "line 2, is not valid YAML"),
    "a list": (b"# mine\n- users\n", "line 2, holds no mapping"),
    "a string": (b"hello\n", "line 1, holds no mapping"),
    "a number": (b"7\n", "line 1, holds no mapping"),
    "another kind": (b"kind: Pod\napiVersion: v1\n", "line 1, is no kubeconfig: its kind"),
    "another version": (b"kind: Config\napiVersion: v2\n", "line 2, is no kubeconfig: its apiV"),
    "a name twice": (
        f"users:\n- name: u\n  user: {{token: {SECRET}}}\n- name: u\n".encode(),
        'line 4, has two users named "u"',
    ),
    "two without a name": (b"users:\n- user: {}\n- user: {}\n", "line 3, has two users without"),
    "a name that is none": (b"users:\n- name: 7\n", "line 2, a name in users must be a string"),
    "a name that is a list": (b"users:\n- name: [a]\n", "line 2, a name in users must be"),
    "an entry that is none": (b"contexts:\n- text\n", "line 2, contexts has an entry that is no"),
    "a mapping for a list": (b"clusters: {k: {}}\n", "line 1, clusters must be a list"),
    "a current-context that is none": (b"\ncurrent-context: yes\n", "line 2, current-context must"),
    "a tab": (b"users:\n- name: u\n\tuser: {}\n", "line 3, is not valid YAML"),
    "NUL": (b"users: []\nkind: Con\0fig\n", "line 2, has a control character"),
    "not UTF-8": (b"kind: Config\nusers: \xff\xfe\n", "line 2, is not UTF-8"),
    "UTF-16": ("kind: Config\n".encode("utf-16"), "line 1, is not UTF-8"),
    "an anchor that is not there": (b"users: *nobody\n", "refers to an anchor|not valid YAML"),
    "laughter": (f"{LAUGHS}users: *a11\n".encode(), "repeats its anchors too often"),
    "deep brackets": (b"[" * 100_000, f"line 1, {TOO_DEEP}"),
    "deep braces": (b"x: " + b"{a: " * 50_000, f"line 1, {TOO_DEEP}"),
    "deep lines": (b"".join(b" " * n + b"a:\n" for n in range(3000)), rf"line \d+, {TOO_DEEP}"),
    "a long line": (b"users: " + b"a" * 5_000_000 + b"\n", "line 1, users must be a list"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config"


def change(path: Path) -> None:
    edit_kubeconfig(kubeconfig_files(None, {"KUBECONFIG": str(path)}), login("ours"))


def read(path: Path) -> None:
    load(kubeconfig_files(None, {"KUBECONFIG": str(path)}))


both = pytest.mark.parametrize("do", [read, change])


@both
@pytest.mark.parametrize(("data", "problem"), BAD.values(), ids=BAD)
def test_bad_content(path: Path, do: Callable[[Path], None], data: bytes, problem: str) -> None:
    path.write_bytes(data)
    with pytest.raises(KubeconfigError, match=problem) as error:
        do(path)
    assert error.value.message.startswith(str(path))
    assert error.value.hint == "mend the file in an editor, or leave it out of KUBECONFIG"
    assert len(error.value.message) < 500
    assert "\n" not in error.value.message
    assert SECRET not in str(error.value)
    assert path.read_bytes() == data
    assert [each.name for each in path.parent.iterdir() if each.is_file()] == ["config"]


@both
def test_of_several_bad_files_each_is_named(path: Path, do: Callable[[Path], None]) -> None:
    other = path.with_name("other")
    path.write_text("- a\n")
    other.write_text("users: [\n")
    with pytest.raises(KubeconfigError, match=r"config, line 1,.*; .*other, line 2,"):
        do(Path(f"{path}{os.pathsep}{other}"))


@both
def test_a_folder(path: Path, do: Callable[[Path], None]) -> None:
    path.mkdir()
    with pytest.raises(KubeconfigError, match="config can't be read: it is a folder") as error:
        do(path)
    assert "KUBECONFIG" in error.value.hint
    assert not list(path.iterdir())


@both
def test_a_path_through_a_file(path: Path, do: Callable[[Path], None]) -> None:
    path.write_text("kind: Config\n")
    with pytest.raises(KubeconfigError, match="config/x can't be read: Not a directory"):
        do(path / "x")


@both
def test_links_in_a_circle(path: Path, do: Callable[[Path], None]) -> None:
    path.symlink_to("config")
    with pytest.raises(KubeconfigError, match="can't be read: Too many levels of symbolic links"):
        do(path)


@pytest.mark.parametrize("do", [read, change])
def test_no_permission(do: Callable[[Path], None]) -> None:
    with ordinary_user() as folder:
        path = folder / "config"
        path.write_text("kind: Config\n")
        path.chmod(0)
        with pytest.raises(KubeconfigError, match="config can't be read: Permission denied") as e:
            do(path)
        assert "owner and mode" in e.value.hint
        assert [each.name for each in folder.iterdir()] == ["config"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_is_read_but_not_changed(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(KubeconfigError, match="config is not a regular file"):
        change(path)
    with subprocess.Popen(["sh", "-c", f"echo 'current-context: a' > '{path}'"]):
        assert load(kubeconfig_files(str(path), {})).current_context == "a"


def test_an_alias_bomb_that_is_never_used_is_no_harm(path: Path) -> None:
    """Nothing is unfolded. kubectl refuses such a file, so we do too."""
    path.write_text(f"x:\n{textwrap.indent(LAUGHS, ' ')}kind: Config\n")
    with pytest.raises(KubeconfigError, match="repeats its anchors too often"):
        change(path)


LIMITED = """
import resource, sys
sys.path.insert(0, ".")
import tests.kubeconfig.test_bad_input as bad
from kubectl_connector.errors import KubeconfigError
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
resource.setrlimit(resource.RLIMIT_AS, (bad.MEMORY, bad.MEMORY))
for do in (bad.read, bad.change):
    try:
        do(Path(sys.argv[1]))
        print("accepted")
    except KubeconfigError as error:
        print(error.message)
"""
MEMORY = 512 * 1024 * 1024


def limited(path: Path) -> list[str]:
    """The results of reading and changing, with 512 MiB of memory and 10 s of processor time."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS"), reason="no limits here")
def test_a_file_of_100_megabytes_costs_little(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)  # a hole: it takes no space
    assert limited(path) == [f"{path} is larger than 64 MiB"] * 2
    assert path.stat().st_size == 100_000_000


@pytest.mark.parametrize("name", ["laughter", "deep brackets", "deep braces", "deep lines"])
def test_a_bomb_costs_little(path: Path, name: str) -> None:
    path.write_bytes(BAD[name][0])
    problems = limited(path)
    assert len(problems) == 2
    assert "accepted" not in problems


@pytest.mark.parametrize(
    "data",
    ["{id: [a]}", "{id: {a: b}}", "{id: 7}", "[id]", "text", "{id: i, previous-context: []}"],
)
def test_a_mark_of_another_form_is_no_mark_of_ours(tmp_path: Path, data: str) -> None:
    """Somebody else wrote it, or an editor went wrong; it keeps nobody from anything."""
    path = tmp_path / "config"
    extension = f"extensions: [{{name: kubectl-connector, extension: {data}}}]"
    path.write_text(
        f"contexts:\n- name: c\n  context: {{cluster: c, user: c, {extension}}}\n"
        f"clusters:\n- name: c\n  cluster: {{server: 'https://c', {extension}}}\n"
    )
    before = path.read_bytes()
    kubeconfig = load(kubeconfig_files(str(path), {}))
    assert contexts_of(kubeconfig, "i") == (["c"] if "id: i" in data else [])
    edit_kubeconfig(kubeconfig_files(str(path), {}), login("prod"))
    edit_kubeconfig(kubeconfig_files(str(path), {}), logout("prod"))
    assert path.read_bytes() == before


def test_a_list_member_without_braces_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(
        '{"clusters":["name":"yes",{"name":"007","cluster":{}}],'
        ' "contexts": [{"name": "x", "context": {"cluster": "yes"}}], "current-context": "x"}'
    )
    with pytest.raises(KubeconfigError, match="the entry must be a mapping"):
        load(kubeconfig_files(str(path), {})).resolve()
