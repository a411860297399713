"""``register``: make a connector from options, from questions, or from a kubeconfig context."""

from __future__ import annotations

import contextlib
import shlex
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.auth import auth_method
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
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.model.connector import Connector, check_name
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.source import FromContext, PlainText


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
    source = FromContext(environment.kubeconfigs(kubeconfig), context)
    if auto_configure:
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
    if auto_configure and not registered.unchanged:
        _tell_of_plain_text(registered.connector, source, kubeconfig)


def announce(plan: Plan, verify: bool) -> None:
    """Say which program is going to be run, and find it, before anything runs.

    Where nothing is run now (``verify``), one that is missing is no error.
    """
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
    console.say(f'Registered connector "{connector.name}" with access to:\n')
    console.out(render(views.resources_report([connector]), "table"))


def _tell_of_plain_text(connector: Connector, source: FromContext, kubeconfig: str | None) -> None:
    """Say that the secret is still in the kubeconfig too, and how to take it out."""
    with contextlib.suppress(ConnectorError):  # the connector is made all the same
        left = source.plain_text()
        if left:
            console.note(_plain_text(connector, left, kubeconfig))


def _plain_text(connector: Connector, left: PlainText, kubeconfig: str | None) -> str:
    still = f'user "{left.user}" in {display_path(left.file)} still holds the secret as plain text'
    if not auth_method(connector.auth_method).can_exec:
        return still
    if left.others:
        others = ", ".join(f'"{name}"' for name in left.others)
        return f"{still}, for {others} too: register these contexts as well, then log in to each"
    words = ["kubectl", "connector", "login", connector.name]
    words += [] if left.context == connector.name else ["--context", left.context]
    words += ["--kubeconfig", kubeconfig] if kubeconfig else []
    return f"{still}\ntake it out: {shlex.join(words)} --exec"
