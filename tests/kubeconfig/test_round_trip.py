"""The promise: login touches only its own lines, and logout gives the same bytes back."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.write import MakeEdit, edit_kubeconfig
from tests.kubeconfig.edits import login, logout, view
from tests.kubeconfig.texts import Text, texts

QUICK = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Place:
    """A kubeconfig on disk."""

    def __init__(self, path: Path, data: bytes | None) -> None:
        self.path = path
        self.files = kubeconfig_files(str(path), {})
        self.store: dict[str, str] = {}
        if data is not None:
            path.write_bytes(data)

    @property
    def data(self) -> bytes | None:
        return self.path.read_bytes() if self.path.exists() else None

    def run(self, make_edit: MakeEdit[Any]) -> None:
        edit_kubeconfig(self.files, make_edit)

    def take_over(self, name: str, context: str, switch: bool = True) -> None:
        """Log in to a connector in the place of somebody else's context, and keep the secrets."""
        while True:
            refs = {text: ref for ref, text in self.store.items()}
            placed, _ = edit_kubeconfig(
                self.files, login(name, switch=switch, over=context, refs=refs)
            )
            if not placed.unkept:
                return
            self.store |= {f"ref-{each.text}": each.text for each in placed.unkept}

    def log_out(self, name: str) -> None:
        self.run(logout(name, self.store))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "config", None)


def try_login(place: Place, text: Text, name: str = "ours") -> bool:
    """Log in; False where the engine refused, and may refuse."""
    try:
        place.run(login(name))
    except KubeconfigError:
        if text.refusable:
            assert place.data == text.data
            return False
        raise
    return True


@QUICK
@given(text=texts)
def test_login_then_logout_gives_back_the_same_bytes(text: Text) -> None:
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "config", text.data)
        if try_login(place, text):
            assert place.data != text.data
            place.run(logout("ours"))
            assert place.data == text.data


@QUICK
@given(text=texts, data=st.data())
def test_any_sequence_that_logs_everything_out_gives_back_the_same_bytes(
    text: Text, data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "config", text.data)
        there: set[str] = set()
        steps = st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans())
        for name, switch, update in data.draw(st.lists(steps, max_size=8)):
            if name in there and not update:
                place.run(logout(name))
                there.remove(name)
                continue
            try:
                place.run(login(name, token=f"token-{update}", switch=switch))
            except KubeconfigError:
                assert text.refusable
                return
            there.add(name)
        for name in data.draw(st.permutations(sorted(there))):
            place.run(logout(name))
        assert place.data == text.data


@settings(parent=QUICK, max_examples=100)
@given(text=texts, data=st.data())
def test_what_login_takes_over_comes_back_with_the_same_bytes(
    text: Text, data: st.DataObject
) -> None:
    contexts = sorted(Document(text.data).entries["contexts"])
    if not contexts:
        return
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "config", text.data)
        there: set[str] = set()
        steps = st.tuples(st.sampled_from("abc"), st.sampled_from(contexts), st.booleans())
        for name, context, switch in data.draw(st.lists(steps, min_size=1, max_size=4)):
            over = context if name in "ab" else name  # c has a context of its own
            owner = {f"a-{context}": "a", f"b-{context}": "b"}.get(f"{name}-{context}")
            if any(other.partition("-")[2] == context for other in there - {f"{name}-{context}"}):
                continue  # another connector has it
            try:
                place.take_over(name, over, switch)
            except KubeconfigError:
                assert text.refusable
                return
            there.add(f"{name}-{context}" if owner else "c-")
            assert place.data != text.data
        for name in data.draw(st.permutations(sorted({each[0] for each in there}))):
            place.log_out(name)
        assert place.data == text.data


@QUICK
@given(text=texts)
def test_login_keeps_every_line_but_those_that_it_must_change(text: Text) -> None:
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "config", text.data)
        if not try_login(place, text) or text.data.lstrip(b"\xef\xbb\xbf").startswith(b"{"):
            return
        before, after = _lines(text.data), _lines(place.data or b"")
        lost = Counter(before) - Counter(after)
        changed = (b"current-context", b"clusters:", b"users:", b"contexts:")
        # or it is the line where a list in brackets ends
        assert all(line.lstrip().startswith(changed) or b"]" in line for line in lost)
        kept = [line for line in before if line not in lost]
        rest = iter(after)
        assert all(line in rest for line in kept)


OURS = {
    "clusters": {"server": "https://ours.example.com:6443"},
    "users": {"token": "0123"},
    "contexts": {"cluster": "ours", "user": "ours"},
}
"""What kubectl shall see in our entries, besides the mark."""


@settings(parent=QUICK, max_examples=12)
@given(text=texts)
def test_kubectl_reads_the_same_entries_and_ours(kubectl: Path, text: Text) -> None:
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "config", text.data)
        before = view(kubectl, place.path)
        if not try_login(place, text):
            return
        after = view(kubectl, place.path)
        assert after["current-context"] == "ours"
        for kind in ("clusters", "users", "contexts"):
            ours = after[kind].pop("ours")[kind.removesuffix("s")]
            mark = ours.pop("extensions")[0]["extension"]
            assert (mark["id"], mark["connector"]) == ("id-ours", "ours")
            assert ours == OURS[kind]
            assert after[kind] == before[kind]


def test_a_login_that_changes_nothing_writes_nothing(place: Place) -> None:
    place.run(login("ours"))
    before = os.stat(place.path)
    assert edit_kubeconfig(place.files, login("ours"))[1] == ()
    assert os.stat(place.path).st_ino == before.st_ino


def test_a_file_that_login_made_is_removed_by_logout(place: Place) -> None:
    _, files = edit_kubeconfig(place.files, login("ours"))
    assert files == (str(place.path),)
    assert place.path.stat().st_mode & 0o777 == 0o600
    _, files = edit_kubeconfig(place.files, logout("ours"))
    assert files == (str(place.path),)
    assert not place.path.exists()


def test_a_file_that_login_made_stays_when_something_else_is_in_it(place: Place) -> None:
    place.run(login("ours"))
    place.path.write_text("# my notes\n" + place.path.read_text())
    place.run(logout("ours"))
    assert place.path.read_text() == "# my notes\n"


def test_an_empty_file_stays_empty(tmp_path: Path) -> None:
    place = Place(tmp_path / "config", b"")
    place.run(login("ours"))
    place.run(logout("ours"))
    assert place.data == b""


@pytest.mark.parametrize("data", [None, b"", b"users: []\n", b'{"users":null}', b"# mine\n"])
def test_what_kubectl_rewrote_is_still_logged_out(
    place: Place, kubectl: Path, data: bytes | None
) -> None:
    if data is not None:
        place.path.write_bytes(data)
    place.run(login("a"))
    place.run(login("b"))
    _kubectl(kubectl, place.path, "config", "use-context", "a")
    place.run(logout("a"))
    place.run(logout("b"))
    if data is None:
        assert place.data is None
    else:
        left = view(kubectl, place.path)
        assert [left["clusters"], left["users"], left["contexts"]] == [{}, {}, {}]
        assert not left["current-context"]


def test_a_current_context_that_the_user_switched_to_stays(place: Place, kubectl: Path) -> None:
    place.path.write_text("contexts: [{name: mine}, {name: other}]\ncurrent-context: 'mine'\n")
    place.run(login("ours"))
    _kubectl(kubectl, place.path, "config", "use-context", "other")
    place.run(logout("ours"))
    left = view(kubectl, place.path)
    assert left["current-context"] == "other"
    assert left["contexts"].keys() == {"mine", "other"}


def test_the_users_latest_spelling_of_current_context_comes_back(place: Place) -> None:
    place.path.write_text('contexts: [{name: mine}]\ncurrent-context: "mine" # c\n')
    place.run(login("a"))
    text = place.path.read_text().replace('current-context: "a"', "current-context: 'mine'")
    place.path.write_text(text)
    place.run(login("b"))
    place.run(logout("b"))
    assert "\ncurrent-context: 'mine' # c\n" in place.path.read_text()
    place.run(logout("a"))
    assert place.path.read_text() == "contexts: [{name: mine}]\ncurrent-context: 'mine' # c\n"


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_two_contexts_that_were_current_in_turn_lead_back_to_what_was_before_both(
    place: Place, order: tuple[str, str]
) -> None:
    place.path.write_text("contexts: [{name: mine}]\ncurrent-context: mine\n")
    before = place.data
    for name in "bab":
        place.run(login(name))
    for name in order:
        place.run(logout(name))
    assert place.data == before


def _lines(data: bytes) -> list[bytes]:
    return data.removeprefix(b"\xef\xbb\xbf").splitlines()


def _kubectl(kubectl: Path, path: Path, *arguments: str) -> None:
    subprocess.run(
        [kubectl, "--kubeconfig", path, *arguments],
        env={"HOME": "/nonexistent", "KUBERC": "off"},
        check=True,
        capture_output=True,
        timeout=60,
    )


def test_certificates_of_megabytes_do_not_confuse(place: Place) -> None:
    place.path.write_text(
        json.dumps({"users": [{"name": "u", "user": {"client-key-data": "QUFB" * 300_000}}]})
    )
    before = place.data
    place.run(login("ours"))
    place.run(logout("ours"))
    assert place.data == before
