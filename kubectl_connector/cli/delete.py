"""``delete``: forget connectors, secrets included."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated

import typer

from kubectl_connector.cli import choice, console, environment
from kubectl_connector.cli.manifests import removal
from kubectl_connector.cli.options import NamesArgument, SelectorOption, YesOption
from kubectl_connector.errors import StoreError
from kubectl_connector.operations.choose import choose
from kubectl_connector.operations.delete import Deleted, delete
from kubectl_connector.operations.overview import Listed, overview


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    yes: YesOption = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Also where the secret can't be deleted, or what login replaced is lost with it.",
        ),
    ] = False,
    remove_service_account: Annotated[
        bool,
        typer.Option(
            "--remove-service-account",
            help="Also what register --create and --role made in the cluster, and nothing else.",
        ),
    ] = False,
) -> int:
    """Forget connectors: metadata and secret both. It asks first; --yes where nobody can answer.

    Contexts in the kubeconfig stay: log out first to take them out as well. Of several connectors
    none is deleted where a store of theirs can't be used; --force deletes them all the same.

    Examples:
      kubectl connector logout old && kubectl connector delete old --yes
      kubectl connector delete 'old-*'

    """
    workspace = environment.workspace()
    listed = overview(workspace, environment.kubeconfigs()).listed
    said = choice.choice_of(names, selector)
    if not said.several and not said.by_name:
        raise choice.which("delete")
    wanted = choose(tuple(each.connector for each in listed), said)
    if not yes and not console.asker().confirm(_question(wanted), False, "say so with --yes"):
        console.say("Nothing deleted")
        return 0
    secret_left = False
    for done in delete(workspace, wanted, force, remove_service_account):
        connector = done.connector
        console.say(f'Deleted connector "{connector.name}"')
        _tell_of_made(done, remove_service_account)
        if done.secret_left:
            secret_left = True
            console.note(
                f"its secret stays in the {connector.store} store, out of reach;"
                " remove it later: kubectl connector prune"
            )
        for each in listed:
            if each.connector.id == connector.id:
                _tell_of_contexts(each)
    return StoreError.exit_code if secret_left and not force else 0


def _question(names: Sequence[str]) -> str:
    """What is asked before anything is deleted; several are listed above it."""
    if len(names) == 1:
        return f'Delete "{names[0]}", secrets included?'
    if console.at_terminal():
        for name in names:
            console.note(f"  {name}")
    return f"Delete these {len(names)} connectors, secrets included?"


def _tell_of_made(done: Deleted, asked: bool) -> None:
    """Say what became of what was made in the cluster."""
    for one in done.taken:
        console.note(f"deleted in the cluster: {one}")
    if done.connector.made and not asked:
        console.note("what was made for it in the cluster stays; take it away with kubectl:")
        for command in removal(done.connector.made):
            console.note(f"  {command}")


def _tell_of_contexts(listed: Listed) -> None:
    """Say what became of the contexts of a connector that is gone."""
    for context in listed.contexts:
        left = "still holds its credential" if context in listed.embedded else "no longer works"
        take_out = f"kubectl connector logout {shlex.quote(context)}"
        console.note(f"context {context} {left}; take it out: {take_out}")
