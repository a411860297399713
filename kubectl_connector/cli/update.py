"""``update``: change a connector."""

from __future__ import annotations

from typing import Annotated, Any, Optional

import typer

from kubectl_connector.cli import console, environment, form, views
from kubectl_connector.cli.changes import changes_from, with_change_options
from kubectl_connector.cli.manifests import agreed
from kubectl_connector.cli.options import (
    KubeconfigOption,
    NameArgument,
    NoVerifyOption,
    TimeoutOption,
    YesOption,
)
from kubectl_connector.cli.register import announce, note_end
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.field import Reach
from kubectl_connector.operations.overview import overview
from kubectl_connector.operations.register import Registered
from kubectl_connector.operations.source import FromContext, again
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.workspace import Workspace


@with_change_options
def command(
    name: NameArgument,
    auto_configure: Annotated[
        bool,
        typer.Option(
            "--auto-configure", help="Take it anew from the context that it was made from."
        ),
    ] = False,
    context: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--context", metavar="NAME", help="Take it anew from this context instead."),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    no_verify: NoVerifyOption = False,
    yes: YesOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    **given: Any,
) -> int:
    """Change a connector: only what is given changes, and only when the cluster takes it.

    An empty value takes something away, such as --proxy-url ''. Labels, description and namespace
    change without asking the cluster. The next login brings contexts that hold an earlier
    credential up to date. --context and --kubeconfig mean --auto-configure.

    Examples:
      print-token | kubectl connector update prod --token-stdin
      kubectl connector update prod --auto-configure
      kubectl connector update prod --label team=payments --description 'the shop'

    """
    changes = changes_from(given)
    auto_configure = auto_configure or bool(context or kubeconfig)
    workspace = environment.workspace(timeout)
    source = _source(workspace, name, context, kubeconfig) if auto_configure else None
    plan = form.answered(plan_update(workspace, name, source, changes))
    announce(plan, verify=not no_verify)
    if not agreed(plan, yes):
        console.say("Nothing changed")
        return 0
    updated = update(workspace, plan, verify=not no_verify)
    _show(updated, plan.old)
    note_end(plan, updated)
    if not updated.unchanged and (source or changes.reach > Reach.CATALOG):
        _hint_at_contexts(workspace, updated.connector)
    return views.exit_code(updated.pending)


def _source(
    workspace: Workspace, name: str, context: str | None, kubeconfig: str | None
) -> FromContext:
    """The context that is named, or the one that the connector was made from."""
    files = environment.kubeconfigs(kubeconfig)
    if kubeconfig:
        return FromContext(files, context)
    return again(workspace.catalog.get(name), context, files)


def _show(updated: Registered, old: Connector) -> None:
    connector = updated.connector
    name = connector.name
    if updated.unchanged:
        console.say(f'Connector "{name}" unchanged')
        return
    if updated.probe:
        console.note(views.answers(updated.probe))
    if connector.cluster.insecure_skip_tls_verify > old.cluster.insecure_skip_tls_verify:
        console.note(views.insecure(connector))
    if updated.left_in:
        console.note(
            f"the earlier secret stays in the {updated.left_in} store, out of reach;"
            " remove it later: kubectl connector prune"
        )
    console.say(f'Updated connector "{name}"')
    if updated.pending:
        console.note(views.pending(updated.pending))


def _hint_at_contexts(workspace: Workspace, connector: Connector) -> None:
    """Name the command that brings contexts up to date which hold the credential itself."""
    for each in overview(workspace, environment.kubeconfigs()).listed:
        if each.connector.id == connector.id and each.embedded:
            name = connector.name
            console.note(f"bring its contexts up to date: kubectl connector login {name}")
