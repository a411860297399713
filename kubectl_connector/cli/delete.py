"""``delete``: forget connectors, secrets included."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from kubectl_connector.catalog import find
from kubectl_connector.cli import console, environment
from kubectl_connector.cli.options import YesOption
from kubectl_connector.errors import StoreError
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.overview import Listed, overview


def command(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="The connectors' names.")],
    yes: YesOption = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also where the secret itself can't be deleted.")
    ] = False,
) -> None:
    """Forget connectors: metadata and secret both. It asks first; --yes where nobody can answer.

    Contexts in the kubeconfig stay: log out first to take them out as well.

    Example:
      kubectl connector logout old && kubectl connector delete old --yes

    """
    workspace = environment.workspace()
    listed = overview(workspace, environment.kubeconfigs(), {}).listed
    connectors = tuple(each.connector for each in listed)
    quoted = ", ".join(f'"{find(connectors, name).name}"' for name in names)
    if not yes and not console.asker().confirm(
        f"Delete {quoted}, secrets included?", False, "say so with --yes"
    ):
        console.say("Nothing deleted")
        return
    secret_left = False
    for done in delete(workspace, names, force):
        connector = done.connector
        console.say(f'Deleted connector "{connector.name}"')
        if done.secret_left:
            secret_left = True
            console.note(
                f"its secret stays in the {connector.store} store, out of reach;"
                " remove it later: kubectl connector prune"
            )
        for each in listed:
            if each.connector.id == connector.id:
                _tell_of_contexts(each)
    if secret_left and not force:
        raise typer.Exit(StoreError.exit_code)


def _tell_of_contexts(listed: Listed) -> None:
    """Say what became of the contexts of a connector that is gone."""
    for context in listed.contexts:
        left = "still holds its credential" if context in listed.embedded else "no longer works"
        take_out = f"kubectl connector logout {shlex.quote(context)}"
        console.note(f"context {context} {left}; take it out: {take_out}")
