"""``register``: make a connector from options, from questions, or from a kubeconfig context."""

from __future__ import annotations

from typing import Annotated, Any, Optional

import typer

from kubectl_connector.auth.programs import find_program
from kubectl_connector.cli import console, environment, form, views
from kubectl_connector.cli.changes import changes_from, with_change_options
from kubectl_connector.cli.options import (
    KUBECONFIG,
    KubeconfigOption,
    NameArgument,
    NoVerifyOption,
    TimeoutOption,
)
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.formats import render
from kubectl_connector.model.connector import check_name
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.source import FromContext


@with_change_options
def command(
    name: NameArgument,
    auto_configure: Annotated[
        bool,
        typer.Option(
            "--auto-configure",
            help="Take it from a kubeconfig context.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = False,
    context: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--context",
            metavar="NAME",
            help="The context; default: the current one.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for what is missing.")
    ] = False,
    no_verify: NoVerifyOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    **given: Any,
) -> None:
    """Make a connector: verify it with the cluster, then keep it.

    Metadata goes to a file of yours, tokens, passwords and keys to the secret store; nothing is
    kept where anything fails. Secrets are never taken from the command line.

    Examples:
      kubectl connector register prod --auto-configure
      kubectl connector register lab --server https://lab:6443 --certificate-authority ca.crt
      print-token | kubectl connector register ci --server https://ci:6443 --token-stdin

    """
    check_name(name)
    if not auto_configure and (context or kubeconfig):
        raise UsageError(
            "--context and --kubeconfig go with --auto-configure",
            f"kubectl connector register {name} --auto-configure",
        )
    workspace = environment.workspace(timeout)
    changes = changes_from(given)
    store = changes.get("store") or environment.settings().get("store")
    if interactive:
        workspace.open_store(store).check()  # before a person has answered ten questions
        auto_configure = auto_configure or form.wants_context(changes, kubeconfig)
    if auto_configure:
        source = FromContext(environment.kubeconfigs(kubeconfig), context)
        plan = plan_register(name, store, source, changes)
        if interactive:
            plan = plan.with_changes(form.details(plan))
    else:
        changes = form.complete(changes) if interactive else changes
        plan = plan_register(name, store, None, changes)
    plan = plan.answered(form.answers(plan))
    announce(plan, verify=not no_verify)
    registered = register(workspace, plan, verify=not no_verify)
    _show(registered, views.introduction(plan.draft.spec, workspace.now()))
    note_end(plan, registered)


def announce(plan: Plan, verify: bool) -> None:
    """Say what people should know of a plan, and which program it is going to run; find that.

    Where nothing is run now (``verify``), a program that is missing is no error.
    """
    if plan.start.note:
        console.note(plan.start.note)
    if plan.runs is None:
        return
    try:
        found = find_program(plan.runs)
    except ConnectorError as error:
        if verify:
            raise
        found = error.message
    console.note(f"runs: {' '.join([plan.runs.command, *plan.runs.args])} ({found})")


def note_end(plan: Plan, registered: Registered) -> None:
    """Say so where ``--expires-at`` is later than the credential's own end."""
    if note := views.later_end(plan.changes.get("expires_at"), registered.connector):
        console.note(note)


def _show(registered: Registered, introduction: str) -> None:
    connector = registered.connector
    if registered.unchanged:
        console.say(f'Connector "{connector.name}" unchanged')
        return
    console.note(introduction)
    if registered.probe:
        console.note(views.answers(registered.probe))
    console.say(f'Registered connector "{connector.name}" with access to:\n')
    console.out(render(views.resources_report([connector]), "table"))
