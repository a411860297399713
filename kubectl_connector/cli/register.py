"""``register``: make a connector from options, from questions, or from a kubeconfig context."""

from __future__ import annotations

import contextlib
import shlex
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.programs import find_program
from kubectl_connector.cli import console, environment, form, register_all, views
from kubectl_connector.cli.changes import changes_from, with_change_options
from kubectl_connector.cli.manifests import agreed
from kubectl_connector.cli.options import (
    KUBECONFIG,
    KubeconfigOption,
    NoVerifyOption,
    TimeoutOption,
    TypeOption,
    YesOption,
)
from kubectl_connector.errors import ClusterError, ConnectorError, RefusedError, UsageError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.model.connector import TYPE, Connector
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.source import FromContext, PlainText
from kubectl_connector.operations.spec import check_new_name
from kubectl_connector.operations.workspace import Workspace


@with_change_options
def command(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[NAME]", help="The connector's name; --interactive asks for it."),
    ] = None,
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
    all_contexts: Annotated[
        bool,
        typer.Option(
            "--all-contexts",
            help="Take every context, each as a connector of its name.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = False,
    match: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--match",
            metavar="GLOB",
            help="With --all-contexts: only those that fit, such as 'prod-*'.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    prefix: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--prefix",
            metavar="TEXT",
            help="With --all-contexts: what goes before the names.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for all that is not given.")
    ] = False,
    no_verify: NoVerifyOption = False,
    yes: YesOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    type_: TypeOption = TYPE,  # noqa: ARG001 (it has been checked)
    **given: Any,
) -> int:
    """Make a connector: verify it with the cluster, then keep it.

    Metadata goes to a file of yours, tokens, passwords and keys to the secret store; nothing is
    kept where anything fails. Secrets are never taken from the command line. --context and
    --kubeconfig mean --auto-configure.

    Examples:
      kubectl connector register prod --auto-configure
      kubectl connector register eu --context prod-eu
      kubectl connector register --auto-configure --all-contexts --match 'prod-*'
      kubectl connector register lab --server https://lab:6443 --certificate-authority ca.crt
      print-token | kubectl connector register ci --server https://ci:6443 --token-stdin

    """
    if all_contexts or match is not None or prefix is not None:
        register_all.check(name, context, interactive, all_contexts)
        workspace, changes = environment.workspace(timeout), changes_from(given)
        return register_all.run(workspace, kubeconfig, changes, match, prefix, not no_verify)
    if name is None and not interactive:
        raise UsageError(
            "NAME is missing: the connector's name",
            "for example: kubectl connector register prod --auto-configure;"
            " to be asked for everything: kubectl connector register --interactive",
        )
    if name is not None:
        check_new_name(name)
    workspace = environment.workspace(timeout)
    changes = changes_from(given)
    from_context = auto_configure or context or kubeconfig
    source = FromContext(environment.kubeconfigs(kubeconfig), context) if from_context else None
    store = changes.get("store") or environment.settings().get("store")
    if interactive or name is None:
        plan = form.fill(workspace, name, store, source, changes)
    else:
        plan = form.answered(plan_register(name, store, source, changes))
    announce(plan, verify=not no_verify)
    if not agreed(plan, yes):
        console.say("Nothing registered")
        return 0
    registered, plan = _register(workspace, plan, not no_verify, interactive)
    _show(registered, views.introduction(plan.draft.spec, workspace.now()))
    note_end(plan, registered)
    if not registered.unchanged:
        _say_next(registered, kubeconfig)
    return views.exit_code(registered.pending)


def _register(
    workspace: Workspace, plan: Plan, verify: bool, interactive: bool
) -> tuple[Registered, Plan]:
    """Register; where that fails for an answer that a person gave, ask for that one again."""
    while True:
        try:
            return register(workspace, plan, verify=verify), plan
        except (ClusterError, RefusedError) as error:
            another = form.asked_again(plan, error) if interactive else None
            if another is None:
                raise
            plan = another


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
    console.note(f"runs: {shlex.join([plan.runs.command, *plan.runs.args])} ({found})")


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
    if connector.cluster.insecure_skip_tls_verify:
        console.note(views.insecure(connector))
    console.say(f'Registered connector "{connector.name}"')


def _say_next(registered: Registered, kubeconfig: str | None) -> None:
    """Name one command to type next; where the kubeconfig has the secret too, say that as well."""
    connector = registered.connector
    if registered.pending:
        console.note(views.pending(registered.pending))
        return
    left = _left_over(connector, kubeconfig)
    console.note(_plain_text(connector, left, kubeconfig) if left else _use(connector))


def _left_over(connector: Connector, kubeconfig: str | None) -> PlainText | None:
    """The secret that still stands in the kubeconfig, as far as that can be told."""
    if not connector.origin:
        return None
    source = FromContext(environment.kubeconfigs(kubeconfig), connector.origin.context)
    with contextlib.suppress(ConnectorError):  # the connector is made all the same
        return source.plain_text()
    return None


def _use(connector: Connector) -> str:
    return f"Use it: kubectl connector login {connector.name}"


def _plain_text(connector: Connector, left: PlainText, kubeconfig: str | None) -> str:
    still = f'user "{left.user}" in {display_path(left.file)} still holds the secret as plain text'
    if not auth_method(connector.auth_method).can_exec:
        return f"{still}\n{_use(connector)}"
    if left.others:
        others = ", ".join(f'"{name}"' for name in left.others)
        too = f"{still}, for {others} too: register these contexts as well, then log in to each"
        return f"{too}\n{_use(connector)}"
    words = ["kubectl", "connector", "login", connector.name]
    words += [] if left.context == connector.name else ["--context", left.context]
    words += ["--kubeconfig", kubeconfig] if kubeconfig else []
    return f"{still}\nUse it, and take that out: {shlex.join(words)} --exec"
