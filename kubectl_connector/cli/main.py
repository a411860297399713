"""The error boundary: every error below becomes two lines and an exit code.

typer is imported only where ``quick.py`` does not understand the words: that takes as long as what
most commands do.
"""

from __future__ import annotations

import signal
import sys
import warnings
from types import FrameType

from kubectl_connector import patience
from kubectl_connector.cli import console, quick
from kubectl_connector.errors import ConnectorError, UsageError

INTERRUPTED = 130
PROGRAM = "kubectl connector"


def run(arguments: list[str]) -> int:
    """Run one command; the exit code, as in :mod:`kubectl_connector.errors`."""
    _prepare()
    try:
        _refuse_bytes(arguments)
        code = _invoke(arguments)
    except ConnectorError as error:
        code = _fail(error)
    except console.Left:
        console.note("cancelled")
        code = INTERRUPTED
    except KeyboardInterrupt:
        code = _cancelled()
    except Exception as error:  # noqa: BLE001 (never a traceback: it could show a secret)
        meant = _of_typer(error)
        code = _fail(_fault(error)) if meant is None else meant
    return code


def _refuse_bytes(arguments: list[str]) -> None:
    for argument in arguments:
        if not argument.isascii() and any("\ud800" <= char <= "\udfff" for char in argument):
            raise UsageError(
                f'"{argument}" is not text in {sys.getfilesystemencoding()}',
                "give it in UTF-8, and file names without other bytes",
            )


def _prepare() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a legacy code page must not turn output into an error
            stream.reconfigure(errors="replace")
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _terminate)
    patience.shown_by(console.spinner)
    # --insecure-skip-tls-verify warns by its help; urllib3 would repeat that at every request.
    warnings.filterwarnings("ignore", message="Unverified HTTPS request")


def _invoke(arguments: list[str]) -> int:
    """Run the command; typer without its own main(), which ends at Ctrl-C without a message."""
    call = quick.understand(arguments)
    if call:
        return call.run()
    if arguments in (["--help"], ["-h"]) and quick.say_help():
        return 0
    from kubectl_connector.cli.app import build

    command = build()
    with command.make_context(PROGRAM, arguments) as context:
        return command.invoke(context) or 0


def _of_typer(error: Exception) -> int | None:
    """The exit code that an exception of typer's means; None for any other."""
    typer = sys.modules.get("typer")
    if typer is None:
        return None
    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    return _cancelled() if isinstance(error, typer.Abort) else None


def _cancelled() -> int:
    console.note("")
    _fail(ConnectorError("cancelled", "see what there is now: kubectl connector list"))
    return INTERRUPTED


def _fail(error: ConnectorError) -> int:
    console.complain(error)
    return error.exit_code


def _fault(error: Exception) -> ConnectorError:
    """An error that is our fault. Its text may hold a secret: only its type and place are shown."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    return ConnectorError(
        f"unexpected {type(error).__name__} in {where}",
        "this is a fault in kubectl-connector: please report this line and what you typed",
    )


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    """Unwind the stack at SIGTERM, so that locks are given free."""
    raise KeyboardInterrupt
