"""Our frozen values behave as those of ``dataclasses``."""

from __future__ import annotations

import copy
import dataclasses
import sys
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import pytest

from kubectl_connector import frozen
from kubectl_connector.model.connector import Connector, Spec


class Made(NamedTuple):
    """Classes, and the module that they were made by."""

    module: Any
    base: Any
    derived: Any
    words: Any


def classes(of: Any) -> Made:
    """The same three classes, made by ``dataclasses`` or by ours."""

    @of.dataclass(frozen=True)
    class Base:
        kind: ClassVar[str] = "base"
        name: str
        size: int = 0
        hidden: str = of.field(default="s3cr3t", repr=False)
        seen: list[int] = of.field(default_factory=list, compare=False)

        @property
        def double(self) -> int:
            return self.size * 2

    @of.dataclass(frozen=True)
    class Derived(Base):
        size: int = 7
        key: str = of.field(kw_only=True, metadata={"at": 1})

        def __post_init__(self) -> None:
            object.__setattr__(self, "key", self.key.upper())

        def __repr__(self) -> str:
            return "derived"

    @of.dataclass(frozen=True, kw_only=True)
    class Words:  # noqa: PLW1641
        first: int
        second: int = 2

        def __eq__(self, other: object) -> bool:
            return True

    return Made(of, Base, Derived, Words)


OURS, THEIRS = classes(frozen), classes(dataclasses)

USES: dict[str, Callable[[Made], object]] = {
    "positions": lambda m: vars(m.base("a", 1, "h", [3])),
    "words": lambda m: vars(m.base(size=1, name="a")),
    "defaults": lambda m: vars(m.base("a")),
    "a class's defaults": lambda m: (
        m.base.size,
        m.base.kind,
        hasattr(m.base, "seen"),
        hasattr(m.base, "name"),
    ),
    "factories": lambda m: m.base("a").seen is m.base("a").seen,
    "inherited": lambda m: vars(m.derived("a", key="k")),
    "nothing added": lambda m: vars(
        m.module.dataclass(frozen=True)(type("Same", (m.base,), {}))("a")
    ),
    "in order": lambda m: [each.name for each in m.module.fields(m.derived)],
    "metadata": lambda m: [dict(each.metadata) for each in m.module.fields(m.derived)],
    "words only": lambda m: vars(m.words(first=1)),
    "shown": lambda m: repr(m.base("a", 1)).rpartition(".")[2],
    "its own repr": lambda m: repr(m.derived("a", key="k")),
    "equal": lambda m: (
        m.base("a") == m.base("a", seen=[1]),
        m.base("a") == m.base("b"),
        m.base("a") != m.base("a"),
    ),
    "another class": lambda m: (m.base("a", 7) == m.derived("a", key="k"), m.base("a") == ("a", 0)),
    "hash": lambda m: (
        hash(m.base("a")) == hash(m.base("a", seen=[1])),
        len({m.base("a"), m.base("b"), m.base("a")}),
    ),
    "its own equality": lambda m: (m.words(first=1) == 5, hash(m.words(first=1)) == hash((1, 2))),
    "replaced": lambda m: vars(m.module.replace(m.derived("a", key="k"), size=3)),
    "replaced by the library": lambda m: vars(dataclasses.replace(m.derived("a", key="k"), size=3)),
    "listed by the library": lambda m: [each.name for each in dataclasses.fields(m.derived)],
    "a dict of the library": lambda m: dataclasses.asdict(m.base("a")),
    "copied": lambda m: vars(copy.deepcopy(m.base("a", seen=[1]))),
    "properties": lambda m: m.base("a", 4).double,
    "too many": lambda m: m.base("a", 1, "h", [], 5),
    "unknown": lambda m: m.base("a", colour=1),
    "missing": lambda m: m.base(),
    "missing and unknown": lambda m: m.base(colour=1),
    "twice": lambda m: m.base("a", name="b"),
    "a word by position": lambda m: m.words(1),
    "changed": lambda m: setattr(m.base("a"), "name", "b"),
    "a new attribute": lambda m: setattr(m.base("a"), "other", "b"),
    "deleted": lambda m: delattr(m.base("a"), "name"),
    "a default that values would share": lambda m: made(m, "a", a=[]),
    "a default before none": lambda m: made(m, "a", "b", a=1),
    "a default before words only": lambda m: vars(made(m, "a", "b", kw_only=True, a=1)(b=2)),
    "replaced with what is not there": lambda m: m.module.replace(m.base("a"), x=1),
}


def made(of: Made, *names: str, kw_only: bool = False, **defaults: object) -> Any:
    """A class with fields of these names."""
    annotations = dict.fromkeys(names, "object")
    plain = type("Plain", (), {"__annotations__": annotations, **defaults})
    return of.module.dataclass(frozen=True, kw_only=kw_only)(plain)


@pytest.mark.parametrize("use", USES)
def test_a_use_has_the_same_outcome(use: str) -> None:
    assert outcome(use, OURS) == outcome(use, THEIRS)


def outcome(use: str, made: Made) -> object:
    """What a use gives, or the class of its error."""
    try:
        return USES[use](made)
    except (TypeError, AttributeError, ValueError) as error:
        return type(error)


def test_a_class_of_the_library_can_build_on_ours() -> None:
    @dataclasses.dataclass(frozen=True)
    class Own(OURS.base):  # type: ignore[misc,name-defined]
        own: int = 1

    assert Own("a", own=2) == Own("a", 0, own=2)
    assert [each.name for each in dataclasses.fields(Own)][-1] == "own"


def test_the_library_sees_one_class() -> None:
    """What it knows its own by is made once."""
    assert OURS.base.__dataclass_fields__ is OURS.base.__dataclass_fields__


def test_what_can_not_be_made_is_refused() -> None:
    with pytest.raises(TypeError, match="only frozen"):
        frozen.dataclass(frozen=False)
    with pytest.raises(TypeError, match="a field has no init"):
        frozen.field(init=False)


def test_the_models_are_made_by_ours() -> None:
    assert next(iter(frozen.fields(Spec))).name == "cluster"
    assert issubclass(Connector, Spec)
    assert sys.modules[type(frozen.fields(Connector)[0]).__module__] is frozen
