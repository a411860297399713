"""``prune``: remove secrets that no connector refers to."""

from __future__ import annotations

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.console import counted
from kubectl_connector.cli.options import YesOption
from kubectl_connector.errors import ConnectorError, StoreError
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
    if found and not workspace.catalog.exists() and not yes:
        _ask(len(found), workspace.catalog.path)
    pruned = prune(workspace)
    left = [each.error for each in pruned if each.error]
    if len(left) < len(pruned) or not pruned:
        gone = counted(len(pruned) - len(left), "secret")
        console.say(f"Removed {gone}" if pruned else "Nothing to remove")
    if left:
        raise StoreError(
            f"{counted(len(left), 'secret')} could not be removed: {left[0].message}",
            "when that is mended: kubectl connector prune",
        )


def _ask(count: int, catalog: str) -> None:
    question = f"{catalog} is missing or empty. Remove {counted(count, 'secret')} all the same?"
    if not console.asker().confirm(question, False, "restore that file, or say so with --yes"):
        raise ConnectorError("cancelled; nothing was removed", "say y, or --yes")
