"""``logout``: take connectors out of the kubeconfig again."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_connector.cli import choice, console, environment
from kubectl_connector.cli.choice import NamesArgument, SelectorOption
from kubectl_connector.cli.options import BreakLockOption, KubeconfigOption, LockTimeoutOption
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.logout import LoggedOut, left_behind, logout


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every connector.")] = False,
    kubeconfig: KubeconfigOption = None,
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> None:
    """Take out of the kubeconfig exactly what login put in; the earlier context is current again.

    The connector itself stays registered. Where one of several fails, the others are still logged
    out, and the exit code is that of the first failure. Without a name you pick one at a terminal.

    Examples:
      kubectl connector logout prod
      kubectl connector logout 'prod-*'
      kubectl connector logout --all

    """
    workspace = environment.workspace()
    files = environment.kubeconfigs(kubeconfig)
    said = choice.choice_of(names, selector, every)

    def one(name: str | None) -> None:
        done = logout(workspace, name, files, lock_timeout, break_lock)
        console.say(_sentence(name, done))

    if said.every:
        one(None)
        return
    gone = left_behind(workspace, files) if said.several else {}
    names = choice.chosen("logout", workspace, files, said, gone)
    wanted = dict.fromkeys(gone.get(name, name) for name in names)
    raise typer.Exit(choice.for_each(list(wanted), one))


def _sentence(name: str | None, done: LoggedOut) -> str:
    if not done.contexts:
        return f'"{name}" is not logged in' if name else "No connector is logged in"
    plural = "s" if len(done.contexts) > 1 else ""
    quoted = ", ".join(f'"{context}"' for context in done.contexts)
    text = f"Removed context{plural} {quoted} from {', '.join(map(display_path, done.files))}"
    if not done.switched:
        return text
    if done.current:
        return f'{text}; switched back to "{done.current}"'
    return f"{text}; no context is current now"
