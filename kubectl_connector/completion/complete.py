"""What may stand at the end of a half-typed command line: words in, candidates out.

This module is pure. The commands come as a tree (``tree.py``); the values that only the user's
files hold come from a function. Candidates and directives have the form that cobra, kubectl's
command-line library, gives them, so cobra's shell scripts can use both.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing for it would cost time at every press of a key
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Kind = str | tuple[str, ...] | None
    """The kind of a value: a tuple of choices, the name of a provider, FILE, FOLDER, SELECTOR, or
    "" where nothing can be offered. None for a flag, which takes no value."""
    Option = tuple[tuple[str, ...], Kind, bool, str]
    """An option's names, the kind of its value, whether it may be repeated, and its meaning."""
    Argument = tuple[Kind, bool]
    """The kind of an argument's value, and whether the argument may be repeated."""
    Command = tuple[str, tuple[Option, ...], tuple[Argument, ...]]
    """A command's summary, its options, and its positional arguments."""
    Tree = Mapping[str, Command]
    """The commands by path, such as ``config set``; the root's path is empty."""
    Candidate = tuple[str, str]
    """A word that completes the last one, and its meaning (which may be empty)."""
    Values = Callable[[str, "Line"], Iterable[Candidate]]
    """A function that takes a provider's name and returns what that provider offers."""

FILE, FOLDER = "FILE", "FOLDER"
FREE = ""
SELECTOR = "SELECTOR"
"""A label selector: labels with commas between."""

DEFAULT, NO_SPACE, NO_FILES, FOLDERS_ONLY = 0, 2, 4, 16
"""cobra's directives. DEFAULT tells the shell to complete file names itself."""


class Line:
    """The complete words of a command line, parsed."""

    def __init__(self, tree: Tree, words: Sequence[str]) -> None:
        """``words`` leaves out the program's own name and the word that is being typed."""
        self.tree = tree
        self.path = ""
        self.known = True
        """Whether every command on the line exists."""
        self.arguments: list[str] = []
        self.given: dict[str, str | None] = {}
        """The options on the line: the first name of each, and the last value it was given."""
        self.awaiting: Option | None = None
        """The option whose value the last word is."""
        self.options_over = False
        for word in words:
            self._take(word)

    @property
    def command(self) -> Command:
        """The innermost command so far."""
        return self.tree[self.path]

    def subcommands(self) -> list[str]:
        """The names of the innermost command's subcommands."""
        start = f"{self.path} " if self.path else ""
        below = (path[len(start) :] for path in self.tree if path.startswith(start))
        return [name for name in below if name and " " not in name]

    def option(self, name: str) -> Option | None:
        """The command's option of that name."""
        return next((option for option in self.command[1] if name in option[0]), None)

    def _take(self, word: str) -> None:
        if self.awaiting:
            self.given[self.awaiting[0][0]] = word
            self.awaiting = None
        elif not self.options_over and word == "--":
            self.options_over = True
        elif not self.options_over and word.startswith("--"):
            name, equals, value = word.partition("=")
            self._take_option(name, value if equals else None)
        elif not self.options_over and word.startswith("-") and len(word) > 1:
            self._take_letters(word[1:])
        elif self.subcommands() and not self.arguments:
            self._descend(word)
        else:
            self.arguments.append(word)

    def _take_option(self, name: str, value: str | None) -> None:
        option = self.option(name)
        if option is not None:
            self.given[option[0][0]] = value
            if option[1] is not None and value is None:
                self.awaiting = option

    def _take_letters(self, letters: str) -> None:
        """``-vl``, ``-ojson``: a letter that takes a value takes the rest of the word."""
        for position, letter in enumerate(letters):
            option = self.option(f"-{letter}")
            if option is None:
                return
            rest = letters[position + 1 :]
            self._take_option(option[0][0], rest or None)
            if option[1] is not None:
                return

    def _descend(self, word: str) -> None:
        path = f"{self.path} {word}".lstrip()
        if path in self.tree:
            self.path = path
            self.given = {}
        else:
            self.known = False


def complete(words: Sequence[str], tree: Tree, values: Values) -> tuple[list[Candidate], int]:
    """The candidates for the last of ``words``, and a directive.

    After ``--option=`` the candidates are values alone: the shell scripts keep the part before
    the value.
    """
    before, last = words[:-1], words[-1] if words else ""
    line = Line(tree, before)
    if not line.known:
        return [], NO_FILES
    if line.awaiting:
        return _of_kind(line.awaiting[1], last, line, values)
    if last.startswith("-") and not line.options_over:
        name, equals, start = last.partition("=")
        if not equals:
            return _starting(last, _options(line, last)), NO_FILES
        option = line.option(name)
        return _of_kind(option[1] if option else FREE, start, line, values)
    if line.subcommands() and not line.arguments:
        path = f"{line.path} ".lstrip()
        named = [(name, tree[path + name][0]) for name in line.subcommands()]
        return _starting(last, named), NO_FILES
    return _argument(last, line, values)


def _argument(last: str, line: Line, values: Values) -> tuple[list[Candidate], int]:
    """The candidates for a positional argument, or the unused options where none can follow."""
    expected = line.command[2]
    position = len(line.arguments)
    if position < len(expected):
        return _of_kind(expected[position][0], last, line, values)
    if expected and expected[-1][1]:
        return _of_kind(expected[-1][0], last, line, values)
    offered = [] if last or line.options_over else _options(line)
    return offered, NO_FILES


def _options(line: Line, typed: str = "") -> list[Candidate]:
    """The long options that may still be given, and a short one if the user has typed it."""
    return [
        (name, meaning)
        for names, _kind, repeatable, meaning in line.command[1]
        if repeatable or names[0] not in line.given
        for name in names
        if name.startswith("--") or name == typed
    ]


def _of_kind(kind: Kind, start: str, line: Line, values: Values) -> tuple[list[Candidate], int]:
    if kind == FILE:
        return [], DEFAULT
    if kind == FOLDER:
        return [], FOLDERS_ONLY
    if isinstance(kind, tuple):
        offered = _starting(start, [(choice, "") for choice in kind])
        unfinished = all(choice.endswith("=") for choice, _ in offered)
        return offered, NO_FILES | (NO_SPACE if offered and unfinished else 0)
    if kind == SELECTOR:
        before = start[: start.rfind(",") + 1]
        labels = values("labels", line)
        return _starting(start, [(before + label, "") for label, _ in labels]), NO_FILES
    if not kind:  # nothing can be offered
        return [], NO_FILES
    return _starting(start, values(kind, line)), NO_FILES


def _starting(start: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate[0].startswith(start)]
