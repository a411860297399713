"""``prune``: remove secrets that no connector refers to."""

from __future__ import annotations

import typer

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.console import counted
from kubectl_connector.errors import StoreError
from kubectl_connector.operations.items import prune


def command() -> None:
    """Remove secrets that no connector refers to: what a command that was killed left in a store.

    Such a secret is never used. kubectl connector list -v says how many there are.

    Example:
      kubectl connector prune

    """
    pruned = prune(environment.workspace())
    removed = sum(each.gone for each in pruned)
    left = sorted({each.place.store for each in pruned if not each.gone})
    console.say(f"Removed {counted(removed, 'secret')}" if removed or left else "Nothing to remove")
    if left:
        console.note(
            f"{counted(len(pruned) - removed, 'secret')} stayed in a store that can't be used now:"
            f" {', '.join(left)}"
        )
        raise typer.Exit(StoreError.exit_code)
