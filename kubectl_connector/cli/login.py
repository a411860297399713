"""``login``: let kubectl use a connector."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Optional

from kubectl_connector.cli import choice, console, environment, program
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.kubeconfig.disk import PublicKubeconfigError, make_private
from kubectl_connector.kubeconfig.ours.login import Shared
from kubectl_connector.kubeconfig.paths import display_path, typed_path
from kubectl_connector.model.connector import check_namespace
from kubectl_connector.model.kubeconfig import api_version_called
from kubectl_connector.operations.login import LoggedIn, LoginRequest, login
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.terminal_text import State, joined, mark

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        KUBECONFIG,
        BreakLockOption,
        KubeconfigOption,
        LockTimeoutOption,
        NamesArgument,
        SelectorOption,
    )


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    context: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--context",
            metavar="NAME",
            help="The context; default: those that it has, else its own name.",
            rich_help_panel=KUBECONFIG,
        ),
    ] = None,
    namespace: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "-n",
            "--namespace",
            metavar="NAME",
            help="The context's namespace; of several contexts, that of the current one.",
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
            help="Replace entries that have the name; logout gives them back.",
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
        Optional[str],  # noqa: UP045
        typer.Option(
            "--exec-command",
            metavar="auto|path|name",
            help="How the stanza names us: by our path, or by name for machines that differ."
            " Default: auto. Means --exec.",
            show_default=False,
            rich_help_panel="Credential",
        ),
    ] = None,
    exec_api_version: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--exec-api-version",
            metavar="v1|v1beta1",
            help="The stanza's version; v1beta1 is for clients that refuse v1."
            " Default: the setting login.exec-api-version. Means --exec.",
            show_default=False,
            rich_help_panel="Credential",
        ),
    ] = None,
    lock_timeout: LockTimeoutOption = 10.0,
    break_lock: BreakLockOption = False,
) -> int:
    """Let kubectl use a connector: cluster, user and context go into your kubeconfig.

    The credential goes with them, so the file must be readable by you alone. With --exec no secret
    does: kubectl then runs us at every call, and we read the secret store. The same login again
    brings the connector's contexts up to date; logout takes them out.

    The context that the connector was made from gives its place to the new one of that name, with
    its cluster and user if no other context needs them. Logout gives them back as they were; a
    secret in them is kept in the secret store until then.

    Of several connectors the last one becomes current. Where one fails, the others are still logged
    in, and the exit code is that of the first failure. Without a name you pick one at a terminal.

    Examples:
      kubectl connector login prod
      kubectl connector login -l team=payments --no-set-current
      kubectl connector login prod --exec
      kubectl connector login prod --context shop --namespace shop --no-set-current

    """
    mode = _mode(exec_, {"--exec-command": exec_command, "--exec-api-version": exec_api_version})
    if context == "":
        raise UsageError("a context can't be called nothing", "leave --context out")
    if namespace:
        check_namespace(namespace)
    stanza_command = program.command(exec_command or "auto")
    settings = environment.settings().values("login.mode", "login.exec-api-version")
    api_version = exec_api_version or settings["login.exec-api-version"]
    request = LoginRequest(
        environment.kubeconfigs(kubeconfig),
        context,
        namespace,
        not no_set_current,
        overwrite,
        lock_timeout,
        break_lock,
        mode=mode,
        default_mode=settings["login.mode"],
        program=stanza_command,
        program_env=program.needed_environment(stanza_command),
        api_version=api_version_called(api_version),
    )
    workspace = environment.workspace()
    said = choice.choice_of(names, selector)
    wanted = choice.chosen("login", workspace, request.files, said)
    if context and len(wanted) > 1:
        raise UsageError(
            f"--context names one context, and these are {len(wanted)} connectors",
            "leave --context out: each context then has its connector's name",
        )

    def one(name: str) -> None:
        last = name == wanted[-1]
        chosen = replace(request, set_current=request.set_current and last)
        _tell(name, _log_in(workspace, name, chosen), chosen, kubeconfig)

    return choice.for_each(wanted, one)


def _mode(exec_: bool | None, of_exec: Mapping[str, str | None]) -> str | None:
    """The mode that was asked for; options that an exec stanza alone has ask for that."""
    given = [option for option, value in of_exec.items() if value is not None]
    if given and exec_ is False:
        raise UsageError(
            f"{given[0]} is about an exec stanza, and --embed writes none",
            "leave one of the two out",
        )
    return "exec" if given or exec_ else None if exec_ is None else "embed"


def _tell(name: str, done: LoggedIn, request: LoginRequest, kubeconfig: str | None) -> None:
    """Say what a login did, and what a person should know of it."""
    console.say(_sentence(name, done, kubeconfig))
    if done.shared:
        console.note(_stays(done.shared, kubeconfig))
    if done.expired:
        ended = mark("has expired", State.ENDED)
        console.note(joined([f'the credential of "{name}" ', ended, f"; {done.expired}"]))
    if done.mode == "exec" and request.program:
        _warn_of_policy(request.program)


def _log_in(workspace: Workspace, name: str, request: LoginRequest) -> LoggedIn:
    """Log in. Where others can read the kubeconfig, offer to change that."""
    try:
        return login(workspace, name, request)
    except PublicKubeconfigError as error:
        question = f"{error.message}. Let nobody but you read it (chmod 600)?"
        if not (console.at_terminal() and console.asker().confirm(question, False, error.hint)):
            raise
        make_private(error.path)
    return login(workspace, name, request)


def _warn_of_policy(command: str) -> None:
    """Warn where kubectl's own settings keep it from running us."""
    refusal = program.told_refusal(command)
    if refusal:
        console.note(refusal)


def _sentence(name: str, done: LoggedIn, kubeconfig: str | None) -> str:
    """What changed, and the way back."""
    where = display_path(done.file)
    file = f" --kubeconfig {typed_path(kubeconfig)}" if kubeconfig else ""
    back = f"back: kubectl connector logout {shlex.quote(name)}{file}"
    if not done.changed:
        return f"{_named(done)} unchanged in {where}"
    if done.took_over:
        was = f'was "{done.previous}"; ' if done.previous not in (None, done.context) else ""
        return f'Took over context "{done.context}" in {where} ({was}{back})'
    if not done.current:
        use = f"kubectl config use-context {shlex.quote(done.context)}{file}"
        done_so_far = f"Updated c{_named(done)[1:]} in" if done.also else f"Added {_named(done)} to"
        return f"{done_so_far} {where} (use it: {use}; {back})"
    if done.previous == done.context:
        return f"Updated c{_named(done)[1:]} in {where} ({back})"
    was = f'was "{done.previous}"; ' if done.previous else ""
    also = f" and updated {_quoted(done.also)}" if done.also else ""
    return f'Switched to context "{done.context}" in {where}{also} ({was}{back})'


def _named(done: LoggedIn) -> str:
    """The contexts of a login, at the beginning of a sentence."""
    return f"Context{'s' if done.also else ''} {_quoted((*done.also, done.context))}"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _stays(shared: Shared, kubeconfig: str | None) -> str:
    """Whose plain text login had to leave where it is, and what to do about it."""
    file = f" --kubeconfig {typed_path(kubeconfig)}" if kubeconfig else ""
    needed = f"context{'s' if len(shared.contexts) > 1 else ''} {_quoted(shared.contexts)} too"
    why = f"it is that of {needed}" if shared.contexts else "it is in another file"
    stays = f'the secret of user "{shared.user}" stays in the kubeconfig as plain text: {why}'
    if not shared.contexts:
        return stays
    other = shlex.quote(shared.contexts[0])
    register = f"kubectl connector register {other} --context {other}{file}"
    return f"{stays}\nmake a connector of that, then log in to it: {register}"
