"""Which connectors are meant: by names, by globs, by a selector, or all. Pure functions."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from kubectl_connector.catalog import Connectors, find
from kubectl_connector.errors import NotFoundError, UsageError
from kubectl_connector.frozen import dataclass

if TYPE_CHECKING:  # most choices are names
    from kubectl_connector.model.selector import Selector

LONGEST_GLOB = 253
"""As the longest name; what a longer glob costs grows with its square."""
_LISTING = "all names: kubectl connector list"


@dataclass(frozen=True)
class Choice:
    """What was said: names and globs, or a selector, or all."""

    words: tuple[str, ...] = ()
    selector: Selector | None = None
    every: bool = False

    @property
    def by_name(self) -> bool:
        """Whether it is one connector, by its name."""
        return len(self.words) == 1 and not is_glob(self.words[0])

    @property
    def several(self) -> bool:
        """Whether it is a list, however many are on it: a glob, a selector, all, or many names."""
        return self != Choice() and not self.by_name


def is_glob(word: str) -> bool:
    """Whether a word has a wildcard, which no name can have."""
    return any(char in "*?[" for char in word)


def choose(connectors: Connectors, choice: Choice, others: Collection[str] = ()) -> list[str]:
    """The names of the connectors that are meant, each once, in the order in which they were said.

    ``others`` are names that count too, though no connector has them. Raises NotFoundError for a
    name that is unknown, and for a glob or a selector that matches nothing; UsageError for a glob
    that is too long.
    """
    if not choice.words:
        return _selected(connectors, choice.selector)
    known = [*(connector.name for connector in connectors), *others]
    chosen = [name for word in choice.words for name in _called(word, known, connectors)]
    return list(dict.fromkeys(chosen))


def _selected(connectors: Connectors, selector: Selector | None) -> list[str]:
    names = [c.name for c in connectors if not selector or selector.matches(c.labels)]
    if not names and selector:
        raise NotFoundError(f"no connector matches -l {selector.text}", _LISTING)
    return names


def _called(word: str, known: Collection[str], connectors: Connectors) -> list[str]:
    if word in known:
        return [word]
    if not is_glob(word):
        return [find(connectors, word).name]
    if len(word) > LONGEST_GLOB:
        raise UsageError(f"a glob has at most {LONGEST_GLOB} characters", _LISTING)
    names = [name for name in known if fnmatchcase(name, word)]
    if not names:
        raise NotFoundError(f'no connector matches "{word}"', _LISTING)
    return names
