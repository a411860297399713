"""Give back the users that ``secure`` has replaced, as they stood in the kubeconfig."""

from __future__ import annotations

import os
from functools import partial

from kubectl_connector.errors import ConnectorError, KubeconfigError, StoreError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.mark import Mark
from kubectl_connector.kubeconfig.ours.originals import Kept
from kubectl_connector.kubeconfig.ours.plain_text import files_of
from kubectl_connector.kubeconfig.ours.secure import restore_edit
from kubectl_connector.kubeconfig.schema import BODY
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.operations.extent import Extent
from kubectl_connector.operations.originals import put_back, read
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class Returned:
    """What became of a user that ``secure`` had replaced."""

    user: str
    file: str
    connector: str
    """The name of the connector, as the user's entry has it."""
    error: ConnectorError | None = None
    """Why the user is as it was; None: it is given back."""
    missing: tuple[str, ...] = ()
    """The files that it names and that are not there any more."""


def restore(
    workspace: Workspace, extent: Extent, lock_timeout: float = 10.0, break_lock: bool = False
) -> tuple[Returned, ...]:
    """Give back the users that are asked for, of those that were replaced.

    One whose original can't be had stays as it is. The connectors stay, too. Raises
    KubeconfigError, and NotFoundError for a context that is not there; then nothing has changed.
    """
    files = extent.files
    kubeconfig = load(files)
    scope = extent.scope(kubeconfig)
    users = None if scope is None else [name for kind, name in scope if kind == "users"]
    marks, wanted = restore_edit(kubeconfig, users, {})[1]
    texts: dict[str, Kept] = {}
    errors: dict[str, ConnectorError] = {}
    for ref in wanted.unread:  # a store may ask a person, so no lock is held here
        name = next(
            m.connector_name for m in marks.values() if m.original and m.original.ref == ref
        )
        again = f"kubectl connector logout {name}{files.option} --force"
        try:
            texts |= read(workspace, [ref], files, force=False, again=again)
        except StoreError as error:
            errors[ref] = error
    make_edit = partial(restore_edit, users=marks.keys(), texts=texts)
    (_, done), _ = edit_kubeconfig(
        files,
        make_edit,
        lock_timeout=lock_timeout,
        break_stale_lock=break_lock,
    )
    put_back(workspace, done.refs, files)
    after = load(files)
    returned = []
    for user, mark in marks.items():
        kept = None if user in done.bodies["users"] else _why(user, mark, errors)
        named = () if kept or user not in after.users else files_of(after.users[user])
        missing = tuple(path for path in named if not os.path.exists(path))
        found = kubeconfig.users[user]
        returned.append(Returned(user, found.file, mark.connector_name, kept, missing))
    return tuple(returned)


def _why(user: str, mark: Mark, errors: dict[str, ConnectorError]) -> ConnectorError:
    ref = mark.original.ref if mark.original else None
    return errors.get(ref or "") or KubeconfigError(
        f'what {BODY["users"]} "{user}" replaced can\'t be given back:'
        " somebody has changed what was noted of it",
        f"do without it: kubectl connector logout {mark.connector_name} --force",
    )
