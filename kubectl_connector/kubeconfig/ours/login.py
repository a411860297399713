"""The edit that lets kubectl use a connector. Pure functions; they raise KubeconfigError."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.frozen import dataclass, field, replace
from kubectl_connector.kubeconfig.edit import KEEP, Edit
from kubectl_connector.kubeconfig.ours.logged_in import contexts_of
from kubectl_connector.kubeconfig.ours.mark import Mark, Original, belongs_to, mark_of
from kubectl_connector.kubeconfig.ours.originals import (
    Unkept,
    has_plaintext,
    original_of,
    users_of,
)
from kubectl_connector.kubeconfig.ours.stack import relinked
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.view import Found, Kubeconfig
from kubectl_connector.model.kubeconfig import Context, Entry, with_extensions


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
    extensions: Mapping[str, Any] = field(default_factory=dict)
    """What other programs noted in the context."""
    set_current: bool = True
    overwrite: bool = False
    """Whether to replace entries of the same names that are not the connector's."""
    origin: tuple[str, str] | None = None
    """The file, as it was named, and the context that the connector was made from: login replaces
    these."""
    refs: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The references of texts with secrets in them, which a secret store has kept."""


@dataclass(frozen=True)
class Shared:
    """A user of somebody else's that has a secret in it, and stays for other contexts."""

    user: str
    contexts: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """Where a login's entries are."""

    context: str
    file: str
    previous: str | None
    """The context that was current before, if it is there."""
    current: bool
    """Whether the context is the current one now."""
    took_over: bool
    """Whether the context was there and was somebody else's; logout gives it back."""
    shared: Shared | None = None
    unkept: tuple[Unkept, ...] = ()
    """What has to be kept first: then the edit is empty."""
    refs: tuple[str, ...] = ()
    """The references that the marks of the entries hold."""


def login_edit(
    kubeconfig: Kubeconfig, login: Login, owners: Mapping[str, str], also: Sequence[Login] = ()
) -> tuple[Edit, Placed]:
    """The edit of a login, and where it puts the entries.

    ``owners`` are the names of all connectors by id. An entry of another one, or of the user's own,
    is a KubeconfigError unless the login may replace it. What it replaces is kept in the marks.
    ``also`` brings further contexts of the connector up to date, and leaves them in their places.
    """
    entries = _entries(kubeconfig, login, owners)
    others = [_entries(kubeconfig, replace(each, set_current=False), owners) for each in also]
    names, found = entries.names, entries.found
    file = found.file if found else kubeconfig.files.default
    for each in (login, *also):
        if each.program:
            refuse_beside(each.program, file)
    previous = kubeconfig.current_context
    placed = Placed(
        names.context,
        file,
        previous if previous in kubeconfig.contexts else None,
        current=login.set_current or previous == names.context,
        took_over=entries.replaces_theirs,
        shared=_shared(kubeconfig, names) if entries.replaces_theirs else None,
        unkept=tuple(text for each in (entries, *others) for text in each.unkept),
        refs=tuple(ref for each in (entries, *others) for ref in each.refs),
    )
    if placed.unkept:
        return Edit(), placed
    return _with(entries.edit(), [each.edit() for each in others]), placed


def _entries(kubeconfig: Kubeconfig, login: Login, owners: Mapping[str, str]) -> _Entries:
    """The entries of one context; KubeconfigError for what the login may not replace."""
    names = choose_names(kubeconfig, login.connector_id, login.connector_name, login.context)
    found = kubeconfig.contexts.get(names.context)
    is_origin = found and not mark_of(found) and (found.file, found.name) == login.origin
    if not (login.overwrite or is_origin):
        _check_conflict(kubeconfig, login.connector_id, names, owners)
    return _Entries(kubeconfig, login, names)


def _with(edit: Edit, others: Sequence[Edit]) -> Edit:
    """An edit with those of other contexts; a context that it links anew keeps its new link."""
    upserts = {kind: dict(edit.puts(kind)) for kind in LISTS}
    for other in others:
        for kind in LISTS:
            for name, body in other.puts(kind).items():
                mark = Mark.from_entry(upserts[kind].get(name, {}))
                upserts[kind][name] = mark.put_on(body) if mark else body
    secret = {*edit.secret, *(key for other in others for key in other.secret)}
    return replace(edit, upserts=upserts, secret=secret)


def choose_names(
    kubeconfig: Kubeconfig, connector_id: str, connector_name: str, context: str | None
) -> Names:
    """The names of an earlier login's entries, also where the user renamed them; else new names.

    ``context`` is the name that the context is to have, if that was said. Where it is somebody
    else's, login takes the place of its cluster and user too. What other contexts need stays as it
    is: ours then gets a name that nothing has.
    """
    if context is None:
        ours = contexts_of(kubeconfig, connector_id)
        context = ours[0] if len(ours) == 1 else connector_name
    found = kubeconfig.contexts.get(context)
    body = Context.from_entry(found.entry) if found else Context("", "")
    if not found or belongs_to(found, connector_id):
        cluster, user = body.cluster or context, body.user or context
        return Names(
            context,
            _for_ours(kubeconfig, connector_id, context, "clusters", cluster),
            _for_ours(kubeconfig, connector_id, context, "users", user),
        )
    cluster = _in_place(kubeconfig, found, "clusters", body.cluster)
    return Names(context, cluster, _in_place(kubeconfig, found, "users", body.user))


def _for_ours(kubeconfig: Kubeconfig, connector_id: str, context: str, kind: str, name: str) -> str:
    """The name of the cluster or user of a context of ours, which is to be ``name`` if it can."""
    table = kubeconfig.table(kind)
    if name not in table or belongs_to(table[name], connector_id):
        return name
    if not users_of(kubeconfig, kind, name, context):
        return name  # it can be replaced, if that is wanted
    if belongs_to(table.get(context), connector_id):
        return context
    return _free_name(kubeconfig, kind, context)


def _in_place(kubeconfig: Kubeconfig, context: Found, kind: str, name: str) -> str:
    """The name of the cluster or user to put in for a context that refers to ``name``.

    One that other contexts refer to, or that is in another file, stays as it is.
    """
    found = kubeconfig.table(kind).get(name)
    beside = found is not None and found.file == context.file
    if beside and not users_of(kubeconfig, kind, name, context.name):
        return name
    return _free_name(kubeconfig, kind, context.name)


def _free_name(kubeconfig: Kubeconfig, kind: str, context: str) -> str:
    """A name for the cluster or user of a context that nothing has: the context's, if it can."""
    table = kubeconfig.table(kind)
    numbered = (f"{context}-connector-{number}" for number in count(1))
    return next(each for each in chain([context], numbered) if each not in table)


def _shared(kubeconfig: Kubeconfig, names: Names) -> Shared | None:
    """The user that a context which is taken over leaves behind with its secret, if any."""
    user = Context.from_entry(kubeconfig.contexts[names.context].entry).user
    found = kubeconfig.users.get(user)
    if user == names.user or not found or not has_plaintext("users", found.entry):
        return None
    return Shared(user, tuple(users_of(kubeconfig, "users", user, names.context)))


def _check_conflict(
    kubeconfig: Kubeconfig, connector_id: str, names: Names, owners: Mapping[str, str]
) -> None:
    """Raise KubeconfigError where a name is taken by anything but this connector's own entry."""
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
        back = "" if mark else " (logout gives it back)"
        raise KubeconfigError(
            f'{display_path(found.file)} has a {kind} named "{name}" {whose}',
            f"choose another name with --context, or replace it with --overwrite{back}",
        )


def refuse_beside(program: str, file: str) -> None:
    """Raise KubeconfigError for a program in the kubeconfig's own folder.

    ``kubectl config`` would one day rewrite its path as a bare name (semantics W11).
    """
    folder = os.path.dirname(os.path.abspath(file))
    if os.path.isabs(program) and os.path.dirname(program) == folder:
        raise KubeconfigError(
            f"{display_path(program)} is beside the kubeconfig; kubectl would lose its path there",
            "put it elsewhere, or name it without its path: --exec-command name",
        )


class _Entries:
    """The three entries of a login, and what they take the place of."""

    def __init__(self, kubeconfig: Kubeconfig, login: Login, names: Names) -> None:
        self.kubeconfig = kubeconfig
        self.login = login
        self.names = names
        self.found = kubeconfig.contexts.get(names.context)
        self.unkept: list[Unkept] = []
        self.refs: list[str] = []
        self.marks = {
            "clusters": self._mark("clusters", names.cluster),
            "users": self._mark("users", names.user),
            "contexts": replace(
                self._mark("contexts", names.context), previous_context=self._previous()
            ),
        }

    def edit(self) -> Edit:
        """The edit that puts them in."""
        login, names = self.login, self.names
        bodies = {
            "clusters": {names.cluster: login.cluster},
            "users": {names.user: login.user},
            "contexts": {names.context: self._context()},
        }
        upserts = {
            kind: {name: self.marks[kind].put_on(body) for name, body in pair.items()}
            for kind, pair in bodies.items()
        }
        if login.set_current and not self.replaces_theirs:
            # The context goes on top of the stack: the gap that it leaves further down is closed.
            upserts["contexts"] = {
                **relinked(self.kubeconfig, {names.context}),
                **upserts["contexts"],
            }
        return Edit(
            upserts=upserts,
            current_context=names.context if login.set_current else KEEP,
            secret={("clusters", names.cluster), ("users", names.user)} if login.secret else (),
        )

    @property
    def replaces_theirs(self) -> bool:
        """Whether the context is somebody else's: who leads back to it still does after logout."""
        return self.found is not None and mark_of(self.found) is None

    def _context(self) -> Entry:
        login = self.login
        old: Entry = {}
        if self.found and belongs_to(self.found, login.connector_id):
            old = self.found.entry
        namespace = login.namespace
        if namespace is None:
            namespace = old.get("namespace") or login.default_namespace
        context = Context(self.names.cluster, self.names.user, namespace or None)
        return with_extensions(context.to_entry(), login.extensions)

    def _mark(self, kind: str, name: str) -> Mark:
        """The mark for an entry, with what that takes the place of."""
        found = self.kubeconfig.table(kind).get(name)
        old = mark_of(found)
        original: Original | Unkept | None = old.original if old else None
        if found and not old:
            original = original_of(found, self.login.refs)
        if isinstance(original, Unkept):
            self.unkept.append(original)
            original = None
        if original and original.ref:
            self.refs.append(original.ref)
        return Mark(self.login.connector_id, self.login.connector_name, original=original)

    def _previous(self) -> str | None:
        """What logout shall go back to: what is current now, unless that is this very context."""
        current, name = self.kubeconfig.current_context, self.names.context
        if self.login.set_current and current != name:
            return current if current in self.kubeconfig.contexts else None
        old = mark_of(self.found)
        if old:
            return old.previous_context
        return name if self.found else None
