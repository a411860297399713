"""``completion``: the TAB key."""

from __future__ import annotations

import os
from typing import Annotated, Optional

import typer

from kubectl_connector.cli import console, program
from kubectl_connector.cli.app import add_verb, new_app
from kubectl_connector.completion.install import Place, install, uninstall
from kubectl_connector.completion.scripts import SHELLS
from kubectl_connector.kubeconfig.paths import display_path

command = new_app(help="Let the TAB key complete commands, options and names.")

DirOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--dir", metavar="DIR", help="The folder; default: the best one on PATH."),
]


def install_(folder: DirOption = None) -> None:
    """Let kubectl complete its connector command.

    A small script goes into a folder on PATH, where kubectl looks for it. Only krew and archives
    need this: pip, pipx and uv install it with the program. Your shell needs kubectl's completion
    besides: kubectl completion --help

    Examples:
      kubectl connector completion install
      kubectl connector completion install --dir ~/.local/bin

    """
    done = install(_place(), folder)
    where = display_path(done.path)
    console.say(f"{'Wrote' if done.changed else 'Unchanged:'} {where}")
    if not done.on_path:
        console.note(f"kubectl does not look there: put {os.path.dirname(where)} on PATH")
    elif done.found_first:
        console.note(f"kubectl finds another one before it: {display_path(done.found_first)}")


def uninstall_(
    folder: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--dir", metavar="DIR", help="The folder; default: every one on PATH."),
    ] = None,
) -> None:
    """Remove the script again.

    Example:
      kubectl connector completion uninstall

    """
    for path in uninstall(_place(), folder):
        console.say(f"Removed {display_path(path)}")


def bash() -> None:
    """The script that completes the bare kubectl-connector in bash.

    Example:
      source <(kubectl connector completion bash)

    """
    console.out(SHELLS["bash"])


def zsh() -> None:
    """The script that completes the bare kubectl-connector in zsh.

    Example:
      source <(kubectl connector completion zsh)

    """
    console.out(SHELLS["zsh"])


def fish() -> None:
    """The script that completes the bare kubectl-connector in fish.

    Example:
      kubectl connector completion fish > ~/.config/fish/completions/kubectl-connector.fish

    """
    console.out(SHELLS["fish"])


def powershell() -> None:
    """The script that completes the bare kubectl-connector in PowerShell.

    Example:
      kubectl connector completion powershell | Out-String | Invoke-Expression

    """
    console.out(SHELLS["powershell"])


def _place() -> Place:
    return Place(program.command("path"), os.environ)


for _name, _function in (
    ("install", install_),
    ("uninstall", uninstall_),
    ("bash", bash),
    ("zsh", zsh),
    ("fish", fish),
    ("powershell", powershell),
):
    add_verb(command, _name, _function)
