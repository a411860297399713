"""What every use case works with: the catalog, the stores, the clock, the person."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timezone

from kubectl_connector import log
from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.frozen import dataclass, replace
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.renewal import renewal
from kubectl_connector.stores.interface import SecretStore

Progress = Callable[[str], AbstractContextManager[object]]
"""Shows a text while a cluster is being asked."""


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(timezone.utc)


class MissingSecretError(StoreError):
    """The store answers, and has lost the connector's secret."""


@dataclass(frozen=True)
class Workspace:
    """The outside world of one command or program."""

    catalog: Catalog
    open_store: Callable[[str], SecretStore]
    owner: str = "unknown"
    """The name of the operating system's user, for connectors to be made."""
    now: Callable[[], datetime] = utc_now
    interactive: bool = False
    """Whether an exec plugin may ask its questions at the terminal."""
    timeout: float = 10.0
    """How long a cluster, or a program that gives credentials, may take; seconds."""
    progress: Progress = nullcontext
    tell: Callable[[str], None] = log.info
    """Tells people what they should know of how it goes, such as a server's warning."""

    def read(self, connector: Connector) -> tuple[Connector, Item]:
        """The connector and its secret half, which belong together; empty where there is none.

        Where the connector was changed since it was looked up, and its old item is gone, this is
        the connector as it is now. Raises StoreError; MissingSecretError where the store has lost
        the item.
        """
        if connector.secret_ref is None:
            return connector, Item()
        log.info('reading the secret of "%s" from the %s store', connector.name, connector.store)
        try:
            return connector, self.open_store(connector.store).get(connector.secret_ref)
        except NotFoundError as error:
            for other in self.catalog.load():
                if other.id == connector.id and other.secret_ref != connector.secret_ref:
                    return self.read(other)
            raise MissingSecretError(
                f'the {connector.store} store has no secret for "{connector.name}"',
                f"give it anew: {renewal(connector)}",
            ) from error


def full_cluster(connector: Connector, item: Item) -> Cluster:
    """The connector's cluster with its proxy's password, if there is one."""
    return replace(connector.cluster, proxy_url=item.proxy_url or connector.cluster.proxy_url)
