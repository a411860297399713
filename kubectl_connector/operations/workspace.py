"""What every use case works with: our files, the stores, the clock, the person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from kubectl_connector.auth.interface import AuthMethod, IssueRequest
from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.credential import Credential
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Secret
from kubectl_connector.operations.renewal import renewal
from kubectl_connector.stores.interface import SecretStore

_log = logging.getLogger(__name__)

Progress = Callable[[str], AbstractContextManager[object]]
"""Shows a text while a cluster is being asked, where there is somebody to see it."""

PROXY_URL = "proxy_url"
"""The secret that holds a proxy's URL when there is a password in it."""

EXPIRES_AT = "expires_at"
"""What lies beside the secrets: when they end, RFC 3339 in UTC to the second."""


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
    owner: str = ""
    """The name of the operating system's user, for connectors to be made."""
    now: Callable[[], datetime] = utc_now
    interactive: bool = False
    """Whether an exec plugin may ask its questions at the terminal."""
    timeout: float = 10.0
    """How long a cluster, or a program that gives credentials, may take; seconds."""
    progress: Progress = nullcontext

    def read_secret(self, connector: Connector) -> Secret:
        """The connector's secret half, from its store; empty, unread, where it has none.

        Raises StoreError; MissingSecretError where the store has lost it.
        """
        if not connector.secret_names:
            return Secret()
        _log.info('reading the secret of "%s" from the %s store', connector.name, connector.store)
        try:
            return self.open_store(connector.store).get(connector.id)
        except NotFoundError as error:
            raise MissingSecretError(
                f'the {connector.store} store has no secret for "{connector.name}"',
                f"give it anew: {renewal(connector)}",
            ) from error

    def issue(self, method: AuthMethod, connector: Connector, secret: Secret) -> Credential:
        """A credential to use now; raises what :meth:`AuthMethod.issue` raises."""
        request = IssueRequest(whole_cluster(connector, secret), self.interactive, self.timeout)
        return method.issue(connector.configuration, secret, request)


def whole_cluster(connector: Connector, secret: Secret) -> Cluster:
    """The connector's cluster with what is secret about it put back in."""
    return replace(connector.cluster, proxy_url=secret.get(PROXY_URL, connector.cluster.proxy_url))
