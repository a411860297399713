"""``secure``: move what stands in plain text in a kubeconfig to the secret store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Optional

import typer

from kubectl_connector.cli import console, environment, program
from kubectl_connector.cli.options import (
    CREDENTIAL,
    BreakLockOption,
    ContextsOption,
    ExecCommandOption,
    KubeconfigOption,
    LockTimeoutOption,
    NoVerifyOption,
    OutputOption,
    TimeoutOption,
)
from kubectl_connector.cli.secured import EveryOption, exclude, secured_report, worst
from kubectl_connector.formats import Output, Report, render, wanted
from kubectl_connector.model.kubeconfig import api_version_called
from kubectl_connector.operations.extent import Extent
from kubectl_connector.operations.secure import SecureRequest, Step, look, plan_secure, secure
from kubectl_connector.stores import check_store_name


def command(
    contexts: ContextsOption = None,
    every: EveryOption = False,
    kubeconfig: KubeconfigOption = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say what is in plain text; 1 where anything is."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done; write nothing.")
    ] = False,
    no_verify: NoVerifyOption = False,
    store: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--store",
            metavar="NAME",
            help="The secret store; default: the setting store.",
            rich_help_panel=CREDENTIAL,
        ),
    ] = None,
    exec_command: ExecCommandOption = None,
    output: OutputOption = "table",
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> int:
    """Move every token, key and certificate in the kubeconfig to the secret store.

    The user of the current context becomes a connector, and its entry a stanza that runs us: the
    contexts keep their names, and nobody's scripts change. First its cluster is asked whether that
    is going to work. What can't be moved, such as a password, is left and listed. restore, or
    logout of the connector, gives the entry back to the byte.

    The exit code is 0 only where nothing is left in plain text in what was asked for; else it is
    that of the worst failure. --check asks no store and no cluster.

    Examples:
      kubectl connector secure
      kubectl connector secure --all --dry-run
      kubectl connector secure --all
      kubectl connector secure --all --check

    """
    how = wanted(output)
    exclude({"--check": check, "--dry-run": dry_run})
    exclude({"--context": bool(contexts), "--all": every})
    settings = environment.settings().values("store", "login.exec-api-version")
    command = program.command(exec_command or "auto")
    extent = Extent(environment.kubeconfigs(kubeconfig), tuple(contexts or ()), every)
    request = SecureRequest(
        extent,
        check_store_name(store or settings["store"]),
        command,
        program.needed_environment(command),
        api_version_called(settings["login.exec-api-version"]),
        verify=not no_verify,
        lock_timeout=lock_timeout,
        break_lock=break_lock,
    )
    if check:
        steps: Sequence[Step] = [Step(each) for each in look(extent)]
        _show(secured_report(steps, "plain text"), how, extent)
        return 1 if steps else 0
    workspace = environment.workspace(timeout)
    steps = plan_secure(workspace, request)
    if dry_run:
        _show(secured_report(steps, "would move"), how, extent)
        _tell(steps)
        return worst(step.error for step in steps)
    done = secure(workspace, request, steps)
    _show(secured_report(done.steps, "moved"), how, extent)
    _tell(done.steps)
    if any(step.move for step in done.steps):
        _tell_what_next(done.removable, command, _back(extent))
    return worst(step.error for step in done.steps)


def _show(report: Report, how: Output, extent: Extent) -> None:
    if report.rows or not how.for_people:
        console.out(render(report, how))
    else:
        console.say(f"Nothing is in plain text in {extent.words}")


def _tell(steps: Iterable[Step]) -> None:
    """What people should know of it, and what they can do for what is left."""
    for step in steps:
        if step.error:
            console.note(f"{step.plain.entry} is left: {step.error.message}; {step.error.hint}")
        elif step.move and step.move.note:
            console.note(f"{step.plain.entry}: {step.move.note}")


def _tell_what_next(removable: Sequence[str], command: str | None, back: str) -> None:
    for path in removable:
        console.note(f"{path} is not needed any more; restore needs it, if you remove it")
    refusal = program.told_refusal(command)
    if refusal:
        console.note(refusal)
    console.note(f"back: {back}")


def _back(extent: Extent) -> str:
    from shlex import quote

    named = [f"--context {quote(each)}" for each in extent.contexts]
    what = "--all" if extent.every else " ".join(named)
    return f"kubectl connector restore {what}".rstrip() + extent.files.option
