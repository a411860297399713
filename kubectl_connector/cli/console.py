"""Talk to the person at the terminal: results, notes, errors and questions."""

from __future__ import annotations

import contextlib
import functools
import getpass
import os
import re
import signal
import sys
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from typing import NoReturn, Protocol, TextIO, TypeVar

from kubectl_connector import log
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.terminal_text import (
    State,
    joined,
    mark,
    painted,
    printable,
    with_colours,
)

T = TypeVar("T")


class Left(KeyboardInterrupt):
    """A person left a picker by one of its keys: nothing was interrupted, and nothing changed."""


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
            "free some space or send it elsewhere; what the command has changed stays changed",
        ) from error


def say(text: str) -> None:
    """Write a result of one line to stdout, as kubectl does."""
    out(joined([text, "\n"]))


def note(text: str) -> None:
    """Write a note to stderr; drop it where stderr can't be written."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(_shown(with_tilde(text), sys.stderr) + "\n")


def with_tilde(text: str) -> str:
    """A text for people, with ``~`` for the home folder in the paths that it names.

    Not in a quoted path: a shell does not expand it there.
    """
    home = os.path.expanduser("~")
    if home in ("~", "", os.sep) or home not in text:
        return text
    return re.sub(rf"(?<![\w/.'\"-]){re.escape(home + os.sep)}", lambda _: f"~{os.sep}", text)


def counted(number: int, noun: str) -> str:
    """``1 secret``, ``2 secrets``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def complain(error: ConnectorError) -> None:
    """Print an error in two lines, and with ``-v`` its causes, by type and text.

    People give a token where a name belongs, and errors repeat names: so it is taken out here.
    """
    from kubectl_connector.secret_looking import without_tokens  # most commands have no errors

    note(joined([mark("error:", State.REFUSED), f" {without_tokens(_one_line(error.message))}"]))
    note(f"hint:  {without_tokens(_one_line(error.hint))}")
    if is_verbose():
        cause = error.__cause__
        while cause is not None:
            note(without_tokens(f"cause: {type(cause).__name__}: {cause}"))
            cause = cause.__cause__


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def be_verbose() -> None:
    """Log details to stderr; a secret is never among them."""
    import logging

    class Notes(logging.Handler):
        """Writes what is logged as notes, each on a line of its own, also beside a spinner."""

        def emit(self, record: logging.LogRecord) -> None:
            note(record.getMessage())

    if not is_verbose():
        logging.getLogger().addHandler(Notes())
    logging.getLogger(log.NAME).setLevel(logging.INFO)


def is_verbose() -> bool:
    """Whether somebody asked for details (``-v``)."""
    logging = sys.modules.get("logging")
    return logging is not None and logging.getLogger(log.NAME).isEnabledFor(logging.INFO)


def at_terminal() -> bool:
    """Whether somebody is there to answer: stdin and stderr are both terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def has_terminal() -> bool:
    """Whether somebody can be asked for a secret: as before, or beside a stdin that is a pipe.

    On Unix a secret is typed at the terminal itself, ``/dev/tty``.
    """
    if at_terminal():
        return True
    try:
        if not sys.stderr.isatty():
            return False
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except (OSError, AttributeError):  # none; no stderr, or no such flag on Windows
        return False
    return True


def stdout_is_terminal() -> bool:
    """Whether a person, not a program, reads the result."""
    return sys.stdout is not None and sys.stdout.isatty()


@contextlib.contextmanager
def spinner(text: str) -> Iterator[None]:
    """Show on a terminal that something is going on; nothing of it stays on the screen.

    One is shown at a time: two, of several threads, would write over each other.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    if not _spinning.acquire(blocking=False):
        yield
        return
    try:
        with _spun(text):
            yield
    finally:
        _spinning.release()


_spinning = allocate_lock()  # threading.Lock, without that module's import


@contextlib.contextmanager
def _spun(text: str) -> Iterator[None]:
    from rich.console import Console
    from rich.text import Text

    shown = Text(printable(with_tilde(text)))
    status = Console(stderr=True, highlight=False).status(shown, spinner_style="none")
    with _signals_to_come():
        status.start()
    try:
        yield
    finally:
        status.stop()


@contextlib.contextmanager
def counter(total: int) -> Iterator[Callable[[], None]]:
    """Show on a terminal how many of ``total`` are done; what it gives is called for each."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("asking clusters"), BarColumn(), MofNCompleteColumn()
    shown = Progress(*columns, console=Console(stderr=True, highlight=False), transient=True)
    task = shown.add_task("", total=total)
    with _signals_to_come():
        shown.start()
    try:
        yield lambda: shown.advance(task)
    finally:
        shown.stop()


@contextlib.contextmanager
def _signals_to_come() -> Iterator[None]:
    """Hold signals back while a thread starts, which then never gets any.

    Whoever holds them back in the main thread, as those who make a lock do, then really does.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Asker(Protocol):
    """Answers questions. Where nobody is there, asking is an error that says what to give instead.

    ``instead`` tells how to give the answer without being asked.
    """

    def secret(self, question: str, instead: str) -> str:
        """An answer that is not shown while it is typed."""

    def text(self, question: str, default: str, instead: str, file: bool = False) -> str:
        """One line, or the name of a ``file``; an empty one means ``default``."""

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

    def text(self, question: str, default: str, instead: str, file: bool = False) -> str:
        """One line, or the name of a ``file``; an empty one means ``default``."""
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        if stdout_is_terminal():
            _edit_lines(complete_files=file)
            try:
                return input(printable(prompt)).strip() or default
            except EOFError:
                raise KeyboardInterrupt from None
        sys.stderr.write(printable(prompt))  # input() would write it into the pipe
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
            note("answer y or n")


def _edit_lines(complete_files: bool) -> None:
    """Let ``input`` edit the line, where there is a library for it; TAB may complete files."""
    with contextlib.suppress(ImportError):  # there is none on Windows, which does it by itself
        import readline

        readline.set_completer_delims(" \t\n")
        editline = "libedit" in (readline.__doc__ or "")
        complete, insert = ("bind ^I rl_complete", "bind ^I ed-insert") if editline else _BINDINGS
        readline.parse_and_bind(complete if complete_files else insert)


_BINDINGS = ("tab: complete", "tab: self-insert")


class NoTerminal:
    """Nobody is there."""

    def secret(self, question: str, instead: str) -> str:
        """UsageError."""
        self._refuse(question, instead)

    def text(self, question: str, default: str, instead: str, file: bool = False) -> str:
        """UsageError."""
        self._refuse(question, instead)

    def confirm(self, question: str, default: bool, instead: str) -> bool:
        """UsageError."""
        self._refuse(question, instead)

    @staticmethod
    def _refuse(question: str, instead: str) -> NoReturn:
        raise UsageError(f"can't ask without a terminal: {question}", instead)


def asker() -> Asker:
    """The person at the terminal, or nobody."""
    return Terminal() if at_terminal() else NoTerminal()


def until_good(ask: Callable[[], str], read: Callable[[str], T]) -> T:
    """What ``read`` makes of an answer; one that it refuses is asked for again."""
    while True:
        answer = ask()
        try:
            return read(answer)
        except ConnectorError as error:
            complain(error)


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
