"""Take out of the kubeconfig what login put in, and give the earlier current context back."""

from __future__ import annotations

from functools import partial

from kubectl_connector import suggest
from kubectl_connector.errors import NotFoundError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.logout import logout_edit
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class LoggedOut:
    """What a logout did."""

    contexts: tuple[str, ...]
    """The contexts that were taken out."""
    files: tuple[str, ...]
    switched: bool
    """Whether the current context was among them."""
    current: str | None
    """The current context afterwards."""


def logout(
    workspace: Workspace,
    name: str | None,
    files: KubeconfigFiles,
    lock_timeout: float = 10.0,
    break_lock: bool = False,
) -> LoggedOut:
    """Take out what belongs to the connector called ``name``, or to any (None).

    A connector that was deleted or renamed since is known by the name in the marks of its entries.
    Raises NotFoundError where ``name`` is neither registered nor in the kubeconfig, and
    KubeconfigError. A connector that is not logged in leaves everything as it is.
    """
    ids = {connector.name: connector.id for connector in workspace.catalog.load()}
    removed, changed = edit_kubeconfig(
        files,
        partial(logout_edit, name=name, ids=ids),
        lock_timeout=lock_timeout,
        break_stale_lock=break_lock,
    )
    if name and not removed.contexts and name not in ids:
        raise NotFoundError(
            f'no connector named "{name}"',
            suggest.did_you_mean(name, ids, "all names: kubectl connector list"),
        )
    current = removed.current
    if removed.switched and len(files.paths) > 1:  # another file may decide now which is current
        current = load(files).current_context
    return LoggedOut(removed.contexts, changed, removed.switched, current)
