"""Let kubectl use a connector: its cluster, user and context go into the kubeconfig."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass, replace

from kubectl_connector.auth import auth_method
from kubectl_connector.catalog import Connectors
from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.load import Kubeconfig
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Context, Entry
from kubectl_connector.model.kubeconfig_edit import KEEP, KubeconfigEdit, Mark
from kubectl_connector.operations.workspace import Workspace, whole_cluster

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


@dataclass(frozen=True)
class _Names:
    """The names of the three entries."""

    context: str
    cluster: str
    user: str


def login(workspace: Workspace, name: str, request: LoginRequest) -> LoggedIn:
    """Put the connector called ``name`` into the kubeconfig that kubectl would write to.

    Raises NotFoundError, StoreError, and KubeconfigError where the file can't be changed, could
    be read by others, or has an entry of that name that is not this connector's.
    """
    connectors = workspace.catalog.load()
    connector = workspace.catalog.get(name)
    secret = workspace.read_secret(connector)
    entries = _Entries(
        whole_cluster(connector, secret).to_entry(),
        replace(
            auth_method(connector.auth_method).auth_info(connector.configuration, secret),
            impersonation=connector.impersonation,
        ).to_entry(),
    )
    outcome: list[LoggedIn] = []

    def plan(kubeconfig: Kubeconfig) -> KubeconfigEdit:
        names = _choose_names(kubeconfig, connector, request.context)
        if not request.overwrite:
            _refuse_strangers(kubeconfig, connectors, connector, names)
        found = kubeconfig.contexts.get(names.context)
        file = found.file if found else request.files.default
        if secret:
            _refuse_public(file)
        previous = kubeconfig.current_context
        current = request.set_current or previous == names.context
        outcome[:] = [LoggedIn(names.context, file, previous, current, changed=False)]
        return _edit(kubeconfig, connector, names, request, entries)

    _log.info("changing the kubeconfig: %s", ", ".join(request.files.paths))
    change = edit_kubeconfig(request.files, plan, lock_timeout=request.lock_timeout)
    return replace(outcome[0], changed=bool(change.files))


@dataclass(frozen=True)
class _Entries:
    """The bodies to write, still without their marks; they hold secrets."""

    cluster: Entry
    user: Entry

    def __repr__(self) -> str:
        return "_Entries()"


def _choose_names(kubeconfig: Kubeconfig, connector: Connector, wanted: str | None) -> _Names:
    """The names to write to: those of an earlier login, whatever the user renamed them to."""
    if wanted is None:
        ours = [
            found.name for found in kubeconfig.marked_contexts() if _is_ours(found.entry, connector)
        ]
        wanted = ours[0] if len(ours) == 1 else connector.name
    found = kubeconfig.contexts.get(wanted)
    if found and _is_ours(found.entry, connector):
        context = Context.from_entry(found.entry)
        return _Names(wanted, context.cluster or wanted, context.user or wanted)
    return _Names(wanted, wanted, wanted)


def _refuse_strangers(
    kubeconfig: Kubeconfig, connectors: Connectors, connector: Connector, names: _Names
) -> None:
    """Raise KubeconfigError where a name is taken by anything but this connector's own entry."""
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
        raise KubeconfigError(
            f'{display_path(found.file)} has a {kind} named "{name}" {whose}',
            "choose another name with --context, or replace it with --overwrite",
        )


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
    old = found.entry if found and _is_ours(found.entry, connector) else None
    namespace = request.namespace or (old or {}).get("namespace") or connector.namespace
    mark = Mark(connector.id, connector.name)
    context = Context(names.cluster, names.user, namespace).to_entry()
    context_mark = replace(mark, previous_context=_previous(kubeconfig, names, request, old))
    return KubeconfigEdit(
        clusters={names.cluster: _marked(entries.cluster, mark)},
        users={names.user: _marked(entries.user, mark)},
        contexts={names.context: _marked(context, context_mark)},
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


def _is_ours(entry: Entry, connector: Connector) -> bool:
    mark = Mark.from_entry(entry)
    return mark is not None and mark.connector_id == connector.id


def contexts_of(kubeconfig: Kubeconfig, connector_id: str) -> list[str]:
    """The names of the contexts in a kubeconfig that belong to a connector."""
    marks = ((found.name, Mark.from_entry(found.entry)) for found in kubeconfig.marked_contexts())
    return [name for name, mark in marks if mark and mark.connector_id == connector_id]
