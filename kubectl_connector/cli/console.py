"""Talk to the person at the terminal: results, notes, errors and questions."""

from __future__ import annotations

import contextlib
import functools
import getpass
import logging
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn, Protocol, TextIO

from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.terminal_text import (
    State,
    joined,
    mark,
    painted,
    printable,
    with_colours,
)

log = logging.getLogger("kubectl_connector")


def out(text: str) -> None:
    """Write data to stdout. ConnectorError where stdout is closed or full."""
    try:
        if sys.stdout is None:
            raise OSError("it is closed")
        sys.stdout.write(_shown(text, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has closed the pipe. The rest is dropped; the exit code stays as it is.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise ConnectorError(
            f"the output can't be written: {error.strerror or error}",
            "what was to be done has been done; look at it with: kubectl connector list",
        ) from error


def say(text: str) -> None:
    """Write a result of one line to stdout, as kubectl does."""
    out(joined([text, "\n"]))


def note(text: str) -> None:
    """Write a note to stderr; drop it where stderr can't be written."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(_shown(text, sys.stderr) + "\n")


def counted(number: int, noun: str) -> str:
    """``1 secret``, ``2 secrets``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def complain(error: ConnectorError) -> None:
    """Print an error in two lines, and with ``-v`` its causes, by type and text."""
    note(joined([mark("error:", State.REFUSED), f" {_one_line(error.message)}"]))
    note(f"hint:  {_one_line(error.hint)}")
    if is_verbose():
        cause = error.__cause__
        while cause is not None:
            note(f"cause: {type(cause).__name__}: {cause}")
            cause = cause.__cause__


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def be_verbose() -> None:
    """Log details to stderr; a secret is never among them."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    log.setLevel(logging.INFO)


def is_verbose() -> bool:
    """Whether somebody asked for details (``-v``)."""
    return log.isEnabledFor(logging.INFO)


def at_terminal() -> bool:
    """Whether somebody is there to answer: stdin and stderr are both terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def stdout_is_terminal() -> bool:
    """Whether a person, not a program, reads the result."""
    return sys.stdout is not None and sys.stdout.isatty()


def spinner(text: str) -> AbstractContextManager[object]:
    """Show on a terminal that something is going on; nothing of it stays on the screen."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True, highlight=False).status(text, spinner_style="none")


class Asker(Protocol):
    """Answers questions. Where nobody is there, asking is an error that says what to give instead.

    ``instead`` tells how to give the answer without being asked.
    """

    def secret(self, question: str, instead: str) -> str:
        """An answer that is not shown while it is typed."""

    def text(self, question: str, default: str, instead: str) -> str:
        """One line; an empty one means ``default``."""

    def confirm(self, question: str, default: bool, instead: str) -> bool:
        """Yes or no."""


class Terminal:
    """A person at a terminal. Questions go to stderr, since stdout may be piped."""

    def secret(self, question: str, instead: str) -> str:
        """An answer that is not shown while it is typed."""
        try:
            return getpass.getpass(f"{question}: ", stream=sys.stderr)
        except EOFError:
            raise KeyboardInterrupt from None  # Ctrl-D means no, too

    def text(self, question: str, default: str, instead: str) -> str:
        """One line; an empty one means ``default``."""
        suffix = f" [{default}]" if default else ""
        sys.stderr.write(f"{question}{suffix}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        return line.strip() or default

    def confirm(self, question: str, default: bool, instead: str) -> bool:
        """Yes or no; anything else is asked again."""
        while True:
            answer = self.text(f"{question} {'(Y/n)' if default else '(y/N)'}", "", instead)
            if not answer:
                return default
            if answer.lower() in ("y", "yes", "n", "no"):
                return answer.lower().startswith("y")


class NoTerminal:
    """Nobody is there."""

    def secret(self, question: str, instead: str) -> str:
        """UsageError."""
        self._refuse(question, instead)

    def text(self, question: str, default: str, instead: str) -> str:
        """UsageError."""
        self._refuse(question, instead)

    def confirm(self, question: str, default: bool, instead: str) -> bool:
        """UsageError."""
        self._refuse(question, instead)

    @staticmethod
    def _refuse(question: str, instead: str) -> NoReturn:
        raise UsageError(f"there is no terminal to ask at: {question}", instead)


def asker() -> Asker:
    """The person at the terminal, or nobody."""
    return Terminal() if at_terminal() else NoTerminal()


def _shown(text: str, stream: TextIO) -> str:
    """The text as it goes to a stream: nothing that a terminal obeys but our own colours."""
    safe = printable(text)
    if not with_colours(os.environ, stream.isatty()):
        return safe
    _let_windows_show_colours()
    return painted(safe)


@functools.cache
def _let_windows_show_colours() -> None:
    """Have an older console of Windows obey escape sequences; newer ones do so by themselves."""
    if sys.platform == "win32":
        import ctypes

        for stream in (-11, -12):  # stdout, stderr
            handle = ctypes.windll.kernel32.GetStdHandle(stream)
            ctypes.windll.kernel32.SetConsoleMode(handle, 7)
