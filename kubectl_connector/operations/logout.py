"""Take out of the kubeconfig what login put in, and give the earlier current context back."""

from __future__ import annotations

import os
import shlex
from functools import partial

from kubectl_connector import suggest
from kubectl_connector.errors import KubeconfigError, NotFoundError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.logout import logout_edit
from kubectl_connector.kubeconfig.ours.mark import our_contexts
from kubectl_connector.kubeconfig.ours.originals import Kept
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.kubeconfig.write import KubeconfigEditor
from kubectl_connector.operations.originals import put_back, read
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class LoggedOut:
    """What a logout did."""

    contexts: tuple[str, ...]
    """The contexts that were taken out."""
    files: tuple[str, ...]
    """The files that were changed or removed."""
    removed: tuple[str, ...]
    """Those of them that login had made, with nothing else in them: they are gone."""
    switched: bool
    """Whether the current context was among them, and is another now."""
    current: str | None
    """The current context afterwards, if it is there."""
    gone: str | None
    """The context that was current before login, where it is not there any more."""
    restored: tuple[str, ...]
    """Those of the contexts whose originals are back."""
    users: tuple[str, ...]
    """The users that are back, where ``secure`` had replaced them alone."""
    lost: tuple[str, ...]
    """The entries that could not be given back, such as ``user "lab-user"``."""


def logout(
    workspace: Workspace,
    name: str | None,
    files: KubeconfigFiles,
    lock_timeout: float = 10.0,
    break_lock: bool = False,
    force: bool = False,
) -> LoggedOut:
    """Take out what belongs to the connector called ``name``, or to any (None).

    What login replaced comes back; ``force`` does without what a store can't give. A connector that
    was deleted or renamed since is known by the name in the marks of its entries. Raises
    NotFoundError where ``name`` is neither registered nor in the kubeconfig, KubeconfigError, and
    StoreError where what login replaced can't be read. A connector that is not logged in leaves
    everything as it is.
    """
    ids = {connector.name: connector.id for connector in workspace.catalog.load()}
    editor = KubeconfigEditor(files, lock_timeout, break_lock)
    file = f" --kubeconfig {shlex.quote(files.paths[0])}" if files.explicit else ""
    again = f"kubectl connector logout {name or '--all'}{file} --force"
    texts: dict[str, Kept] = {}
    while True:
        make_edit = partial(
            logout_edit,
            name=name,
            ids=ids,
            texts=texts,
            force=force,
        )
        removed, changed = editor.edit(make_edit)
        restored = removed.restored
        if not restored.unread:
            break
        # A store may ask a person, so no lock is held here.
        texts |= read(workspace, restored.unread, files, force, again)
    if restored.lost and not force:
        raise KubeconfigError(
            f"what login replaced with {restored.lost[0]} can't be given back:"
            " somebody has changed what was noted of it",
            f"log out without it: {again}",
        )
    put_back(workspace, [*restored.refs, *restored.lost_refs], files)
    if name and not changed and name not in ids:
        raise NotFoundError(
            f'no connector named "{name}"',
            suggest.did_you_mean(name, ids, "all names: kubectl connector list"),
        )
    current = removed.current
    if removed.switched and len(files.paths) > 1:  # another file may decide now which is current
        kubeconfig = load(files)
        current = kubeconfig.current_context
        current = current if current in kubeconfig.contexts else None
    back = tuple(context for context in removed.contexts if context in restored.bodies["contexts"])
    gone = None if current else removed.gone
    return LoggedOut(
        removed.contexts,
        changed,
        tuple(path for path in changed if not os.path.exists(path)),
        removed.switched,
        current,
        gone,
        back,
        () if removed.contexts else tuple(restored.bodies["users"]),
        tuple(restored.lost),
    )


def left_behind(workspace: Workspace, files: KubeconfigFiles) -> dict[str, str]:
    """The connectors that are gone and still logged in: their names, by these and by contexts.

    A name that another connector has now means that one, and is not here. Raises KubeconfigError.
    """
    ids = {connector.id: connector.name for connector in workspace.catalog.load()}
    found: dict[str, str] = {}
    for context, mark in our_contexts(load(files)).items():
        if mark.connector_id not in ids:
            name = mark.connector_name or context
            found |= {context: name, name: name}
    return {word: name for word, name in found.items() if word not in ids.values()}
