"""Let kubectl use a connector: its cluster, user and context go into the kubeconfig."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from functools import partial

from kubectl_connector import log
from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import find
from kubectl_connector.errors import ConnectorError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.ours.logged_in import contexts_of, holds_secret
from kubectl_connector.kubeconfig.ours.login import Login, Placed, Shared, login_edit
from kubectl_connector.kubeconfig.ours.stack import height
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.kubeconfig.write import KubeconfigEditor
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import with_extensions
from kubectl_connector.operations.issue import check_can_exec, user_to_embed
from kubectl_connector.operations.originals import Keeper
from kubectl_connector.operations.renewal import renewal
from kubectl_connector.operations.stanza import exec_user
from kubectl_connector.operations.workspace import Workspace, full_cluster
from kubectl_connector.ready import V1


@dataclass(frozen=True)
class LoginRequest:
    """How a login is wanted."""

    files: KubeconfigFiles
    context: str | None = None
    """The context's name; None: all that this connector has already, else its own name."""
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
    api_version: str = V1
    """The apiVersion of an exec stanza."""
    anew: bool = True
    """Whether an embedded credential is issued anew; False: the last one that was issued will do.
    """


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
    took_over: bool
    """Whether the context was there and was somebody else's; logout gives it back."""
    also: tuple[str, ...]
    """The connector's other contexts, which were brought up to date."""
    shared: Shared | None
    """Whose secret stays in the kubeconfig, as other contexts need it."""
    expired: str | None
    """How to renew the credential, where it is known to have ended."""


def login(workspace: Workspace, name: str, request: LoginRequest) -> LoggedIn:
    """Put the connector called ``name`` into the kubeconfig that kubectl would write to.

    Without a context in the request, all contexts of the connector are brought up to date. The
    context that the connector was made from is replaced where it has the context's name, and kept
    for logout. Raises NotFoundError, StoreError, and KubeconfigError where the file can't be
    changed, could be read by others, or has another entry of that name that is not this
    connector's; ConnectorError where an exec plugin can't carry the credential.
    """
    connectors = workspace.catalog.load()
    connector = find(connectors, name)
    owners = {other.id: other.name for other in connectors}
    log.info("changing the kubeconfig: %s", ", ".join(request.files.paths))
    editor = KubeconfigEditor(request.files, request.lock_timeout, request.break_lock)
    keeper = Keeper(workspace, connector)
    kubeconfig = editor.look()
    # The mode can depend on what the files hold: without a good look at them it is not known yet.
    targets = _targets(kubeconfig, connector, request) if kubeconfig else {}
    ready: dict[str, Login] = {}
    try:
        while True:
            # A store may take a person, so no lock is held here.
            for mode in set(targets.values()) - ready.keys():
                ready[mode] = _login(workspace, connector, request, mode)
            make_edit = partial(_make_edit, connector, request, owners, ready, keeper.refs)
            (targets, placed), files = editor.edit(make_edit)
            if placed and not placed.unkept:
                break
            keeper.keep(placed.unkept if placed else ())
    except BaseException:
        keeper.failed(request.files)
        raise
    keeper.used(placed.refs)
    return _logged_in(workspace, connector, placed, targets, bool(files))


def _make_edit(
    connector: Connector,
    request: LoginRequest,
    owners: Mapping[str, str],
    ready: Mapping[str, Login],
    refs: Mapping[str, str],
    kubeconfig: Kubeconfig,
) -> tuple[Edit, tuple[Mapping[str, str], Placed | None]]:
    """The edit, the contexts and their modes, and where it puts things; none if not ``ready``."""
    targets = _targets(kubeconfig, connector, request)
    if not ready.keys() >= set(targets.values()):
        return Edit(), (targets, None)
    *also, last = (
        replace(ready[mode], context=context, namespace=None, refs=refs)
        for context, mode in targets.items()
    )
    last = replace(last, namespace=request.namespace)
    edit, placed = login_edit(kubeconfig, last, owners, also)
    return edit, (targets, placed)


def _targets(
    kubeconfig: Kubeconfig, connector: Connector, request: LoginRequest
) -> Mapping[str, str]:
    """The modes of the contexts to log in, by name; the last one is made current.

    That is the one that is current now, else the one that was made current last.
    """
    there = contexts_of(kubeconfig, connector.id)
    if request.context is not None:
        contexts = [request.context]
    elif len(there) > 1:
        current = kubeconfig.current_context
        contexts = sorted(there, key=lambda name: (name == current, height(kubeconfig, name)))
    else:
        contexts = there
    return {
        context: _mode(kubeconfig, connector, request, context if context in there else None)
        for context in contexts or [connector.name]
    }


def _mode(
    kubeconfig: Kubeconfig, connector: Connector, request: LoginRequest, context: str | None
) -> str:
    """How to log in: as asked for, else as it is logged in already, else the default.

    A context without a secret in it is never given one just because an option was left out.
    ``context`` is one that is logged in.
    """
    mode = request.mode or connector.login_mode
    if mode:
        return mode
    if context is None:
        can_embed = auth_method(connector.auth_method).can_embed
        return request.default_mode if can_embed else "exec"
    return "embed" if holds_secret(kubeconfig, context, connector.id) else "exec"


def _logged_in(
    workspace: Workspace,
    connector: Connector,
    placed: Placed,
    targets: Mapping[str, str],
    changed: bool,
) -> LoggedIn:
    return LoggedIn(
        placed.context,
        placed.file,
        placed.previous,
        placed.current,
        changed,
        targets[placed.context],
        placed.took_over,
        also=tuple(context for context in targets if context != placed.context),
        shared=placed.shared,
        expired=renewal(connector) if connector.expired(workspace.now()) else None,
    )


def _origin(connector: Connector, files: KubeconfigFiles) -> tuple[str, str] | None:
    """The file, as it is named now, and the context that the connector was made from."""
    origin = connector.origin
    for path in files.paths if origin else ():
        with contextlib.suppress(OSError):
            if origin and os.path.samefile(path, origin.kubeconfig):
                return path, origin.context
    return None


def _login(workspace: Workspace, connector: Connector, request: LoginRequest, mode: str) -> Login:
    """What to put in, with the secret where the mode needs it; may ask a person for it."""
    make = _exec if mode == "exec" else _embedded
    login, noted = make(workspace, connector, request), connector.extensions
    return replace(
        login,
        cluster=with_extensions(login.cluster, noted.cluster),
        user=with_extensions(login.user, noted.user),
        extensions=noted.context,
        default_namespace=connector.namespace,
        set_current=request.set_current,
        overwrite=request.overwrite,
        origin=_origin(connector, request.files),
    )


def _embedded(workspace: Workspace, connector: Connector, request: LoginRequest) -> Login:
    """The credential itself."""
    connector, item = workspace.read(connector)
    user = user_to_embed(workspace, connector, item, request.anew)
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
    user = exec_user(connector, request.program, request.program_env, request.api_version)
    return Login(
        connector.id,
        connector.name,
        connector.cluster.to_entry(),
        user.to_entry(),
        secret=False,
        program=request.program,
    )
