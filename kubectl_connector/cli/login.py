"""``login``: let kubectl use a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

from kubectl_connector.cli import console, environment, program
from kubectl_connector.errors import KubeconfigError, UsageError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.login import LoggedIn, LoginRequest, login

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        KUBECONFIG,
        BreakLockOption,
        KubeconfigOption,
        LockTimeoutOption,
        NameArgument,
    )


def command(
    name: NameArgument,
    context: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--context",
            metavar="NAME",
            help="The context; default: its own name.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    namespace: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "-n",
            "--namespace",
            metavar="NAME",
            help="The context's namespace.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    kubeconfig: KubeconfigOption = None,
    no_set_current: Annotated[
        bool,
        typer.Option(
            "--no-set-current",
            help="Leave the current context as it is.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace entries of yours that have the name.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = False,
    exec_: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--exec/--embed",
            help="Let kubectl ask us for the credential at every call, or put it into the file."
            " Default: the connector's login mode, else the setting login.mode.",
            show_default=False,
            rich_help_panel="Credential",
        ),
    ] = None,
    exec_command: Annotated[
        str,
        typer.Option(
            "--exec-command",
            metavar="auto|path|name",
            help="How the stanza names us: by our path, or by name for machines that differ.",
            rich_help_panel="Credential",
        ),
    ] = "auto",
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> None:
    """Let kubectl use a connector: cluster, user and context go into your kubeconfig.

    The credential goes with them, so the file must be readable by you alone. With --exec no secret
    does: kubectl then runs us at every call, and we read the secret store. The same login again
    brings the entries up to date; logout takes them out.

    Examples:
      kubectl connector login prod
      kubectl connector login prod --exec
      kubectl connector login prod --context shop --namespace shop --no-set-current

    """
    mode = None if exec_ is None else "exec" if exec_ else "embed"
    if context == "":
        raise UsageError("a context can't be called nothing", "leave --context out")
    stanza_command = program.command(exec_command)
    request = LoginRequest(
        environment.kubeconfigs(kubeconfig),
        context,
        namespace,
        not no_set_current,
        overwrite,
        lock_timeout,
        break_lock,
        mode=mode,
        default_mode=environment.settings().get("login.mode"),
        program=stanza_command,
        program_env=program.needed_environment(stanza_command),
    )
    done = login(environment.workspace(), name, request)
    console.say(_sentence(name, done))
    if done.expired:
        console.note(f'the credential of "{name}" has expired; {done.expired}')
    if done.mode == "exec" and request.program:
        _warn_of_policy(request.program)


def _warn_of_policy(command: str) -> None:
    """Warn where kubectl's own settings keep it from running us."""
    try:
        refusal = program.kubectls_refusal(command)
    except KubeconfigError as error:
        refusal = f"{error.message}: {error.hint}"
    if refusal:
        console.note(refusal)


def _sentence(name: str, done: LoggedIn) -> str:
    """What changed, and the way back."""
    where = display_path(done.file)
    back = f"back: kubectl connector logout {name}"
    if done.replaced:
        back = "what it replaced is gone"
    if not done.changed:
        return f'Context "{done.context}" unchanged in {where}'
    if not done.current:
        use = f"kubectl config use-context {done.context}"
        return f'Added context "{done.context}" to {where} (use it: {use}; {back})'
    if done.previous == done.context:
        return f'Updated context "{done.context}" in {where} ({back})'
    was = f'was "{done.previous}"; ' if done.previous else ""
    return f'Switched to context "{done.context}" in {where} ({was}{back})'
