"""``update``: change a connector, or renew its credential."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.cli import console, environment, views
from kubectl_connector.cli.changes import changes_from, with_change_options
from kubectl_connector.cli.options import (
    KubeconfigOption,
    NameArgument,
    NoVerifyOption,
    TimeoutOption,
)
from kubectl_connector.cli.register import announce
from kubectl_connector.errors import UsageError
from kubectl_connector.kubeconfig.load import load
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.field import Reach
from kubectl_connector.operations.draft import Draft, apply_to_draft, lift
from kubectl_connector.operations.overview import overview
from kubectl_connector.operations.register import Registered
from kubectl_connector.operations.update import redescribe, update
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
        typer.Option(
            "--context", metavar="NAME", help="With --auto-configure: this context instead."
        ),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    no_verify: NoVerifyOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
    **given: Any,
) -> None:
    """Change a connector: only what is given changes, and only when the cluster takes it.

    An empty value takes something away, such as --proxy-url ''. Of what the cluster does not know
    (labels, description, namespace) it is not asked. Contexts that hold an earlier credential are
    brought up to date by the next login.

    Examples:
      print-token | kubectl connector update prod --token-stdin
      kubectl connector update prod --auto-configure
      kubectl connector update prod --label team=payments --description 'the shop'

    """
    changes = changes_from(given)
    if (context or kubeconfig) and not auto_configure:
        raise UsageError(
            "--context and --kubeconfig go with --auto-configure",
            f"kubectl connector update {name} --auto-configure",
        )
    if not changes and not auto_configure:
        raise UsageError("nothing to change was given", "kubectl connector update --help")

    def edit(draft: Draft) -> Draft:
        edited = apply_to_draft(
            _lifted_anew(draft, context, kubeconfig) if auto_configure else draft, changes
        )
        announce(edited, verify=not no_verify)
        return edited

    workspace = environment.workspace(timeout)
    if changes.reach < Reach.CLUSTER and not auto_configure:
        updated = redescribe(workspace, name, changes)
    else:
        updated = update(workspace, name, edit, verify=not no_verify)
    _show(updated)
    if not updated.unchanged and (changes.reach > Reach.CATALOG or auto_configure):
        _hint_at_contexts(workspace, updated.connector)


def _show(updated: Registered) -> None:
    name = updated.connector.name
    if updated.unchanged:
        console.say(f'Connector "{name}" unchanged')
        return
    if updated.probe:
        console.note(views.answers(updated.probe))
    if updated.left_in:
        console.note(
            f"the earlier secret stays in the {updated.left_in} store, out of reach;"
            " remove it later: kubectl connector prune"
        )
    console.say(f'Updated connector "{name}"')


def _hint_at_contexts(workspace: Workspace, connector: Connector) -> None:
    """Contexts that hold the credential itself know nothing of the change."""
    for item in overview(workspace, environment.kubeconfigs(), {}).listed:
        if item.connector.id == connector.id and item.embedded:
            name = connector.name
            console.note(f"bring its contexts up to date: kubectl connector login {name}")


def _lifted_anew(draft: Draft, context: str | None, kubeconfig: str | None) -> Draft:
    """What the origin's context says now, or another one; the rest of the draft stays."""
    origin = draft.origin
    if origin is None and not (context or kubeconfig):
        raise UsageError(
            f'"{draft.name}" was not made from a kubeconfig',
            "name a context: --auto-configure --context NAME",
        )
    files = environment.kubeconfigs(kubeconfig or (origin.kubeconfig if origin else None))
    wanted = context or (origin.context if origin and not kubeconfig else None)
    lifted = lift(draft.name, load(files).resolve(wanted), draft.store)
    return replace(
        draft,
        auth_method=lifted.auth_method,
        cluster=lifted.cluster,
        material=lifted.material,
        impersonation=lifted.impersonation,
        origin=lifted.origin,
    )
