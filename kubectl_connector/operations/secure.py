"""Move what stands in plain text in kubeconfigs to a secret store, and leave contexts as they are.

Each user becomes a connector, made from one of the user's contexts, and its entry a stanza that
runs us. What stood there is kept as what login replaces is (``originals.py``), for ``restore`` and
``logout``. The order is that of every change: the items, the catalog, then the kubeconfig. So what
is killed on the way has at worst kept something in vain.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from functools import partial
from shlex import quote

from kubectl_connector import files
from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import user_of
from kubectl_connector.catalog import find
from kubectl_connector.errors import ConnectorError, KubeconfigError, StoreError
from kubectl_connector.frozen import dataclass, field, replace
from kubectl_connector.kubeconfig.ours.login import refuse_beside
from kubectl_connector.kubeconfig.ours.mark import Mark, mark_of
from kubectl_connector.kubeconfig.ours.originals import Unkept, original_of, users_of
from kubectl_connector.kubeconfig.ours.plain_text import PlainText, files_of, plain_text
from kubectl_connector.kubeconfig.ours.secure import Replacement, secure_edit
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.kubeconfig.view import Found, Kubeconfig, ResolvedContext, load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import AuthInfo, Context, with_extensions
from kubectl_connector.model.secret import Credential, Item
from kubectl_connector.operations.draft import Draft
from kubectl_connector.operations.extent import Extent
from kubectl_connector.operations.issue import check_can_exec
from kubectl_connector.operations.items import same_secret
from kubectl_connector.operations.naming import free_name
from kubectl_connector.operations.originals import Keeper
from kubectl_connector.operations.register import add_connector
from kubectl_connector.operations.source import draft_from
from kubectl_connector.operations.stanza import exec_user, known_program
from kubectl_connector.operations.verify import read_all, verify_all
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.ready import V1


@dataclass(frozen=True)
class SecureRequest:
    """What is to be secured, and how."""

    extent: Extent
    store: str
    program: str | None = None
    """As :class:`LoginRequest` has it, and the next two."""
    program_env: tuple[tuple[str, str], ...] = ()
    api_version: str = V1
    verify: bool = True
    """Whether each cluster is asked first whether the new stanza is going to authenticate."""
    lock_timeout: float = 10.0
    break_lock: bool = False


@dataclass(frozen=True)
class Move:
    """How a user is to be replaced."""

    connector: Connector
    """It may not be in the catalog yet."""
    item: Item | None
    """Its secret half; None: it is in its store."""
    text: str = field(repr=False)
    """The entry's text as it was read."""
    note: str = ""
    """What people should know of how the connector comes about."""


@dataclass(frozen=True)
class Step:
    """What becomes of something that stands in plain text: it is moved, or left for a reason."""

    plain: PlainText
    contexts: tuple[str, ...] = ()
    """The contexts that use it."""
    move: Move | None = None
    error: ConnectorError | None = None
    """Why it is left; None: it is moved."""


@dataclass(frozen=True)
class Secured:
    """What came of it."""

    steps: tuple[Step, ...]
    removable: tuple[str, ...] = ()
    """The files that no user of these kubeconfigs names any more."""


def look(extent: Extent) -> tuple[PlainText, ...]:
    """What stands in plain text in what is asked for; no store and no cluster is asked.

    Raises KubeconfigError, and NotFoundError for a context that is not there.
    """
    kubeconfig = load(extent.files)
    return plain_text(kubeconfig, extent.scope(kubeconfig))


def plan_secure(workspace: Workspace, request: SecureRequest) -> tuple[Step, ...]:
    """Plan it: nothing is written, and no cluster asked.

    A store is read where a connector may have the same secret already. Raises KubeconfigError,
    NotFoundError, CatalogError, and ConnectorError where kubectl could not run us.
    """
    known_program(request.program)
    kubeconfig = load(request.extent.files)
    planner = _Planner(workspace, request, kubeconfig)
    found = plain_text(kubeconfig, request.extent.scope(kubeconfig))
    return tuple(map(planner.step, found))


def secure(workspace: Workspace, request: SecureRequest, steps: Sequence[Step]) -> Secured:
    """Do what was planned. A user whose cluster refuses is left as it was.

    Raises StoreError, CatalogError and KubeconfigError; then no kubeconfig has changed.
    """
    known = {connector.id for connector in workspace.catalog.load()}
    new = {s.move.connector.store for s in steps if s.move and s.move.connector.id not in known}
    for store in sorted(new):
        workspace.open_store(store).check()  # before a network is asked
    if request.verify:
        steps = _verified(workspace, steps)
    steps = _replaced(workspace, request, steps) if any(each.move for each in steps) else steps
    moved = {path for step in steps if step.move for path in step.plain.files}
    if moved:
        kubeconfig = load(request.extent.files)
        moved -= {path for user in kubeconfig.users.values() for path in files_of(user)}
    return Secured(tuple(steps), tuple(sorted(filter(os.path.exists, moved))))


class _Planner:
    def __init__(
        self, workspace: Workspace, request: SecureRequest, kubeconfig: Kubeconfig
    ) -> None:
        self._workspace = workspace
        self._request = request
        self._kubeconfig = kubeconfig
        self._connectors = list(workspace.catalog.load())
        self._new: dict[str, Item] = {}
        """The items of the connectors that are to be made, by id."""

    def step(self, plain: PlainText) -> Step:
        """What to do with it."""
        kind, name = plain.found.kind, plain.found.name
        used = users_of(self._kubeconfig, kind, name) if kind != "contexts" else [name]
        contexts = () if plain.hidden_by else tuple(used)
        try:
            return Step(plain, contexts, self._move(plain, contexts))
        except ConnectorError as error:
            return Step(plain, contexts, error=error)

    def _move(self, plain: PlainText, contexts: Sequence[str]) -> Move:
        """How to replace a user; raises ConnectorError for what is to be left."""
        found = plain.found
        file = display_path(found.file)
        if plain.hidden_by:
            raise ConnectorError(
                f"{display_path(plain.hidden_by)} has one of this name too, which kubectl reads",
                f"if nobody needs it, take it out of {file} in an editor",
            )
        if found.kind != "users":
            raise ConnectorError(
                "kubectl takes it from the kubeconfig alone",
                f"if nobody needs it, take it out of {file} in an editor",
            )
        spelt = found.document.spelt("users", found.name)
        if spelt is None:
            raise KubeconfigError(
                "the file uses anchors or tags", f"write the entry without them in {file}"
            )
        mark = mark_of(found)
        owner = self._owner(mark, plain) if mark else None
        if owner and self._is_of(found, owner):
            connector, item, note = owner, None, ""
        else:
            connector, item, note = self._made(plain, contexts)
            if owner:
                changed = f'it is not what "{owner.name}" has, whose login wrote it'
                note = "; ".join(filter(None, (changed, note)))
        check_can_exec(connector)
        refuse_beside(known_program(self._request.program), found.file)
        return Move(connector, item, spelt.text, note)

    def _owner(self, mark: Mark, plain: PlainText) -> Connector:
        """The connector whose login wrote the user."""
        for connector in self._connectors:
            if connector.id == mark.connector_id:
                if set(plain.holds) == {"token file"}:
                    raise ConnectorError(
                        f'"{connector.name}" reads the file whenever a token is needed',
                        f"kubectl connector login {connector.name} --exec",
                    )
                return connector
        raise ConnectorError(
            f'connector "{mark.connector_name}", whose login wrote it, was deleted',
            f"kubectl connector logout {mark.connector_name}",
        )

    def _is_of(self, found: Found, connector: Connector) -> bool:
        """Whether a user is what login writes for a connector, as far as that can be told.

        Somebody may have changed it since. What was issued may be another one now. StoreError.
        """
        method, item = auth_method(connector.auth_method), self._workspace.read(connector)[1]
        user = method.auth_info(connector.configuration, item.secret)
        ready = method.ready(connector.configuration, item.secret)
        if not user and not ready:
            return True
        user = user or user_of(ready or Credential())
        wanted = replace(user, impersonation=connector.impersonation)
        there = {key: value for key, value in found.entry.items() if key != "extensions"}
        return AuthInfo.from_entry(there) == wanted and not files_of(found)

    def _made(
        self, plain: PlainText, contexts: Sequence[str]
    ) -> tuple[Connector, Item | None, str]:
        """The connector for a user: one that has the same secret already, or a new one."""
        user = plain.found.name
        if not contexts:
            raise ConnectorError(
                "no context uses it, so there is no cluster to try it on",
                f"if nobody needs it: kubectl config delete-user -- {quote(user)}",
            )
        context = self._kubeconfig.resolve(self._best(contexts))
        self._check_clusters(context, contexts)
        draft = _draft(context, self._request.store)
        now = self._workspace.now().replace(microsecond=0)
        wanted = contexts[0] if len(contexts) == 1 else user
        name = free_name(wanted, {each.name for each in self._connectors})
        connector = draft.connector(str(uuid.uuid4()), name, self._workspace.owner, now, now)
        method = auth_method(connector.auth_method)
        if not method.can_exec:
            raise ConnectorError(
                f"no exec plugin can hand a {method.noun} to kubectl",
                "a token or a certificate can be moved; or let nobody else read the file:"
                f" chmod 600 {display_path(plain.found.file)}",
            )
        item = draft.item()
        for other in self._connectors:
            if _is_like(other, connector) and same_secret(self._item(other), item):
                return other, self._new.get(other.id), draft.note
        self._connectors.append(connector)
        self._new[connector.id] = item
        return connector, item, draft.note

    def _best(self, contexts: Sequence[str]) -> str:
        """The context to make a connector from: one that is asked for, or the current one."""
        wanted = (*self._request.extent.contexts, self._kubeconfig.current_context)
        return next((str(each) for each in wanted if each in contexts), contexts[0])

    def _check_clusters(self, context: ResolvedContext, contexts: Sequence[str]) -> None:
        """Raise ConnectorError for a program that has to be told which cluster it is for."""
        entries = (self._kubeconfig.contexts[each].entry for each in contexts)
        clusters = {Context.from_entry(entry).cluster for entry in entries}
        stanza = context.auth_info.exec
        if stanza and stanza.provide_cluster_info and len(clusters) > 1:
            raise ConnectorError(
                f"its program is told which cluster it is for, and it is used for {len(clusters)}",
                "give each cluster a user of its own: kubectl config set-credentials --help",
            )

    def _item(self, connector: Connector) -> Item:
        """The secret half of one; nobody's where it can't be read."""
        try:
            return self._new.get(connector.id) or self._workspace.read(connector)[1]
        except StoreError:
            return Item(proxy_url="unknown")


def _is_like(one: Connector, other: Connector) -> bool:
    """Whether two sign in alike to the same cluster, as far as the catalog tells."""
    same = ("cluster", "auth_method", "configuration", "impersonation", "proxy_has_password")
    return all(getattr(one, each) == getattr(other, each) for each in same)


def _draft(context: ResolvedContext, store: str) -> Draft:
    """A connector to be, with what a token file holds in the place of its name.

    Raises ConnectorError for a token that another program renews there.
    """
    user = context.auth_info
    if user.token_file:
        token = _token(user.token_file)
        if _is_rotated(user.token_file):
            raise ConnectorError(
                f"a program renews the token in {display_path(user.token_file)}",
                "leave it; a connector can read it anew each time:"
                " kubectl connector register --help",
            )
        context = replace(context, auth_info=replace(user, token=token, token_file=None))
    draft = draft_from(context, store)
    if draft.spec.origin:
        # The context is going to run us: there is nothing to take the credential from again.
        origin = replace(draft.spec.origin, credential=False)
        draft = replace(draft, spec=replace(draft.spec, origin=origin))
    return draft


def _is_rotated(path: str) -> bool:
    """Whether a token file is a mount of a pod's: the kubelet replaces such a file in time."""
    parts = (*path.split(os.sep), *os.path.realpath(path).split(os.sep))
    is_mount = any(part.startswith("..") and len(part) > len("..") for part in parts)
    return is_mount or path.startswith(("/var/run/secrets/", "/run/secrets/"))


def _token(path: str) -> str:
    try:
        return files.read_regular(path).decode().strip()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path with a NUL
        raise ConnectorError(
            f"the token file {display_path(path)} can't be read",
            "check its owner and mode, and the path in the kubeconfig",
        ) from error


_REMEDY = "sign in to that context again, then run this again; without asking: --no-verify"


def _verified(workspace: Workspace, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, without the moves of those that a cluster refuses."""
    moves = [step.move for step in steps if step.move]
    connectors = [move.connector for move in moves]
    kept = iter(read_all(workspace, [move.connector for move in moves if move.item is None]))
    reads = [next(kept) if move.item is None else (move.connector, move.item) for move in moves]
    outcomes = iter(verify_all(workspace, connectors, reads, _REMEDY))
    errors = [next(outcomes).error if step.move else step.error for step in steps]
    return tuple(
        replace(step, move=None, error=error) if error else step
        for step, error in zip(steps, errors, strict=True)
    )


def _replaced(
    workspace: Workspace, request: SecureRequest, steps: Sequence[Step]
) -> tuple[Step, ...]:
    """Make the moves. One whose entry has changed since it was read is left."""
    keepers: dict[str, Keeper] = {}
    replacements: list[Replacement] = []
    try:
        for step in steps:
            if step.move:
                replacements.append(_kept(workspace, request, step, step.move, keepers))
        make_edit = partial(secure_edit, replacements=replacements)
        done, _ = edit_kubeconfig(
            request.extent.files,
            make_edit,
            lock_timeout=request.lock_timeout,
            break_stale_lock=request.break_lock,
        )
    except BaseException:
        for keeper in keepers.values():
            keeper.failed(request.extent.files)
        raise
    refs = {each.user: each.mark.original.ref for each in replacements if each.mark.original}
    for user, keeper in keepers.items():
        ref = refs.get(user)
        keeper.used([ref] if ref and user in done else [])
    changed = ConnectorError("another program has just changed it", "run the command again")
    return tuple(
        replace(step, move=None, error=changed)
        if step.move and step.plain.found.name not in done
        else step
        for step in steps
    )


def _kept(
    workspace: Workspace,
    request: SecureRequest,
    step: Step,
    move: Move,
    keepers: dict[str, Keeper],
) -> Replacement:
    """Keep the connector and what is going to be replaced; what to put in then."""
    connector, found = move.connector, step.plain.found
    catalog = workspace.catalog.load()
    if any(each.id == connector.id for each in catalog):
        connector = find(catalog, connector.name)
    else:
        connector = add_connector(workspace, connector, move.item or Item())
    keeper = keepers[found.name] = Keeper(workspace, connector)
    original = original_of(found, {})
    if isinstance(original, Unkept):
        keeper.keep([original])
        original = original_of(found, keeper.refs)
    assert not isinstance(original, Unkept)  # noqa: S101 (it is kept)
    user = exec_user(connector, request.program, request.program_env, request.api_version)
    body = with_extensions(user.to_entry(), connector.extensions.user)
    mark = Mark(connector.id, connector.name, original=original, secured=True)
    return Replacement(found.name, found.file, move.text, body, mark)
