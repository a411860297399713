"""``register``: make a connector from options, from questions, or from a kubeconfig context."""

from __future__ import annotations

from typing import Annotated, Any, Optional

import typer

from kubectl_connector.auth import auth_method, choose
from kubectl_connector.auth.interface import FieldKind
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
from kubectl_connector.kubeconfig.load import load
from kubectl_connector.model.connector import check_name
from kubectl_connector.operations.draft import Draft, apply_to_draft, lift, new_draft
from kubectl_connector.operations.register import Registered, register
from kubectl_connector.operations.spec import Changes


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
        _refuse_both(name, changes)
        draft = lift(name, load(environment.kubeconfigs(kubeconfig)).resolve(context), store)
        draft = apply_to_draft(
            draft, form.complete_lifted(draft, changes) if interactive else changes
        )
    else:
        changes = form.complete(changes) if interactive else changes
        draft = apply_to_draft(new_draft(name, store), ask_secrets(name, changes))
    announce(draft, verify=not no_verify)
    registered = register(workspace, draft, verify=not no_verify)
    _show(registered, views.introduction(draft, workspace.now()))


def ask_secrets(name: str, changes: Changes) -> Changes:
    """The changes with missing secrets asked for, where there is somebody to ask."""
    from dataclasses import replace

    if not changes.get("server"):
        raise UsageError(
            "which cluster? There is no --server",
            f"kubectl connector register {name} --auto-configure, or --server https://HOST:PORT",
        )
    method = choose(changes.credential.keys(), changes.get("auth_method"))
    values = dict(changes.credential)
    for field in method.option_fields:
        if field.required and field.kind is FieldKind.SECRET and field.name not in values:
            instead = f"give it with {field.option}-stdin or {field.option}-file FILE"
            values[field.name] = console.asker().secret(field.help.capitalize(), instead)
    return replace(changes.with_fields({"auth_method": method.name}), credential=values)


def announce(draft: Draft, verify: bool) -> None:
    """Say which program is going to be run, and find it, before anything runs.

    Where nothing is run now (``verify``), one that is missing is no error.
    """
    shown = auth_method(draft.auth_method).runs(draft.material.configuration)
    if shown is None:
        return
    try:
        found = find_program(shown)
    except ConnectorError as error:
        if verify:
            raise
        found = error.message
    console.note(f"runs: {' '.join([shown.command, *shown.args])} ({found})")


def _refuse_both(name: str, changes: Changes) -> None:
    if changes.get("server") or changes.get("auth_method") or changes.credential:
        raise UsageError(
            "--auto-configure takes server and credential from the kubeconfig;"
            " they can't be given too",
            f"register first, then: kubectl connector update {name} --help",
        )


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
