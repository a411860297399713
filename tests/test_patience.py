"""A sign of life while something keeps us waiting."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest

from kubectl_connector import patience
from kubectl_connector.stores.support.deadline import within


def test_a_keyring_that_takes_its_time_is_named_until_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened: list[str] = []
    seen = threading.Event()

    @contextlib.contextmanager
    def show(text: str) -> Iterator[None]:
        happened.append(text)
        seen.set()
        yield
        happened.append("gone")

    monkeypatch.setattr(patience, "_show", show)
    assert within(60, lambda: seen.wait(50), "waiting for the keyring")
    assert happened == ["waiting for the keyring", "gone"]


def test_what_is_quick_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def show(text: str) -> contextlib.AbstractContextManager[object]:
        raise AssertionError(text)

    monkeypatch.setattr(patience, "_show", show)
    monkeypatch.setattr(patience, "SOON", 1e9)
    assert within(60, lambda: 1, "waiting for the keyring") == 1
    with patience.waiting("for nothing") as still:
        still()
