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
    TypeOption,
)
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.connector import TYPE, check_name
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
            help="Take it from the current context of the kubeconfig.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = False,
    context: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--context",
            metavar="NAME",
            help="Take it from this context of the kubeconfig.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for what is missing.")
    ] = False,
    no_verify: NoVerifyOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    type_: TypeOption = TYPE,  # noqa: ARG001 (it has been checked)
    **given: Any,
) -> None:
    """Make a connector: verify it with the cluster, then keep it.

    Metadata goes to a file of yours, tokens, passwords and keys to the secret store; nothing is
    kept where anything fails. Secrets are never taken from the command line. --context and
    --kubeconfig mean --auto-configure.

    Examples:
      kubectl connector register prod --auto-configure
      kubectl connector register eu --context prod-eu
      kubectl connector register lab --server https://lab:6443 --certificate-authority ca.crt
      print-token | kubectl connector register ci --server https://ci:6443 --token-stdin

    """
    check_name(name)
    auto_configure = auto_configure or bool(context or kubeconfig)
    workspace = environment.workspace(timeout)
    changes = changes_from(given)
    store = changes.get("store") or environment.settings().get("store")
    if interactive:
        workspace.open_store(store).check()  # before a person has answered ten questions
        auto_configure = auto_configure or form.wants_context(changes)
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


def _show(registered: Registered, introduction: str) -> None:
    connector = registered.connector
    if registered.unchanged:
        console.say(f'Connector "{connector.name}" unchanged')
        return
    console.note(introduction)
    if registered.probe:
        console.note(views.answers(registered.probe))
    console.say(f'Registered connector "{connector.name}"')
    console.note(f"Use it: kubectl connector login {connector.name}")
