"""``logout``: take connectors out of the kubeconfig again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

from kubectl_connector.cli import console, environment
from kubectl_connector.errors import UsageError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.logout import LoggedOut, logout

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import BreakLockOption, KubeconfigOption, LockTimeoutOption


def command(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[NAME]", help="The connector's name."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every connector.")] = False,
    kubeconfig: KubeconfigOption = None,
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> None:
    """Take out of the kubeconfig exactly what login put in; the earlier context is current again.

    The connector itself stays registered.

    Examples:
      kubectl connector logout prod
      kubectl connector logout --all

    """
    if (name is None) == (not every):
        raise UsageError("which connector? Give its name, or --all", "kubectl connector list")
    files = environment.kubeconfigs(kubeconfig)
    done = logout(environment.workspace(), name, files, lock_timeout, break_lock)
    console.say(_sentence(name, done))


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
