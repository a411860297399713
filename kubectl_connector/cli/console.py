"""Talk to the person at the terminal: results, notes, errors and questions."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn, Protocol

from kubectl_connector import log
from kubectl_connector.errors import ConnectorError, UsageError


def out(text: str) -> None:
    """Write data to stdout. ConnectorError where stdout is closed or full."""
    try:
        if sys.stdout is None:
            raise OSError("it is closed")
        sys.stdout.write(printable(text))
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
    out(f"{text}\n")


def note(text: str) -> None:
    """Write a note to stderr; drop it where stderr can't be written."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"{printable(text)}\n")


def counted(number: int, noun: str) -> str:
    """``1 secret``, ``2 secrets``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Replace what a terminal would obey: names come from files and from servers."""
    if text.replace("\n", "").isprintable():
        return text
    return re.sub(_OBEYED, "\ufffd", text)


_OBEYED = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
"""Control characters (not tab and line feed), changes of the writing direction, surrogates."""


def complain(error: ConnectorError) -> None:
    """Print an error in two lines, and with ``-v`` its causes, by type and text."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(_red("error:"))
    note(f" {_one_line(error.message)}")
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
    import logging

    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    logging.getLogger(log.NAME).setLevel(logging.INFO)


def is_verbose() -> bool:
    """Whether somebody asked for details (``-v``)."""
    logging = sys.modules.get("logging")
    return logging is not None and logging.getLogger(log.NAME).isEnabledFor(logging.INFO)


def at_terminal() -> bool:
    """Whether somebody is there to answer: stdin and stderr are both terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def stdout_is_terminal() -> bool:
    """Whether a person, not a program, reads the result."""
    return sys.stdout.isatty()


def spinner(text: str) -> AbstractContextManager[object]:
    """Show on a terminal that something is going on; nothing of it stays on the screen."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True, highlight=False).status(text)


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


def _red(text: str) -> str:
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[31m{text}\033[0m"
