"""What ``secure`` and ``restore`` say of entries of kubeconfigs, and their exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_connector.cli.options import KUBECONFIG
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.formats import Column, Report
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.kubeconfig.schema import BODY
from kubectl_connector.terminal_text import State, mark

if TYPE_CHECKING:  # the caller has imported what it passes
    from kubectl_connector.operations.restore import Returned
    from kubectl_connector.operations.secure import Step

EveryOption = Annotated[
    bool,
    typer.Option("--all", help="All users of all files of KUBECONFIG.", rich_help_panel=KUBECONFIG),
]


def exclude(given: dict[str, bool]) -> None:
    """Raise UsageError where more than one of these options is given."""
    said = [option for option, is_given in given.items() if is_given]
    if len(said) > 1:
        raise UsageError(f"{' and '.join(said)} exclude each other", "leave one of them out")


def worst(errors: Iterable[ConnectorError | None]) -> int:
    """The exit code for what came of several: that of the worst failure.

    A user that makes no sense is no mistake in the command.
    """
    codes = (1 if isinstance(error, UsageError) else error.exit_code for error in errors if error)
    return max(codes, default=0)


def secured_report(steps: Sequence[Step], done: str) -> Report:
    """The rows of ``secure``; ``done`` is the word for what is not left."""
    titles = ("ENTRY", "FILE", "HOLDS", "CONNECTOR", "RESULT", "DETAIL")
    return Report(
        "PlainText",
        tuple(Column(title) for title in titles),
        tuple(
            (
                f"{BODY[step.plain.found.kind]} {step.plain.found.name}",
                display_path(step.plain.found.file),
                ", ".join(step.plain.holds),
                step.move.connector.name if step.move else "",
                mark("left", State.REFUSED)
                if step.error
                else mark(done, State.FINE if step.move else State.REFUSED),
                step.error.message if step.error else "",
            )
            for step in steps
        ),
        tuple(_secured_document(step, done) for step in steps),
        tuple(step.move.connector.name if step.move else "" for step in steps),
    )


def _secured_document(step: Step, done: str) -> dict[str, Any]:
    found = step.plain.found
    return {
        "entry": {"kind": BODY[found.kind], "name": found.name, "kubeconfig": found.file},
        "contexts": list(step.contexts),
        "holds": list(step.plain.holds),
        "files": list(step.plain.files),
        "connector": step.move.connector.name if step.move else None,
        "result": "left" if step.error else done,
        "reason": step.error.message if step.error else None,
        "hint": step.error.hint if step.error else None,
    }


def returned_report(returned: Sequence[Returned]) -> Report:
    """The rows of ``restore``."""
    return Report(
        "Restored",
        tuple(Column(title) for title in ("ENTRY", "FILE", "CONNECTOR", "RESULT", "DETAIL")),
        tuple(
            (
                f"user {each.user}",
                display_path(each.file),
                each.connector,
                mark("left", State.REFUSED) if each.error else mark("restored", State.FINE),
                each.error.message if each.error else "",
            )
            for each in returned
        ),
        tuple(
            {
                "entry": {"kind": "user", "name": each.user, "kubeconfig": each.file},
                "connector": each.connector,
                "result": "left" if each.error else "restored",
                "reason": each.error.message if each.error else None,
                "hint": each.error.hint if each.error else None,
                "missing": list(each.missing),
            }
            for each in returned
        ),
        tuple("" if each.error else each.connector for each in returned),
    )
