"""The objects that the simulated cluster keeps, and the errors about them."""

from __future__ import annotations

import copy
import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

from tests.apiserver.answers import StatusError, already_exists, conflict, invalid, not_found
from tests.apiserver.kinds import KINDS, Kind

Document = dict[str, Any]

CREATED = "2026-01-12T08:30:00Z"
"""When the cluster was made."""

NAMESPACES = ("default", "kube-public", "kube-system", "shop")
PODS = (("kube-system", "coredns-7db6d8ff4d-5k2lm"), ("shop", "web-0"), ("shop", "web-1"))
CLUSTER_ROLES = ("admin", "cluster-admin", "edit", "view")

_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes appends to a ``generateName`` is made of these."""


Found = TypeVar("Found")


class Objects:
    """The objects by resource, namespace and name; any thread may use it.

    Methods return copies. They raise StatusError, whose ``answer`` is what the API server says.
    The namespace of what is not namespaced is ``""``.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: dict[tuple[str, str, str], Document] = {}
        self._version = 4711
        self._lock = threading.Condition()  # re-entrant
        for namespace in NAMESPACES:
            fields: dict[str, Any] = {
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            }
            self.create("namespaces", namespace, created=CREATED, **fields)
            self.create("serviceaccounts", "default", namespace, created=CREATED)
        for namespace, name in PODS:
            containers = [{"name": "main", "image": "registry.example/main:1"}]
            fields = {"spec": {"containers": containers}, "status": {"phase": "Running"}}
            self.create("pods", name, namespace, created=CREATED, **fields)
        for name in CLUSTER_ROLES:
            rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
            self.create("clusterroles", name, created=CREATED, rules=rules)

    @property
    def version(self) -> str:
        """The resourceVersion of the last change."""
        return str(self._version)

    def create(
        self,
        resource: str,
        name: str = "",
        namespace: str = "",
        *,
        metadata: Mapping[str, Any] | None = None,
        created: str = "",
        **fields: Any,
    ) -> Document:
        """Keep a new object; a name is made where ``metadata`` has only a ``generateName``."""
        kind = KINDS[resource]
        metadata = dict(metadata or {})
        name = name or metadata.get("name", "")
        if not name and metadata.get("generateName"):
            suffix = "".join(secrets.choice(_SUFFIX) for _ in range(5))
            name = metadata["generateName"] + suffix
        if not name:
            raise StatusError(_nameless(kind))
        with self._lock:
            if namespace:
                self.get("namespaces", namespace)
            if (resource, namespace, name) in self._kept:
                raise StatusError(already_exists(kind, name))
            self._change()
            metadata |= {
                "name": name,
                **({"namespace": namespace} if namespace else {}),
                "uid": str(uuid.uuid4()),
                "resourceVersion": self.version,
                "creationTimestamp": created or timestamp(self._now()),
            }
            head = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
            self._kept[resource, namespace, name] = head | fields
            return copy.deepcopy(head | fields)

    def get(self, resource: str, name: str, namespace: str = "") -> Document:
        """The object."""
        with self._lock:
            found = self._kept.get((resource, namespace, name))
            if found is None:
                raise StatusError(_missing(KINDS[resource], name))
            return copy.deepcopy(found)

    def list(self, resource: str, namespace: str = "") -> list[Document]:
        """The objects by namespace and name; those of every namespace where it is empty."""
        with self._lock:
            return [
                copy.deepcopy(one)
                for key, one in sorted(self._kept.items())
                if key[0] == resource and namespace in ("", key[1])
            ]

    def replace(self, document: Document) -> Document:
        """Keep another version of an object that exists."""
        metadata = document["metadata"]
        resource = next(one.resource for one in KINDS.values() if one.kind == document["kind"])
        name, namespace = metadata["name"], metadata.get("namespace", "")
        with self._lock:
            current = self.get(resource, name, namespace)["metadata"]["resourceVersion"]
            if metadata.get("resourceVersion", current) != current:
                raise StatusError(conflict(KINDS[resource].qualified, name, _CHANGED))
            self._change()
            new = copy.deepcopy(document)
            new["metadata"]["resourceVersion"] = self.version
            self._kept[resource, namespace, name] = new
            return copy.deepcopy(new)

    def delete(self, resource: str, name: str, namespace: str = "", uid: str = "") -> Document:
        """Forget the object and return it; with ``uid``, only the object that has this one."""
        with self._lock:
            found = self.get(resource, name, namespace)
            held = found["metadata"]["uid"]
            if uid and uid != held:
                problem = (
                    f"Precondition failed: UID in precondition: {uid}, UID in object meta: {held}"
                )
                raise StatusError(conflict(KINDS[resource].qualified, name, problem))
            self._change()
            del self._kept[resource, namespace, name]
            return found

    def wait_for(self, found: Callable[[], Found], seconds: float) -> Found:
        """What ``found`` gives as soon as it gives something, or what it gives after that time."""
        with self._lock:
            return self._lock.wait_for(found, seconds)

    def has_uid(self, uid: str) -> bool:
        """Whether an object with this uid still exists."""
        with self._lock:
            return any(one["metadata"]["uid"] == uid for one in self._kept.values())

    def _change(self) -> None:
        self._version += 1
        self._lock.notify_all()


def timestamp(moment: datetime) -> str:
    """A moment as Kubernetes writes it, in whole seconds."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


_CHANGED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def _missing(kind: Kind, name: str) -> Any:
    details = {"name": name, **({"group": kind.group} if kind.group else {}), "kind": kind.resource}
    return not_found(f'{kind.qualified} "{name}" not found', details)


def _nameless(kind: Kind) -> Any:
    problem = "Required value: name or generateName is required"
    return invalid(kind.kind, kind.group, "", "metadata.name", problem, "FieldValueRequired")
