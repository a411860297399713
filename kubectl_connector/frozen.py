"""Frozen values: ``dataclass(frozen=True)`` for short-lived processes.

The library's own writes and compiles the source of six methods for each class, and imports
``inspect``. With the classes that ``list`` needs that was a third of its time
(docs/performance.md). Here the classes share their methods, which look at a class's fields. To a
type checker, to other code and to the functions of ``dataclasses`` they are dataclasses. Only what
we use is here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

__all__ = ["MISSING", "Field", "dataclass", "field", "fields", "replace"]

if TYPE_CHECKING:
    from dataclasses import MISSING, Field, dataclass, field, fields, replace
else:

    class Field:
        """What is said of one attribute; the names are those of ``dataclasses.Field``."""

        __slots__ = ("compare", "default", "default_factory", "kw_only", "metadata", "name", "repr")

    def field(**said):
        """An attribute with more than a default: any of the words below."""
        made, rest = Field(), {**_UNSAID, **said}
        if rest.keys() != _UNSAID.keys():
            raise TypeError(f"a field has no {', '.join(rest.keys() - _UNSAID.keys())}")
        for name, value in rest.items():
            setattr(made, name, value)
        return made

    def dataclass(*, frozen, kw_only=False):
        """Make the class that follows a frozen value; all have to be frozen."""
        if not frozen:
            raise TypeError("only frozen classes can be made here")
        return lambda cls: _made(cls, kw_only)

    def fields(of):
        """The fields of a class or of a value, in the order of their declaration."""
        return tuple(of.__frozen_fields__.values())

    def replace(value, /, **changes):
        """The same value with some attributes changed."""
        kept = {name: getattr(value, name) for name in value.__frozen_fields__}
        return type(value)(**{**kept, **changes})

    MISSING = object()

_UNSAID: dict[str, Any] = {
    "compare": True,
    "default": MISSING,
    "default_factory": MISSING,
    "kw_only": None,
    "metadata": {},
    "repr": True,
}


def _made(cls: Any, kw_only: bool) -> Any:
    found: dict[str, Any] = dict(getattr(cls, "__frozen_fields__", {}))
    for name, annotation in cls.__annotations__.items():
        if annotation.startswith("ClassVar"):
            continue
        default = cls.__dict__.get(name, MISSING)
        declared: Any = default if type(default) is Field else field(default=default)
        declared.name = name
        if declared.kw_only is None:
            declared.kw_only = kw_only
        if declared.default is not MISSING:
            setattr(cls, name, declared.default)
        elif default is not MISSING:
            delattr(cls, name)
        found[name] = declared
    positional = tuple(name for name, each in found.items() if not each.kw_only)
    _check_defaults(cls, found, positional)
    cls.__frozen_fields__ = found
    cls.__init__ = _initialiser(cls, found, positional)
    for name, method in _METHODS.items():
        if cls.__dict__.get(name) is None:
            setattr(cls, name, method)
    return cls


def _check_defaults(cls: Any, found: dict[str, Any], positional: tuple[str, ...]) -> None:
    """Refuse what would go wrong much later, as the library does."""
    for name, each in found.items():
        if type(each.default).__hash__ is None:
            raise ValueError(f"{cls.__qualname__}.{name}: all values would share this default")
    without = [_has_no_default(found[name]) for name in positional]
    if without != sorted(without, reverse=True):
        raise TypeError(f"{cls.__qualname__}: a field without a default after one with")


def _has_no_default(each: Any) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _initialiser(cls: Any, found: dict[str, Any], positional: tuple[str, ...]) -> Any:
    """The ``__init__`` of a class with these fields."""
    defaults = {name: each.default for name, each in found.items() if each.default is not MISSING}
    factories = {
        name: each.default_factory
        for name, each in found.items()
        if each.default_factory is not MISSING
    }
    count, most, is_checked = len(found), len(positional), hasattr(cls, "__post_init__")

    def initialise(self: Any, *args: Any, **given: Any) -> None:
        values = self.__dict__  # a value is frozen only to others
        values.update(defaults)
        values.update(zip(positional, args, strict=False))
        if given:
            values.update(given)
        for name, factory in factories.items():
            if name not in values:
                values[name] = factory()
        # Neither unknown, nor given twice.
        taken = not given or given.keys() <= found.keys() - set(positional[: len(args)])
        if len(values) != count or len(args) > most or not taken:
            _refuse(self, found)
        if is_checked:
            self.__post_init__()

    return initialise


def _refuse(value: Any, found: dict[str, Any]) -> None:
    missing = ", ".join(found.keys() - value.__dict__.keys())
    unknown = ", ".join(value.__dict__.keys() - found.keys())
    raise TypeError(
        f"{type(value).__qualname__}: missing: {missing}; unknown: {unknown}; or one is given twice"
    )


def _values(value: Any) -> tuple[Any, ...]:
    """What two values are compared by."""
    compared = (name for name, each in value.__frozen_fields__.items() if each.compare)
    return tuple(getattr(value, name) for name in compared)


def _eq(self: Any, other: Any) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = (name for name, each in self.__frozen_fields__.items() if each.repr)
    pairs = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({pairs})"


def _refuse_change(self: Any, name: str, *_value: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"{type(self).__qualname__} can't be changed: {name}")


class _OfTheLibrary:
    """An attribute by which ``dataclasses`` knows its own; made when it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, _value: Any, cls: Any) -> Any:
        return getattr(_twin(cls), self._name)


@functools.cache
def _twin(cls: Any) -> Any:
    """A class of the library with the same fields. Our own code asks :func:`fields` instead."""
    import dataclasses

    members = []
    for name, each in cls.__frozen_fields__.items():
        said = {word: getattr(each, word) for word in _UNSAID}
        said = {word: value for word, value in said.items() if value is not MISSING}
        members.append((name, object, dataclasses.field(**said)))
    return dataclasses.make_dataclass(cls.__name__, members, frozen=True)


_METHODS: dict[str, Any] = {
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse_change,
    "__delattr__": _refuse_change,
    "__dataclass_fields__": _OfTheLibrary("__dataclass_fields__"),
    "__dataclass_params__": _OfTheLibrary("__dataclass_params__"),
}
