"""Let kubectl use a connector: its cluster, user and context go into the kubeconfig."""

from __future__ import annotations

import functools
import logging
import os
import stat
from dataclasses import dataclass, replace

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Connectors, find
from kubectl_connector.errors import ConnectorError, KubeconfigError
from kubectl_connector.kubeconfig.load import Kubeconfig
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.kubeconfig.previous import context_marks, relinked
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import AuthInfo, Context, Entry, ExecConfig
from kubectl_connector.model.kubeconfig_edit import KEEP, KubeconfigEdit, Mark
from kubectl_connector.operations.issue import check_can_exec, user_to_embed
from kubectl_connector.operations.marks import contexts_of, holds_secret, is_ours
from kubectl_connector.operations.renewal import renewal
from kubectl_connector.operations.workspace import Workspace, full_cluster

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class _Names:
    """The names of the three entries."""

    context: str
    cluster: str
    user: str


def login(workspace: Workspace, name: str, request: LoginRequest) -> LoggedIn:
    """Put the connector called ``name`` into the kubeconfig that kubectl would write to.

    Raises NotFoundError, StoreError, and KubeconfigError where the file can't be changed, could
    be read by others, or has an entry of that name that is not this connector's; ConnectorError
    where an exec plugin can't carry the credential.
    """
    connectors = workspace.catalog.load()
    connector = find(connectors, name)
    outcome: list[LoggedIn] = []

    @functools.cache  # the first call comes before any lock: reading a secret may take a person
    def entries_for(mode: str) -> _Entries:
        return _exec(connector, request) if mode == "exec" else _embedded(workspace, connector)

    # What no kubeconfig may hold goes by exec where nobody asked for a mode.
    can_embed = auth_method(connector.auth_method).can_embed
    default_mode = request.default_mode if can_embed else "exec"

    def plan(kubeconfig: Kubeconfig) -> KubeconfigEdit:
        names = _choose_names(kubeconfig, connector, request.context)
        mode = request.mode or connector.login_mode
        mode = mode or _present_mode(kubeconfig, names.context, connector) or default_mode
        entries = entries_for(mode)
        stranger = _stranger(kubeconfig, connectors, connector, names)
        if stranger and not request.overwrite:
            raise stranger
        found = kubeconfig.contexts.get(names.context)
        file = found.file if found else request.files.default
        if entries.secret:
            _refuse_public(file)
        if mode == "exec" and request.program:
            _refuse_neighbour(request.program, file)
        previous = kubeconfig.current_context
        current = request.set_current or previous == names.context
        outcome[:] = [
            LoggedIn(
                names.context,
                file,
                previous,
                current,
                changed=False,
                mode=mode,
                replaced=stranger is not None,
                expired=renewal(connector) if connector.expired(workspace.now()) else None,
            )
        ]
        return _edit(kubeconfig, connector, names, request, entries)

    _log.info("changing the kubeconfig: %s", ", ".join(request.files.paths))
    change = edit_kubeconfig(
        request.files,
        plan,
        lock_timeout=request.lock_timeout,
        break_stale_lock=request.break_lock,
    )
    return replace(outcome[0], changed=bool(change.files))


def _present_mode(kubeconfig: Kubeconfig, context: str, connector: Connector) -> str | None:
    """How the connector is logged in already: what holds no secret shall not get one unasked."""
    if context not in contexts_of(kubeconfig, connector.id):
        return None
    return "embed" if holds_secret(kubeconfig, context, connector.id) else "exec"


@dataclass(frozen=True)
class _Entries:
    """The bodies to write, still without their marks; they hold secrets."""

    cluster: Entry
    user: Entry
    secret: bool
    """Whether there is a secret in them."""

    def __repr__(self) -> str:
        return "_Entries()"


def _embedded(workspace: Workspace, connector: Connector) -> _Entries:
    """The credential itself."""
    connector, item = workspace.read(connector)
    user = user_to_embed(workspace, connector, item)
    return _Entries(full_cluster(connector, item).to_entry(), user.to_entry(), bool(item))


def _exec(connector: Connector, request: LoginRequest) -> _Entries:
    """A stanza that runs us: it names the connector, and by its id finds it under any name."""
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
    return _Entries(connector.cluster.to_entry(), user.to_entry(), secret=False)


_INSTALL_HINT = """\
This context's credential is kept by kubectl-connector, which is not installed here.
Install it: https://github.com/kubectl-connector/kubectl-connector
If it is elsewhere now: kubectl connector login {} --exec"""


def _refuse_neighbour(program: str, file: str) -> None:
    """Raise KubeconfigError for a program in the kubeconfig's own folder.

    ``kubectl config`` would one day rewrite its path as a bare name (semantics W11).
    """
    if os.path.isabs(program) and os.path.dirname(program) == os.path.dirname(
        os.path.abspath(file)
    ):
        raise KubeconfigError(
            f"{display_path(program)} is beside the kubeconfig; kubectl would lose its path there",
            "put it elsewhere, or name it without its path: --exec-command name",
        )


def _choose_names(kubeconfig: Kubeconfig, connector: Connector, wanted: str | None) -> _Names:
    """The names to write to: those of an earlier login, whatever the user renamed them to."""
    if wanted is None:
        ours = [
            found.name
            for found in kubeconfig.marked_contexts()
            if is_ours(found.entry, connector.id)
        ]
        wanted = ours[0] if len(ours) == 1 else connector.name
    found = kubeconfig.contexts.get(wanted)
    if found and is_ours(found.entry, connector.id):
        context = Context.from_entry(found.entry)
        return _Names(wanted, context.cluster or wanted, context.user or wanted)
    return _Names(wanted, wanted, wanted)


def _stranger(
    kubeconfig: Kubeconfig, connectors: Connectors, connector: Connector, names: _Names
) -> KubeconfigError | None:
    """The error where a name is taken by anything but this connector's own entry."""
    owners = {other.id: other.name for other in connectors}
    for kind, table, name in (
        ("context", kubeconfig.contexts, names.context),
        ("cluster", kubeconfig.clusters, names.cluster),
        ("user", kubeconfig.users, names.user),
    ):
        found = table.get(name)
        mark = Mark.from_entry(found.entry) if found else None
        if not found or (mark and mark.connector_id == connector.id):
            continue
        if mark and mark.connector_id not in owners:
            continue  # left over from a connector that was deleted
        whose = (
            f"of connector {owners[mark.connector_id]}" if mark else "that this tool did not make"
        )
        return KubeconfigError(
            f'{display_path(found.file)} has a {kind} named "{name}" {whose}',
            "choose another name with --context, or replace it with --overwrite",
        )
    return None


def _refuse_public(file: str) -> None:
    """Raise KubeconfigError where others could read the credential that is to be written."""
    if os.name == "nt":
        return  # there the folder's access list decides, and the profile's is private
    try:
        mode = stat.S_IMODE(os.stat(file).st_mode)
    except FileNotFoundError:
        return  # it will be 0600
    except OSError as error:
        raise KubeconfigError(
            f"{display_path(file)} can't be read: {error.strerror}", "check its folder"
        ) from error
    if mode & 0o077:
        raise KubeconfigError(
            f"{display_path(file)} can be read by others (mode {mode:04o});"
            " login would write a credential into it",
            f"chmod 600 {display_path(file)}",
        )


def _edit(
    kubeconfig: Kubeconfig,
    connector: Connector,
    names: _Names,
    request: LoginRequest,
    entries: _Entries,
) -> KubeconfigEdit:
    found = kubeconfig.contexts.get(names.context)
    old = found.entry if found and is_ours(found.entry, connector.id) else None
    namespace = (old or {}).get("namespace") or connector.namespace
    if request.namespace is not None:
        namespace = request.namespace or None
    mark = Mark(connector.id, connector.name)
    context = Context(names.cluster, names.user, namespace).to_entry()
    context_mark = replace(mark, previous_context=_previous(kubeconfig, names, request, old))
    others: dict[str, Entry] = {}
    if request.set_current:  # it goes on top: what would have gone back to it closes the gap
        others = relinked(kubeconfig, context_marks(kubeconfig), {names.context})
    return KubeconfigEdit(
        clusters={names.cluster: _marked(entries.cluster, mark)},
        users={names.user: _marked(entries.user, mark)},
        contexts={**others, names.context: _marked(context, context_mark)},
        current_context=names.context if request.set_current else KEEP,
    )


def _previous(
    kubeconfig: Kubeconfig, names: _Names, request: LoginRequest, old: Entry | None
) -> str | None:
    """What logout shall go back to: what is current now, unless that is this very context."""
    current = kubeconfig.current_context
    if request.set_current and current != names.context:
        return current
    mark = Mark.from_entry(old) if old else None
    return mark.previous_context if mark else None


def _marked(entry: Entry, mark: Mark) -> Entry:
    return {**entry, "extensions": [*entry.get("extensions", ()), mark.to_extension()]}
