"""For programs: get an authenticated Kubernetes client by a connector's name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kubectl_connector.catalog import Catalog
from kubectl_connector.cluster.client import api_client
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.home import home_folder
from kubectl_connector.operations.issue import CredentialSource
from kubectl_connector.operations.workspace import Workspace, full_cluster, utc_now
from kubectl_connector.settings import Settings, passphrase
from kubectl_connector.stores import StoreOptions, open_store, store_settings

if TYPE_CHECKING:
    from kubernetes.client import ApiClient


@contextmanager
def connect(name: str, *, timeout: float = 30.0) -> Iterator[ApiClient]:
    """An ``ApiClient`` that is authenticated as the connector called ``name``, and stays so.

    This uses no kubeconfig and no kubectl, and asks the user nothing. It writes no secret, except
    that a credential which a method issues for a while may be kept in the connector's secret store.
    A token from a program or a file is fetched again when it has ended. ``timeout`` limits, in
    seconds, the secret store and programs that give credentials; each request takes a timeout of
    its own. Watches work. ``kubernetes.stream`` (exec and attach over websockets) does not work,
    because it opens connections of its own.

    Raises NotFoundError for an unknown name, StoreError where the secret can't be read, and
    RefusedError where the credential is known to have expired.

    >>> with connect("prod") as client:  # doctest: +SKIP
    ...     pods = kubernetes.client.CoreV1Api(client).list_namespaced_pod("default")
    """
    workspace = _workspace(timeout)
    connector, item = workspace.read(workspace.catalog.get(name))
    cluster = full_cluster(connector, item)
    pool = AuthenticatedPool(
        cluster,
        CredentialSource(workspace, connector, item),
        connector.impersonation,
        workspace.now,
    )
    with api_client(connector.cluster, pool) as client:
        try:
            yield client
        finally:
            pool.clear()


def _workspace(timeout: float) -> Workspace:
    """The user's own files and stores, for a program that can't ask the user."""
    folder = home_folder(os.environ)
    setting = Settings(folder, {}, store_settings).get
    options = StoreOptions(
        folder,
        lambda confirm: passphrase(os.environ),  # noqa: ARG005
        timeout,
        setting=setting,
    )
    return Workspace(
        Catalog(folder),
        lambda store: open_store(store, options),
        now=utc_now,
        timeout=timeout,
    )
