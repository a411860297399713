"""How much of the kubeconfigs ``secure`` and ``restore`` are about."""

from __future__ import annotations

from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.plain_text import Scope, scope_of
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import Kubeconfig


@dataclass(frozen=True)
class Extent:
    """Contexts with what they refer to, or everything."""

    files: KubeconfigFiles
    contexts: tuple[str, ...] = ()
    """Empty: the current one."""
    every: bool = False
    """Everything in all files; then ``contexts`` is empty."""

    def scope(self, kubeconfig: Kubeconfig) -> Scope | None:
        """The entries; None: all. NotFoundError for a context that is not there."""
        if self.every:
            return None
        for name in self.contexts or (None,):
            if (name or kubeconfig.current_context) not in kubeconfig.contexts:
                kubeconfig.resolve(name)  # which says why
        return scope_of(kubeconfig, self.contexts or (str(kubeconfig.current_context),))
