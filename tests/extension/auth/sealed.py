"""The same, but no kubeconfig may hold what it gives."""

from kubectl_connector.auth._minting import Minting  # type: ignore[import-not-found]


class _Sealed(Minting):  # type: ignore[misc]
    name = "sealed"
    title = "Sealed token"
    summary = "A token for an hour that no kubeconfig may hold."
    can_embed = False


METHOD = _Sealed()
