"""Create, read, list, watch and delete the objects of a cluster."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping

from tests.apiserver import rbac
from tests.apiserver.access import User, permissions
from tests.apiserver.answers import (
    Answer,
    StatusError,
    bad_request,
    json_answer,
    method_not_allowed,
    no_such_resource,
    success,
)
from tests.apiserver.attributes import Attributes
from tests.apiserver.certificate_requests import answer_new, put_approval, with_requestor
from tests.apiserver.cluster import Cluster
from tests.apiserver.kinds import KINDS, Kind
from tests.apiserver.objects import Document
from tests.apiserver.requests import Request
from tests.apiserver.service_accounts import request_token
from tests.apiserver.tables import table


def objects(request: Request, what: Attributes, user: User, cluster: Cluster) -> Answer:
    """The answer to a request for a resource; raises StatusError with a refusal."""
    kind = KINDS.get(what.resource)
    if kind is None or kind.group != what.group:
        return no_such_resource()
    if what.subresource:
        return _below(request, what, user, cluster)
    if what.verb not in kind.verbs:
        return method_not_allowed()
    if what.verb == "create":
        return _create(request, what, user, cluster, kind)
    if what.verb == "delete":
        return _delete(request, what, cluster, kind)
    return _read(request, what, cluster, kind)


def _read(request: Request, what: Attributes, cluster: Cluster, kind: Kind) -> Answer:
    if what.verb == "get":
        found = cluster.objects.get(what.resource, what.name, what.namespace)
        return _rendered(request, kind, [found], cluster, single=True)
    if what.verb == "list":
        return _rendered(request, kind, _selected(request, what, cluster), cluster)
    (since,) = request.query.get("resourceVersion", ["0"])
    if kind.watched_for_changes and since != "0":
        return _changed(request, what, cluster, int(since))
    return _watched("ADDED", _selected(request, what, cluster))


def _below(request: Request, what: Attributes, user: User, cluster: Cluster) -> Answer:
    if (what.what, what.verb) == ("serviceaccounts/token", "create"):
        return request_token(request, what, cluster)
    if what.what == "certificatesigningrequests/approval":
        if what.verb == "update":
            return put_approval(request.json(), what, user, cluster)
        if what.verb == "get":
            return json_answer(cluster.objects.get(what.resource, what.name))
        return method_not_allowed()
    return no_such_resource()


def _create(request: Request, what: Attributes, user: User, cluster: Cluster, kind: Kind) -> Answer:
    document = request.json()
    metadata = document.get("metadata", {})
    if metadata.get("namespace", what.namespace) != what.namespace:
        text = (
            "the namespace of the provided object does not match the namespace sent on the request"
        )
        raise StatusError(bad_request(text))
    document = {**document, "kind": kind.kind}
    if what.resource in _PREPARED:
        document = _PREPARED[what.resource](document, what, user, cluster)
    fields = {
        key: value
        for key, value in document.items()
        if key not in ("kind", "apiVersion", "metadata")
    }
    made = cluster.objects.create(
        what.resource, namespace=what.namespace, metadata=metadata, **fields
    )
    return json_answer(_ANSWERED.get(what.resource, _as_made)(made, cluster), 201)


def _delete(request: Request, what: Attributes, cluster: Cluster, kind: Kind) -> Answer:
    uid = request.json().get("preconditions", {}).get("uid", "")
    found = cluster.objects.delete(what.resource, what.name, what.namespace, uid)
    if kind.returns_deleted:
        return json_answer(found)
    details = {"name": what.name, **({"group": kind.group} if kind.group else {})}
    return success(details | {"kind": kind.resource, "uid": found["metadata"]["uid"]})


def _selected(request: Request, what: Attributes, cluster: Cluster) -> list[Document]:
    """The objects of a list that its selectors leave (equality only)."""
    items = cluster.objects.list(what.resource, what.namespace)
    for selector in _terms(request, "fieldSelector"):
        name, value = selector
        items = [
            one for one in items if one["metadata"].get(name.removeprefix("metadata.")) == value
        ]
    for label, value in _terms(request, "labelSelector"):
        items = [one for one in items if one["metadata"].get("labels", {}).get(label) == value]
    return items


def _terms(request: Request, parameter: str) -> list[tuple[str, str]]:
    terms = ",".join(request.query.get(parameter, [])).split(",")
    parted = [term.partition("=") for term in terms if term]
    return [(name, value.lstrip("=")) for name, _, value in parted]


def _rendered(
    request: Request, kind: Kind, items: list[Document], cluster: Cluster, *, single: bool = False
) -> Answer:
    """The answer as a Table if the client can print one, else as an object or a list."""
    if "as=Table" in request.headers.get("accept", ""):
        return json_answer(table(kind, items, cluster.rules.now(), cluster.objects.version))
    if single:
        return json_answer(items[0])
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version}
    return json_answer(
        head | {"metadata": {"resourceVersion": cluster.objects.version}, "items": items}
    )


def _watched(event: str, items: list[Document]) -> Answer:
    """The objects as events; then the server hangs up, as every watch ends some time."""
    events = ({"type": event, "object": item} for item in items)
    lines = "".join(json.dumps(event) + "\n" for event in events)
    return Answer(200, lines.encode())


def _changed(request: Request, what: Attributes, cluster: Cluster, since: int) -> Answer:
    """The selected objects that have changed, as soon as there is one, or at the watch's end."""
    (seconds,) = request.query.get("timeoutSeconds", ["30"])

    def newer() -> list[Document]:
        items = _selected(request, what, cluster)
        return [one for one in items if int(one["metadata"]["resourceVersion"]) > since]

    return _watched("MODIFIED", cluster.objects.wait_for(newer, float(seconds)))


def _binding(document: Document, what: Attributes, user: User, cluster: Cluster) -> Document:
    held = permissions(user, cluster.rules)
    return rbac.with_role(document, what.namespace, cluster.objects, user.name, held)


def _secret(document: Document, what: Attributes, user: User, cluster: Cluster) -> Document:
    """``stringData`` in ``data``, which is all that is ever given back."""
    texts = document.get("stringData", {})
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}
    data = document.get("data", {}) | encoded
    rest = {key: value for key, value in document.items() if key != "stringData"}
    return {"type": "Opaque"} | rest | ({"data": data} if data else {})


def _certificate_request(
    document: Document, what: Attributes, user: User, cluster: Cluster
) -> Document:
    return with_requestor(document, user)


def _as_made(made: Document, cluster: Cluster) -> Document:
    return made


_ANSWERED: Mapping[str, Callable[[Document, Cluster], Document]] = {
    "certificatesigningrequests": answer_new
}
"""What controllers do with an object as soon as it is kept."""

_PREPARED: Mapping[str, Callable[[Document, Attributes, User, Cluster], Document]] = {
    "certificatesigningrequests": _certificate_request,
    "clusterrolebindings": _binding,
    "rolebindings": _binding,
    "secrets": _secret,
}
"""What is checked and completed before an object is kept."""
