"""The kubernetes package's ApiClient on our transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.model.kubeconfig import Cluster

if TYPE_CHECKING:
    from kubernetes.client import ApiClient


def api_client(cluster: Cluster, pool: AuthenticatedPool) -> ApiClient:
    """A client whose every request goes through ``pool``.

    The client's own configuration names the server and holds no secret, so printing or pickling
    it leaks nothing. The client needs no key in a file.
    """
    from kubernetes.client import ApiClient, Configuration

    configuration = Configuration()
    configuration.host = cluster.server.rstrip("/")
    configuration.verify_ssl = not cluster.insecure_skip_tls_verify
    client = ApiClient(configuration)
    client.rest_client.pool_manager = cast("Any", pool)
    return client
