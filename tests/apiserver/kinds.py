"""The kinds of objects that the simulated cluster keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

READ = ("get", "list", "watch")
ALL = ("create", "delete", "get", "list", "watch")


@dataclass(frozen=True)
class Subresource:
    """What lies below an object, such as ``serviceaccounts/token``."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str = ""
    """The group of its kind where that is another one than the resource's."""


@dataclass(frozen=True)
class Kind:
    """A kind, and the resource at which its objects are."""

    kind: str
    resource: str
    group: str = ""
    namespaced: bool = True
    verbs: tuple[str, ...] = READ
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    returns_deleted: bool = False
    """Whether the answer to a DELETE is the object, and not a Status."""
    watched_for_changes: bool = False
    """Whether a watch from a resourceVersion on waits for the next change."""

    @property
    def api_version(self) -> str:
        """The objects' ``apiVersion``."""
        return f"{self.group}/v1" if self.group else "v1"

    @property
    def qualified(self) -> str:
        """The resource with its group, as errors name it."""
        return f"{self.resource}.{self.group}" if self.group else self.resource

    def discovered(self) -> list[dict[str, Any]]:
        """The entries for an APIResourceList."""
        found: dict[str, Any] = {
            "name": self.resource,
            "singularName": self.kind.lower(),
            "namespaced": self.namespaced,
            "kind": self.kind,
            "verbs": list(self.verbs),
        }
        if self.short_names:
            found["shortNames"] = list(self.short_names)
        if self.categories:
            found["categories"] = list(self.categories)
        return [found, *(self._below(one) for one in self.subresources)]

    def _below(self, one: Subresource) -> dict[str, Any]:
        found = {
            "name": f"{self.resource}/{one.name}",
            "singularName": "",
            "namespaced": self.namespaced,
            "kind": one.kind,
            "verbs": list(one.verbs),
        }
        return found | ({"group": one.group, "version": "v1"} if one.group else {})


RBAC = "rbac.authorization.k8s.io"
CERTIFICATES = "certificates.k8s.io"

KINDS: Mapping[str, Kind] = {
    one.resource: one
    for one in (
        Kind(
            "Namespace",
            "namespaces",
            namespaced=False,
            verbs=(*READ, "create"),
            short_names=("ns",),
        ),
        Kind("Pod", "pods", short_names=("po",), categories=("all",)),
        Kind("Secret", "secrets", verbs=ALL),
        Kind(
            "ServiceAccount",
            "serviceaccounts",
            verbs=ALL,
            short_names=("sa",),
            subresources=(
                Subresource("token", "TokenRequest", ("create",), "authentication.k8s.io"),
            ),
            returns_deleted=True,
        ),
        Kind("Role", "roles", RBAC),
        Kind("ClusterRole", "clusterroles", RBAC, namespaced=False),
        Kind("RoleBinding", "rolebindings", RBAC, verbs=ALL),
        Kind("ClusterRoleBinding", "clusterrolebindings", RBAC, namespaced=False, verbs=ALL),
        Kind(
            "CertificateSigningRequest",
            "certificatesigningrequests",
            CERTIFICATES,
            namespaced=False,
            verbs=ALL,
            short_names=("csr",),
            subresources=(Subresource("approval", "CertificateSigningRequest", ("get", "update")),),
            watched_for_changes=True,
        ),
    )
}
"""The kinds by resource."""
