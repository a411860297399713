"""Several files in KUBECONFIG: which one holds what, before and after (W1 to W6, M2)."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig import write
from kubectl_connector.kubeconfig.disk import write_kubeconfig
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.ours.mark import our_contexts
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from tests.kubeconfig.edits import just, login, logout, view
from tests.kubeconfig.texts import Text, texts

CURRENT = b"contexts: [{name: mine}]\ncurrent-context: 'mine' # where we are\n"
OTHER = b"contexts: [{name: other}]\n"


def files_of(*paths: Path) -> KubeconfigFiles:
    return kubeconfig_files(None, {"KUBECONFIG": os.pathsep.join(map(str, paths))})


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return tmp_path / "first"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return tmp_path / "second"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=texts, two=texts, names=st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
def test_login_and_logout_with_a_list_leave_every_file_as_it_was(
    one: Text, two: Text, names: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        paths = {Path(folder) / "one": one.data, Path(folder) / "two": two.data}
        for path, data in paths.items():
            path.write_bytes(data)
        files = files_of(*paths)
        before = load(files).current_context
        for name in names:
            try:
                edit_kubeconfig(files, login(name))
            except KubeconfigError:
                assert one.refusable
                return
            assert load(files).current_context == name
        for name in sorted(set(names)):
            edit_kubeconfig(files, logout(name))
        assert load(files).current_context == before
        assert {path: path.read_bytes() for path in paths} == paths


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    one=texts,
    two=texts,
    names=st.lists(st.sampled_from("abc"), min_size=1, max_size=6),
    numbers=st.fixed_dictionaries(dict.fromkeys("abc", st.integers(0, 3))),
)
def test_no_context_of_ours_is_current_after_logins_with_different_lists(
    one: Text, two: Text, names: list[str], numbers: dict[str, int]
) -> None:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "one", Path(folder) / "two"]
        for path, text in zip(paths, (one, two), strict=True):
            path.write_bytes(text.data)
        lists = [files_of(*each) for each in (paths, paths[::-1], paths[:1], paths[1:])]
        before = [view_of(path) for path in paths]
        for name in names:
            try:
                edit_kubeconfig(lists[numbers[name]], login(name))
            except KubeconfigError:
                assert one.refusable or two.refusable
                return
        while there := our_contexts(load(lists[0])):
            for name in there:
                edit_kubeconfig(lists[0], logout(name))
        for path, was in zip(paths, before, strict=True):
            current, entries = view_of(path)
            assert current not in {"a", "b", "c"}
            assert entries == was[1]


def view_of(path: Path) -> tuple[str | None, set[str]]:
    """A file's current context, and the names of its contexts, clusters and users."""
    found = load(files_of(path))
    tables = {"context": found.contexts, "cluster": found.clusters, "user": found.users}
    names = {f"{kind} {name}" for kind, table in tables.items() for name in table}
    return found.current_context, names


def test_w4_current_context_goes_to_the_first_file_that_exists(first: Path, second: Path) -> None:
    second.write_bytes(CURRENT)
    edit_kubeconfig(files_of(first, second), login("ours"))
    assert not first.exists()
    assert b"current-context: 'ours'" in second.read_bytes()
    edit_kubeconfig(files_of(first, second), logout("ours"))
    assert second.read_bytes() == CURRENT


def test_m2_a_later_files_current_context_shows_through_again(first: Path, second: Path) -> None:
    first.write_bytes(OTHER)
    second.write_bytes(CURRENT)
    files = files_of(first, second)
    edit_kubeconfig(files, login("ours"))
    assert second.read_bytes() == CURRENT
    edit_kubeconfig(files, logout("ours"))
    assert first.read_bytes() == OTHER
    assert load(files).current_context == "mine"


def test_m2_it_shows_through_also_where_kubectl_has_rewritten_the_first_file(
    kubectl: Path, first: Path, second: Path
) -> None:
    first.write_bytes(OTHER)
    second.write_bytes(CURRENT)
    edit_kubeconfig(files_of(first, second), login("ours"))
    edit_kubeconfig(files_of(first), login("later"))
    edit_kubeconfig(files_of(first), logout("later"))
    edit_kubeconfig(files_of(first, second), logout("ours"))
    assert view(kubectl, first)["current-context"] == ""
    assert view(kubectl, first, second)["current-context"] == "mine"


@pytest.mark.parametrize(
    "text",
    [CURRENT, b'{"contexts":[{"name":"mine"}],"current-context":"mine"}', b"current-context: 'x'"],
)
def test_a_file_gets_its_own_current_context_back_also_where_another_file_decides(
    first: Path, second: Path, text: bytes
) -> None:
    """The login is to one file, the logout from a list in which another file decides."""
    first.write_bytes(b"current-context: elsewhere\n")
    second.write_bytes(text)
    edit_kubeconfig(files_of(second), login("a"))
    edit_kubeconfig(files_of(second), login("b"))
    files = files_of(first, second)
    edit_kubeconfig(files, logout("b"))
    assert load(files_of(second)).current_context == "a"
    edit_kubeconfig(files, logout("a"))
    assert second.read_bytes() == text
    assert load(files).current_context == "elsewhere"


def test_w1_current_context_goes_from_the_file_that_names_what_is_in_another(
    first: Path, second: Path
) -> None:
    first.write_bytes(OTHER)
    second.write_bytes(CURRENT)
    edit_kubeconfig(files_of(first, second), login("ours"))
    edit_kubeconfig(files_of(second, first), login("ours"))
    assert b"current-context: 'ours'" in second.read_bytes()
    edit_kubeconfig(files_of(first, second), logout("ours"))
    assert first.read_bytes() == OTHER
    assert second.read_bytes() == CURRENT


def test_w6_a_context_of_the_same_name_that_is_uncovered_stays_current(
    first: Path, second: Path
) -> None:
    for path in (first, second):
        path.write_bytes(CURRENT)
        edit_kubeconfig(files_of(path), login("ours"))
    edit_kubeconfig(files_of(first, second), logout("ours"))
    assert first.read_bytes() == CURRENT
    assert load(files_of(second)).current_context == "ours"


def test_a_context_of_a_file_that_is_not_listed_any_more_does_not_become_current(
    first: Path, second: Path
) -> None:
    first.write_bytes(OTHER)
    second.write_bytes(CURRENT)
    edit_kubeconfig(files_of(first, second), login("ours"))
    edit_kubeconfig(files_of(first), logout("ours"))
    assert first.read_bytes() == OTHER


def test_w1_a_second_login_by_another_list_leaves_the_entries_in_their_file(
    first: Path, second: Path
) -> None:
    """current-context is then in a file without our entries."""
    first.write_bytes(OTHER)
    second.write_bytes(CURRENT)
    edit_kubeconfig(files_of(second), login("ours"))
    edit_kubeconfig(files_of(first, second), login("ours", token="new"))
    assert b"new" in second.read_bytes()
    assert first.read_bytes() == OTHER  # it is current already, by the second file
    edit_kubeconfig(files_of(first, second), logout("ours"))
    assert second.read_bytes() == CURRENT
    assert first.read_bytes() == OTHER


def test_w4_the_current_context_comes_back_also_in_a_file_without_our_entries(
    first: Path, second: Path
) -> None:
    """That file can't remember how current-context was spelt, so the mark's name is written."""
    first.write_bytes(CURRENT)
    second.write_bytes(OTHER)
    edit_kubeconfig(files_of(second), login("ours", switch=False))
    edit_kubeconfig(files_of(first, second), login("ours"))
    assert b"current-context: 'ours' # where we are" in first.read_bytes()
    edit_kubeconfig(files_of(first, second), logout("ours"))
    assert first.read_bytes() == CURRENT
    assert second.read_bytes() == OTHER


def test_w5_clearing_empties_the_first_file_that_has_one(first: Path, second: Path) -> None:
    first.write_bytes(b"current-context: gone\n")
    second.write_bytes(CURRENT)
    files = files_of(first, second)
    edit_kubeconfig(files, just(Edit(current_context="")))
    assert load(files).current_context == "mine"
    assert second.read_bytes() == CURRENT


def test_d1_a_file_that_is_named_is_the_only_one(first: Path, second: Path) -> None:
    second.write_bytes(CURRENT)
    files = kubeconfig_files(str(first), {"KUBECONFIG": str(second)})
    edit_kubeconfig(files, login("ours"))
    assert load(files).current_context == "ours"
    edit_kubeconfig(files, logout("ours"))
    assert not first.exists()
    assert second.read_bytes() == CURRENT


def test_d2_relative_paths_count_from_the_working_directory(
    first: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(first.parent)
    second.write_bytes(CURRENT)
    files = files_of(Path("folder/first"), Path("second"))
    edit_kubeconfig(files, login("ours"))
    edit_kubeconfig(files, logout("ours"))
    assert second.read_bytes() == CURRENT
    assert not Path("folder").exists()
    edit_kubeconfig(files_of(Path("folder/first")), login("ours"))
    assert (first.parent / "folder" / "first").exists()


def test_w13_a_link_to_a_missing_file_leads_to_the_new_one(first: Path, second: Path) -> None:
    first.symlink_to(second)
    edit_kubeconfig(files_of(first), login("ours"))
    assert second.stat().st_mode & 0o777 == 0o600
    assert first.is_symlink()
    edit_kubeconfig(files_of(first), logout("ours"))
    assert first.is_symlink()
    assert not second.exists()


def test_w13_a_link_into_a_missing_folder_is_an_error(first: Path) -> None:
    first.symlink_to("missing/config")
    with pytest.raises(KubeconfigError, match="first can't be written: No such file"):
        edit_kubeconfig(files_of(first), login("ours"))
    assert [each.name for each in first.parent.iterdir() if each.name != "home"] == ["first"]


def test_a_logout_without_a_kubeconfig_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "config"
    assert edit_kubeconfig(files_of(path), logout("ours"))[1] == ()
    assert not path.parent.exists()


both = just(Edit({"contexts": {name: {"cluster": "new"} for name in ("mine", "other")}}))
"""A change of both files."""


def test_a_file_that_cannot_be_put_back_is_named(
    first: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up just after the first of two files was written."""
    first.write_bytes(CURRENT)
    second.write_bytes(OTHER)
    written: list[str] = []

    def full(path: str, data: bytes) -> None:
        if written:
            raise KubeconfigError(f"{path} can't be written: No space left", "nothing was changed")
        write_kubeconfig(path, data)
        written.append(path)

    monkeypatch.setattr(write, "write_kubeconfig", full)
    with pytest.raises(
        KubeconfigError, match=r"No space left; and .*first, changed before"
    ) as error:
        edit_kubeconfig(files_of(first, second), both)
    assert "nothing was changed" not in error.value.hint
    assert second.read_bytes() == OTHER


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, KubeconfigError])
def test_when_the_second_file_fails_the_first_is_as_it_was(
    first: Path, second: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    first.write_bytes(CURRENT)
    second.write_bytes(OTHER)
    written: list[str] = []

    def interrupted(path: str, data: bytes) -> None:
        written.append(path)
        if len(written) == 2:
            raise KubeconfigError("no", "no") if kind is KubeconfigError else kind()
        write_kubeconfig(path, data)

    monkeypatch.setattr(write, "write_kubeconfig", interrupted)
    with pytest.raises(kind):
        edit_kubeconfig(files_of(first, second), both)
    assert written == [str(first), str(second), str(first)]  # the second file had not changed
    assert (first.read_bytes(), second.read_bytes()) == (CURRENT, OTHER)
    assert not list(first.parent.glob("*.lock"))


def test_d8_when_a_write_fails_the_legacy_file_was_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    legacy = tmp_path / ".kube" / ".kubeconfig"
    legacy.parent.mkdir()
    legacy.write_bytes(CURRENT)
    files = kubeconfig_files(None, {"HOME": str(tmp_path)})

    def late(path: str, data: bytes) -> None:
        write_kubeconfig(path, data)
        raise KubeconfigError("the folder can't be synced", "look at the disk")

    monkeypatch.setattr(write, "write_kubeconfig", late)
    with pytest.raises(KubeconfigError, match="synced"):
        edit_kubeconfig(files, login("ours"))
    assert [each.name for each in legacy.parent.iterdir()] == [".kubeconfig"]
    assert legacy.read_bytes() == CURRENT
