"""``prune``: remove secrets that no connector refers to."""

from __future__ import annotations

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.console import counted
from kubectl_connector.cli.options import YesOption
from kubectl_connector.errors import StoreError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.items import orphans, prune


def command(yes: YesOption = False) -> None:
    """Remove secrets that no connector refers to: what a command that was killed left in a store.

    Such a secret is never used. kubectl connector list -v says how many there are. If the catalog
    is missing, prune asks before it removes anything; --yes where nobody can answer.

    Example:
      kubectl connector prune

    """
    workspace = environment.workspace()
    found = orphans(workspace)
    sure = yes or not found or workspace.catalog.exists()
    if not sure and not _confirm(len(found), workspace.catalog.path):
        console.say("Nothing removed")
        return
    pruned = prune(workspace)
    left = [each.error for each in pruned if each.error]
    if len(left) < len(pruned) or not pruned:
        gone = counted(len(pruned) - len(left), "secret")
        console.say(f"Removed {gone}" if pruned else "Nothing to remove")
    if left:
        raise StoreError(
            f"{counted(len(left), 'secret')} could not be removed: {left[0].message}",
            f"{left[0].hint}; then: kubectl connector prune",
        )


def _confirm(count: int, catalog: str) -> bool:
    name = display_path(catalog)
    question = f"{name} is missing or empty. Remove {counted(count, 'secret')} all the same?"
    return console.asker().confirm(question, False, "restore that file, or say so with --yes")
