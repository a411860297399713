"""The journal, which knows every item that may be in a store."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kubectl_connector.errors import CatalogError
from kubectl_connector.journal import Journal, Place

ONE, OTHER = Place("keyring", "5f0c-1"), Place("file", "0b8e-2")


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


def test_a_condemned_item_stays_in_it_until_it_is_gone(journal: Journal) -> None:
    journal.note(ONE)
    assert not journal.is_condemned(ONE)
    journal.condemn(ONE)
    journal.condemn(ONE)
    assert journal.is_condemned(ONE)
    assert journal.places() == journal.condemned() == (ONE,)
    journal.forget(ONE)
    assert journal.is_condemned(ONE)
    assert journal.places() == journal.condemned() == ()


def test_files_that_are_not_its_own_are_passed_over(journal: Journal) -> None:
    journal.note(ONE)
    for name in (".DS_Store", "README", ".keyring", "x."):
        Path(journal.path, name).touch()
    assert journal.places() == (ONE,)


def test_a_folder_that_can_not_be_used_is_named(journal: Journal, tmp_path: Path) -> None:
    Path(os.path.dirname(journal.path)).mkdir(parents=True)
    Path(journal.path).write_text("in the way")
    for call in (lambda: journal.note(ONE), journal.places, lambda: journal.forget(ONE)):
        with pytest.raises(CatalogError, match="items can't be") as caught:
            call()
        assert caught.value.hint
