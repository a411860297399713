"""``login``: let kubectl use a connector."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.options import KubeconfigOption, LockTimeoutOption, NameArgument
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.login import LoggedIn, LoginRequest, login


def command(
    name: NameArgument,
    context: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--context", metavar="NAME", help="The context; default: its own name."),
    ] = None,
    namespace: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("-n", "--namespace", metavar="NAME", help="The context's namespace."),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    no_set_current: Annotated[
        bool, typer.Option("--no-set-current", help="Leave the current context as it is.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace entries of yours that have the name.")
    ] = False,
    lock_timeout: LockTimeoutOption = 10.0,
) -> None:
    """Let kubectl use a connector: cluster, user and context go into your kubeconfig.

    The credential goes with them, so the file must be readable by you alone. The same login again
    brings the entries up to date; logout takes them out.

    Examples:
      kubectl connector login prod
      kubectl connector login prod --context shop --namespace shop --no-set-current

    """
    request = LoginRequest(
        environment.kubeconfigs(kubeconfig),
        context,
        namespace,
        not no_set_current,
        overwrite,
        lock_timeout,
    )
    console.say(_sentence(name, login(environment.workspace(), name, request)))


def _sentence(name: str, done: LoggedIn) -> str:
    """What changed, and the way back."""
    where = display_path(done.file)
    back = f"back: kubectl connector logout {name}"
    if not done.changed:
        return f'Context "{done.context}" unchanged in {where}'
    if not done.current:
        use = f"kubectl config use-context {done.context}"
        return f'Added context "{done.context}" to {where} (use it: {use}; {back})'
    if done.previous == done.context:
        return f'Updated context "{done.context}" in {where} ({back})'
    was = f'was "{done.previous}"; ' if done.previous else ""
    return f'Switched to context "{done.context}" in {where} ({was}{back})'
