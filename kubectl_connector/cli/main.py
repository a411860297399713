"""The error boundary: every error below becomes two lines and an exit code."""

from __future__ import annotations

import signal
import sys
import warnings
from types import FrameType

import typer

from kubectl_connector import patience
from kubectl_connector.cli import console
from kubectl_connector.cli.app import build
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
    except (KeyboardInterrupt, typer.Abort):
        console.note("")
        _fail(ConnectorError("cancelled", "see what there is now: kubectl connector list"))
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 (never a traceback: it could show a secret)
        code = _fail(_fault(error))
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
    """Call the command without typer's own main(), which ends at Ctrl-C without a message."""
    command = build()
    try:
        with command.make_context(PROGRAM, arguments) as context:
            command.invoke(context)
        return 0
    except typer.Exit as end:
        return end.exit_code


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
