"""What a request is about, as an authorizer sees it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from tests.apiserver.requests import Request


@dataclass(frozen=True)
class Attributes:
    """A verb on a resource, on one object of it, or on a subresource of that object."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    """Empty at the cluster scope, and for all namespaces at once."""
    name: str = ""

    @classmethod
    def of(cls, request: Request) -> Attributes | None:
        """The request's attributes; None where its path is no resource's."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        is_core = parts[0] == "api" and len(parts) > 2
        if not is_core and not (parts[0] == "apis" and len(parts) > 3):
            return None
        group, rest = ("", parts[2:]) if is_core else (parts[1], parts[3:])
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        resource, name, subresource = (*rest[:3], "", "")[:3]
        verb = _verb(request, one_object=bool(name))
        return cls(verb, group, resource, subresource, namespace, name)

    @property
    def what(self) -> str:
        """The resource with its subresource, as a role names it."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    @property
    def qualified(self) -> str:
        """The resource with its group, as a refusal names it."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def is_watch(request: Request) -> bool:
    """Whether a list goes on as a stream of events."""
    return request.query.get("watch") in (["true"], ["True"], ["1"])


def _verb(request: Request, *, one_object: bool) -> str:
    if request.method == "DELETE":
        return "delete" if one_object else "deletecollection"
    if request.method in ("GET", "HEAD"):
        if is_watch(request):
            return "watch"
        return "get" if one_object else "list"
    return {"POST": "create", "PUT": "update"}.get(request.method, request.method.lower())
