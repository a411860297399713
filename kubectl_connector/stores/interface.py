"""What every secret store can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from kubectl_connector.model.secret import Secret


class SecretStore(Protocol):
    """Keeps one Secret a connector id; an id is a word without slashes.

    Whatever goes wrong is a StoreError: a store never answers "none" for "I could not look".
    """

    name: str
    """What the store is called on the command line and in the catalog."""

    def get(self, connector_id: str) -> Secret:
        """The connector's secret; NotFoundError where the store holds none."""

    def set(self, connector_id: str, secret: Secret) -> None:
        """Keep a secret, in place of the one before: wholly, or the call fails."""

    def delete(self, connector_id: str) -> None:
        """Forget the connector's secret; nothing there is fine."""

    def check(self) -> None:
        """Raise StoreError when the store can't be used now. Never prompts."""


class PassphraseSource(Protocol):
    """Where a store that needs a passphrase gets it from."""

    def __call__(self, confirm: bool) -> str:
        """The passphrase; ``confirm``: it is a new one, so ask twice.

        StoreError when there is no way to ask.
        """


@dataclass(frozen=True)
class StoreOptions:
    """What a store may need to know; each takes what it uses."""

    folder: str
    """The folder for the files of stores that have any."""
    passphrase: PassphraseSource = field(repr=False)
    timeout: float = 30.0
    """Seconds that one call may take, the user's time at a passphrase prompt not counted."""
    interactive: bool = True
    """Whether the user may be asked to unlock the store, in a window where there is one."""
