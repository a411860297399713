"""Let kubectl use a connector: its cluster, user and context go into the kubeconfig."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from kubectl_connector import log
from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import find
from kubectl_connector.errors import ConnectorError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.ours.logged_in import contexts_of, holds_secret
from kubectl_connector.kubeconfig.ours.login import Login, Placed, choose_names, login_edit
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.kubeconfig.write import KubeconfigEditor
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import AuthInfo, ExecConfig
from kubectl_connector.operations.issue import check_can_exec, user_to_embed
from kubectl_connector.operations.renewal import renewal
from kubectl_connector.operations.workspace import Workspace, full_cluster


@dataclass(frozen=True)
class LoginRequest:
    """How a login is wanted."""

    files: KubeconfigFiles
    context: str | None = None
    """The context's name; None: the one that this connector has already, else its own name."""
    namespace: str | None = None
    set_current: bool = True
    overwrite: bool = False
    """Replace entries of the same name that are not this connector's."""
    lock_timeout: float = 10.0
    """Seconds to wait for another program that writes the kubeconfig."""
    break_lock: bool = False
    """Remove a lock that was left behind."""

    mode: str | None = None
    """``embed`` or ``exec``; None: what the connector says, else as it is logged in already, else
    ``default_mode``."""
    default_mode: str = "embed"
    program: str | None = None
    """The command of an exec stanza: our bare name, or our absolute path; None: not to be found."""
    program_env: tuple[tuple[str, str], ...] = ()
    """What the program needs in its environment to find our files."""


@dataclass(frozen=True)
class LoggedIn:
    """What a login did."""

    context: str
    file: str
    previous: str | None
    """The context that was current before."""
    current: bool
    """Whether the context is the current one now."""
    changed: bool
    mode: str
    """How it was done: ``embed`` or ``exec``."""
    replaced: bool
    """Whether an entry was replaced that logout can't give back."""
    expired: str | None
    """How to renew the credential, where it is known to have ended."""


def login(workspace: Workspace, name: str, request: LoginRequest) -> LoggedIn:
    """Put the connector called ``name`` into the kubeconfig that kubectl would write to.

    Raises NotFoundError, StoreError, and KubeconfigError where the file can't be changed, could
    be read by others, or has an entry of that name that is not this connector's; ConnectorError
    where an exec plugin can't carry the credential.
    """
    connectors = workspace.catalog.load()
    connector = find(connectors, name)
    owners = {other.id: other.name for other in connectors}
    log.info("changing the kubeconfig: %s", ", ".join(request.files.paths))
    editor = KubeconfigEditor(request.files, request.lock_timeout, request.break_lock)
    kubeconfig = editor.look()
    # The mode can depend on what the files hold: without a good look at them it is not known yet.
    mode = _mode(kubeconfig, connector, request) if kubeconfig else None
    while True:
        # Reading a secret may take a person, so no lock is held here.
        ready = _login(workspace, connector, request, mode) if mode else None
        make_edit = partial(_make_edit, connector, request, owners, mode, ready)
        (mode, placed), files = editor.edit(make_edit)
        if placed:
            return _logged_in(workspace, connector, placed, mode, bool(files))


def _make_edit(
    connector: Connector,
    request: LoginRequest,
    owners: Mapping[str, str],
    mode: str | None,
    login: Login | None,
    kubeconfig: Kubeconfig,
) -> tuple[Edit, tuple[str, Placed | None]]:
    """The edit, the mode, and where it puts things; no edit where the mode is not ``mode``."""
    wanted = _mode(kubeconfig, connector, request)
    if login is None or wanted != mode:
        return Edit(), (wanted, None)
    edit, placed = login_edit(kubeconfig, login, owners)
    return edit, (wanted, placed)


def _mode(kubeconfig: Kubeconfig, connector: Connector, request: LoginRequest) -> str:
    """How to log in: as asked for, else as the connector is logged in already, else the default.

    A context without a secret in it is never given one just because an option was left out.
    """
    mode = request.mode or connector.login_mode
    if mode:
        return mode
    context = choose_names(kubeconfig, connector.id, connector.name, request.context).context
    if context not in contexts_of(kubeconfig, connector.id):
        can_embed = auth_method(connector.auth_method).can_embed
        return request.default_mode if can_embed else "exec"
    return "embed" if holds_secret(kubeconfig, context, connector.id) else "exec"


def _logged_in(
    workspace: Workspace, connector: Connector, placed: Placed, mode: str, changed: bool
) -> LoggedIn:
    return LoggedIn(
        placed.context,
        placed.file,
        placed.previous,
        placed.current,
        changed,
        mode,
        placed.replaced,
        expired=renewal(connector) if connector.expired(workspace.now()) else None,
    )


def _login(workspace: Workspace, connector: Connector, request: LoginRequest, mode: str) -> Login:
    """What to put in, with the secret where the mode needs it; may ask a person for it."""
    make = _exec if mode == "exec" else _embedded
    return replace(
        make(workspace, connector, request),
        context=request.context,
        namespace=request.namespace,
        default_namespace=connector.namespace,
        set_current=request.set_current,
        overwrite=request.overwrite,
    )


def _embedded(workspace: Workspace, connector: Connector, _request: LoginRequest) -> Login:
    """The credential itself."""
    connector, item = workspace.read(connector)
    user = user_to_embed(workspace, connector, item)
    return Login(
        connector.id,
        connector.name,
        full_cluster(connector, item).to_entry(),
        user.to_entry(),
        secret=bool(item) or user.holds_secret,
    )


def _exec(_workspace: Workspace, connector: Connector, request: LoginRequest) -> Login:
    """A stanza that runs us. It names the connector; we find it by its id, under any name."""
    check_can_exec(connector)
    if connector.proxy_has_password:
        raise ConnectorError(
            f'the proxy of "{connector.name}" needs a password, which kubectl takes from the'
            " kubeconfig alone",
            f"kubectl connector login {connector.name} --embed",
        )
    if not request.program:
        raise ConnectorError(
            "kubectl-connector is not on the PATH, so kubectl could not run it",
            "put it on the PATH, or name it all the same: --exec-command name",
        )
    stanza = ExecConfig(
        command=request.program,
        args=("credential", connector.name, "--id", connector.id),
        env=request.program_env,
        install_hint=_INSTALL_HINT.format(connector.name),
    )
    user = AuthInfo(exec=stanza, impersonation=connector.impersonation)
    return Login(
        connector.id,
        connector.name,
        connector.cluster.to_entry(),
        user.to_entry(),
        secret=False,
        program=request.program,
    )


_INSTALL_HINT = """\
This context's credential is kept by kubectl-connector, which is not installed here.
Install it: https://github.com/kubectl-connector/kubectl-connector
If it is elsewhere now: kubectl connector login {} --exec"""
