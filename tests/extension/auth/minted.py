"""A method of one file, and of what it shares with another one."""

from kubectl_connector.auth._minting import Minting  # type: ignore[import-not-found]


class _Minted(Minting):  # type: ignore[misc]
    name = "minted"
    title = "Minted token"
    summary = "A token for an hour, minted with a key for a purpose."


METHOD = _Minted()
