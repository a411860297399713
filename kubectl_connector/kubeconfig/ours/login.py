"""The edit that lets kubectl use a connector. Pure functions; they raise KubeconfigError."""

from __future__ import annotations

import os
from collections.abc import Mapping

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.edit import KEEP, Edit
from kubectl_connector.kubeconfig.ours.logged_in import contexts_of
from kubectl_connector.kubeconfig.ours.mark import Mark, belongs_to, mark_of
from kubectl_connector.kubeconfig.ours.stack import relinked
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.model.kubeconfig import Context, Entry


@dataclass(frozen=True)
class Names:
    """The names of a login's three entries."""

    context: str
    cluster: str
    user: str


@dataclass(frozen=True)
class Login:
    """What to put into the kubeconfig for a connector, and how."""

    connector_id: str
    connector_name: str
    cluster: Entry = field(repr=False)
    """The cluster's body, still without a mark."""
    user: Entry = field(repr=False)
    """The user's body, still without a mark."""
    secret: bool = True
    """Whether there is a secret in one of them."""
    program: str | None = None
    """The command that the user's exec stanza names, if any."""
    context: str | None = None
    """The context's name; None: the one that the connector has already, else its own name."""
    namespace: str | None = None
    """Empty: none; None: the one that the context has already, else ``default_namespace``."""
    default_namespace: str | None = None
    set_current: bool = True
    overwrite: bool = False
    """Whether to replace entries of the same names that are not the connector's."""


@dataclass(frozen=True)
class Placed:
    """Where a login's entries are."""

    context: str
    file: str
    previous: str | None
    """The context that was current before."""
    current: bool
    """Whether the context is the current one now."""
    replaced: bool
    """Whether an entry was replaced that logout can't give back."""


def login_edit(
    kubeconfig: Kubeconfig, login: Login, owners: Mapping[str, str]
) -> tuple[Edit, Placed]:
    """The edit of a login, and where it puts the entries.

    ``owners`` are the names of all connectors by id. An entry of another one, or of the user's own,
    is a KubeconfigError unless the login may overwrite it.
    """
    names = choose_names(kubeconfig, login.connector_id, login.connector_name, login.context)
    conflict = _conflict(kubeconfig, login.connector_id, names, owners)
    if conflict and not login.overwrite:
        raise conflict
    found = kubeconfig.contexts.get(names.context)
    file = found.file if found else kubeconfig.files.default
    if login.program:
        _refuse_beside(login.program, file)
    previous = kubeconfig.current_context
    placed = Placed(
        names.context,
        file,
        previous,
        current=login.set_current or previous == names.context,
        replaced=conflict is not None,
    )
    return _edit(kubeconfig, login, names), placed


def choose_names(
    kubeconfig: Kubeconfig, connector_id: str, connector_name: str, context: str | None
) -> Names:
    """The names of an earlier login's entries, also where the user renamed them; else new names.

    ``context`` is the name that the context is to have, if that was said.
    """
    if context is None:
        ours = contexts_of(kubeconfig, connector_id)
        context = ours[0] if len(ours) == 1 else connector_name
    found = kubeconfig.contexts.get(context)
    if found and belongs_to(found, connector_id):
        body = Context.from_entry(found.entry)
        return Names(context, body.cluster or context, body.user or context)
    return Names(context, context, context)


def _conflict(
    kubeconfig: Kubeconfig, connector_id: str, names: Names, owners: Mapping[str, str]
) -> KubeconfigError | None:
    """The error where a name is taken by anything but this connector's own entry."""
    for kind, table, name in (
        ("context", kubeconfig.contexts, names.context),
        ("cluster", kubeconfig.clusters, names.cluster),
        ("user", kubeconfig.users, names.user),
    ):
        found = table.get(name)
        mark = mark_of(found)
        if not found or (mark and mark.connector_id == connector_id):
            continue
        if mark and mark.connector_id not in owners:
            continue  # it is left from a connector that was deleted
        whose = (
            f"of connector {owners[mark.connector_id]}" if mark else "that this tool did not make"
        )
        return KubeconfigError(
            f'{display_path(found.file)} has a {kind} named "{name}" {whose}',
            "choose another name with --context, or replace it with --overwrite",
        )
    return None


def _refuse_beside(program: str, file: str) -> None:
    """Raise KubeconfigError for a program in the kubeconfig's own folder.

    ``kubectl config`` would one day rewrite its path as a bare name (semantics W11).
    """
    folder = os.path.dirname(os.path.abspath(file))
    if os.path.isabs(program) and os.path.dirname(program) == folder:
        raise KubeconfigError(
            f"{display_path(program)} is beside the kubeconfig; kubectl would lose its path there",
            "put it elsewhere, or name it without its path: --exec-command name",
        )


def _edit(kubeconfig: Kubeconfig, login: Login, names: Names) -> Edit:
    found = kubeconfig.contexts.get(names.context)
    old = found.entry if found and belongs_to(found, login.connector_id) else {}
    namespace = login.namespace
    if namespace is None:
        namespace = old.get("namespace") or login.default_namespace
    context = Context(names.cluster, names.user, namespace or None).to_entry()
    mark = Mark(login.connector_id, login.connector_name)
    below = _previous(kubeconfig, names, login, old)
    context_mark = Mark(login.connector_id, login.connector_name, below)
    # The context goes on top of the stack: the gap that it leaves further down is closed.
    others = relinked(kubeconfig, {names.context}) if login.set_current else {}
    return Edit(
        upserts={
            "clusters": {names.cluster: mark.put_on(login.cluster)},
            "users": {names.user: mark.put_on(login.user)},
            "contexts": {**others, names.context: context_mark.put_on(context)},
        },
        current_context=names.context if login.set_current else KEEP,
        secret=login.secret,
    )


def _previous(kubeconfig: Kubeconfig, names: Names, login: Login, old: Entry) -> str | None:
    """What logout shall go back to: what is current now, unless that is this very context."""
    current = kubeconfig.current_context
    if login.set_current and current != names.context:
        return current
    mark = Mark.from_entry(old)
    return mark.previous_context if mark else None
