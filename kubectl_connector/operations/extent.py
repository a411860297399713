"""How much of the kubeconfigs ``secure`` and ``restore`` are about."""

from __future__ import annotations

import os

from kubectl_connector.errors import NotFoundError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.plain_text import Scope, scope_of
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, display_path
from kubectl_connector.kubeconfig.view import Kubeconfig


@dataclass(frozen=True)
class Extent:
    """Contexts with what they refer to, or everything."""

    files: KubeconfigFiles
    contexts: tuple[str, ...] = ()
    """Empty: the current one."""
    every: bool = False
    """Everything in all files; then ``contexts`` is empty."""

    @property
    def words(self) -> str:
        """What it is about, in a sentence."""
        files = ", ".join(map(display_path, self.files.paths))
        if self.every:
            return files
        named = ", ".join(f'"{name}"' for name in self.contexts) or "the current context"
        return f"what {named} uses in {files}; all of it: --all"

    def scope(self, kubeconfig: Kubeconfig) -> Scope | None:
        """The entries; None: all.

        Raises NotFoundError for a context that is not there, and KubeconfigError where none of the
        files exists that somebody has named.
        """
        if self.every:
            named = self.files.explicit or self.files.from_variable
            if named and not any(map(os.path.exists, self.files.paths)):
                raise self.files.lack("does not exist", "exists")
            return None
        for name in self.contexts or (None,):
            if name == "":
                raise NotFoundError('no context named ""', self.files.listing)
            if (name or kubeconfig.current_context) not in kubeconfig.contexts:
                kubeconfig.resolve(name)  # which says why
        return scope_of(kubeconfig, self.contexts or (str(kubeconfig.current_context),))
