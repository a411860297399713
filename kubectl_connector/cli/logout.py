"""``logout``: take connectors out of the kubeconfig again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from kubectl_connector.cli import choice, console, environment
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.operations.logout import LoggedOut, left_behind, logout
from kubectl_connector.operations.workspace import Workspace

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        BreakLockOption,
        KubeconfigOption,
        LockTimeoutOption,
        NamesArgument,
        SelectorOption,
    )


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every connector.")] = False,
    kubeconfig: KubeconfigOption = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Also where what login replaced can't be given back."),
    ] = False,
    revoke: Annotated[
        bool,
        typer.Option("--revoke", help="Also end the token that was issued: register --revocable."),
    ] = False,
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> int:
    """Take out of the kubeconfig exactly what login put in; the earlier context is current again.

    What login replaced comes back, also from the secret store. Where the store is locked or has
    lost it nothing is changed; --force does without it. The connector itself stays registered.

    Where one of several fails, the others are still logged out, and the exit code is that of the
    first failure. Without a name you pick one at a terminal.

    Examples:
      kubectl connector logout prod
      kubectl connector logout 'prod-*'
      kubectl connector logout --all

    """
    workspace = environment.workspace()
    files = environment.kubeconfigs(kubeconfig)
    files.check_named()
    said = choice.choice_of(names, selector, every)

    def one(name: str | None) -> None:
        done = logout(workspace, name, files, lock_timeout, break_lock, force)
        console.say(_sentence(name, done))
        if files.from_variable and not any(map(os.path.exists, files.paths)):
            console.note(files.lack("does not exist", "exists").message)
        for entry in done.lost:
            console.note(f"what login replaced with {entry} is lost")
        _revoke(workspace, name, files, revoke)

    if said.every:
        one(None)
        return 0
    gone = left_behind(workspace, files) if said.several else {}
    names = choice.chosen("logout", workspace, files, said, gone)
    wanted = dict.fromkeys(gone.get(name, name) for name in names)
    return choice.for_each(list(wanted), one)


def _revoke(workspace: Workspace, name: str | None, files: KubeconfigFiles, asked: bool) -> None:
    """Revoke what was issued: where that was asked for, and leases that nobody needs any more."""
    from kubectl_connector.operations import revoke

    if asked:
        everybody = workspace.catalog.load()
        wanted = [each for each in everybody if name == each.name or not name]
        wanted = [each for each in wanted if name or revoke.revokes(each)]
        for each in wanted:
            if revoke.revoke(workspace, each):
                console.say(f'Revoked what was issued for "{each.name}"')
        return
    for each in revoke.leased_and_logged_out(workspace, name, files):
        revoke.revoke_before_delete(workspace, each)


def _sentence(name: str | None, done: LoggedOut) -> str:
    if not done.contexts and not done.files:
        return f'"{name}" is not logged in' if name else "No connector is logged in"
    where = ", ".join(map(display_path, done.files))
    removed = [context for context in done.contexts if context not in done.restored]
    parts = [f"Removed {_named(removed)} from {where}"] if removed else []
    if done.restored:
        parts.append(f"{'gave' if parts else 'Gave'} back {_named(done.restored)} in {where}")
    if done.users:
        parts.append(f"Gave back {_named(done.users, 'user')} in {where}")
    elif not done.contexts:
        parts.append(f"Removed what was left in {where}")
    text = ", ".join(parts)
    if done.removed:
        text += f"; removed {', '.join(map(display_path, done.removed))}, which login had made"
    if done.gone:
        return (
            f'{text}; "{done.gone}", which was current before, is not there any more:'
            " kubectl config use-context NAME (names: kubectl config get-contexts -o name)"
        )
    if not done.switched:
        return text
    if done.current:
        return f'{text}; switched back to "{done.current}"'
    return f"{text}; no context is current now"


def _named(names: Sequence[str], noun: str = "context") -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{noun}{'s' if len(names) > 1 else ''} {quoted}"
