"""The one error boundary: whatever happens below becomes two lines and an exit code."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from types import FrameType

import typer
from typer.exceptions import TyperException

from kubectl_connector.cli import console
from kubectl_connector.cli.app import build
from kubectl_connector.errors import ConnectorError, UsageError

INTERRUPTED = 130
PROGRAM = "kubectl connector"


def run(arguments: list[str]) -> int:
    """Run one command; the exit code, as in :mod:`kubectl_connector.errors`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a legacy code page must not turn output into an error
            stream.reconfigure(errors="replace")
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _terminate)
    # Who registered with --insecure-skip-tls-verify has been told, and need not be at every call.
    warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    try:
        # Not typer's own main(): that turns Ctrl-C into an exit code before anybody could say so.
        command = build()
        with command.make_context(PROGRAM, arguments) as context:
            command.invoke(context)
        sys.stdout.flush()
        return 0
    except typer.Exit as end:
        sys.stdout.flush()
        return end.exit_code
    except ConnectorError as error:
        console.complain(error)
        return error.exit_code
    except TyperException as error:
        return _usage(error)
    except (KeyboardInterrupt, typer.Abort):
        console.note("")
        console.complain(ConnectorError("cancelled", "what was not finished was undone"))
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough. Python flushes once more at exit: give it somewhere to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 (never a traceback: it could show a secret)
        return _unexpected(error)


def _usage(error: TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else PROGRAM
    console.complain(UsageError(error.format_message().rstrip("."), f"{command} --help"))
    return UsageError.exit_code


def _unexpected(error: Exception) -> int:
    """A fault of ours. Its text may hold anything, so only its type and place are shown."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    console.complain(
        ConnectorError(
            f"unexpected {type(error).__name__} in {where}",
            "this is a fault in kubectl-connector: please report this line and what you typed",
        )
    )
    return ConnectorError.exit_code


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM unwinds the stack, so that locks and half-done work are cleaned up."""
    raise KeyboardInterrupt
