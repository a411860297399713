"""Objects in a cluster: make them, and take away those that we made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kubectl_connector.cluster.caller import Caller, mapping, refused
from kubectl_connector.model.connector import Made

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_FOLDERS = {
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "RoleBinding": _RBAC + "/namespaces/{}/rolebindings",
    "ClusterRoleBinding": _RBAC + "/clusterrolebindings",
}
"""Where the API keeps the kinds that authentication methods make."""


def make(caller: Caller, manifest: Mapping[str, Any]) -> Made | None:
    """Make an object as its manifest says; None where there is one of that name already.

    Raises RefusedError (401, 403), NotFoundError where its namespace is missing, and ClusterError.
    """
    kind, metadata = manifest["kind"], manifest["metadata"]
    namespace = metadata.get("namespace", "")
    status, answer = caller.call("POST", _folder(kind, namespace), manifest)
    if status == 409:
        return None
    if status != 201:
        raise refused(status, answer, f"make the {kind} {metadata['name']}", _HINT)
    uid = str(mapping(answer.get("metadata")).get("uid") or "")
    return Made(kind, metadata["name"], namespace, uid)


def _folder(kind: str, namespace: str) -> str:
    return _FOLDERS[kind].format(quote(namespace, safe=""))


def remove(caller: Caller, made: Made) -> bool:
    """Take away an object that we made; False where it is gone, or another has its name now.

    Raises RefusedError (401, 403) and ClusterError.
    """
    path = f"{_folder(made.kind, made.namespace)}/{quote(made.name, safe=':')}"
    only_ours = {"preconditions": {"uid": made.uid}} if made.uid else {}
    options = {"apiVersion": "v1", "kind": "DeleteOptions", **only_ours}
    status, answer = caller.call("DELETE", path, options)
    if status not in (200, 202, 404, 409):
        raise refused(status, answer, f"delete the {made.kind} {made.name}", _HINT)
    return status < 300


_HINT = "use a credential that may, or have it done by somebody who may"
