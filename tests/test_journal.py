"""The journal, which knows every item that may be in a store."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_connector.errors import StoreError
from kubectl_connector.journal import Journal, Place

A_REF, B_REF = "5f0c7c1e-2b0e-4f5e-9a43-3d1f0c4b7a11", "0b8e6a9d-5c6f-4a53-8f0e-6a2a9c7e1f22"
ONE, OTHER = Place("keyring", A_REF), Place("file", B_REF)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "deep" / "home"))


def test_it_knows_what_was_noted_and_not_forgotten(journal: Journal) -> None:
    assert journal.places() == ()
    journal.note(ONE)
    journal.note(OTHER)
    journal.note(OTHER)
    assert journal.places() == (OTHER, ONE)
    journal.forget(ONE)
    journal.forget(ONE)
    assert journal.places() == (OTHER,)


def test_its_folder_and_files_are_private(journal: Journal) -> None:
    journal.note(ONE)
    (file,) = Path(journal.path).iterdir()
    assert stat.S_IMODE(os.stat(journal.path).st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_being_written_can_not_be_claimed(journal: Journal) -> None:
    with journal.writing(ONE):
        assert journal.places() == (ONE,)
        with journal.claim(ONE) as mine:
            assert not mine
        with journal.claim(OTHER) as mine:
            assert mine
    with journal.claim(ONE) as mine:
        assert mine
    assert [entry.name for entry in Path(journal.path).iterdir()] == [f"{A_REF}.keyring"]


def test_what_a_killed_process_was_writing_can_be_claimed(journal: Journal) -> None:
    program = (
        "import os, signal, sys\n"
        "from kubectl_connector.journal import Journal, Place\n"
        "with Journal(sys.argv[1]).writing(Place('keyring', sys.argv[2])):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    folder = os.path.dirname(journal.path)
    killed = subprocess.run([sys.executable, "-c", program, folder, A_REF], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert journal.places() == (ONE,)
    with journal.claim(ONE) as mine:
        assert mine
        journal.forget(ONE)
    assert not list(Path(journal.path).iterdir())


def test_files_that_are_not_its_own_are_passed_over(journal: Journal) -> None:
    journal.note(ONE)
    for name in (
        ".DS_Store",
        "README",
        ".keyring",
        "x.",
        f"{A_REF}.keyring.lock",
        f"{B_REF}.lock",
        f"{B_REF}.file~",
        "a.bak",
    ):
        Path(journal.path, name).touch()
    assert journal.places() == (ONE,)


def test_a_folder_that_can_not_be_used_is_named(journal: Journal, tmp_path: Path) -> None:
    Path(os.path.dirname(journal.path)).mkdir(parents=True)
    Path(journal.path).write_text("in the way")
    for call in (lambda: journal.note(ONE), journal.places, lambda: journal.forget(ONE)):
        with pytest.raises(StoreError, match="items can't be") as caught:
            call()
        assert caught.value.hint
