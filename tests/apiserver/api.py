"""Turn a request into its answer, without sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.apiserver.access import User, impersonated, may, permissions, refusal
from tests.apiserver.answers import (
    Answer,
    StatusError,
    indented_answer,
    json_answer,
    no_such_resource,
    text_answer,
)
from tests.apiserver.attributes import Attributes
from tests.apiserver.cluster import Cluster
from tests.apiserver.objects import Document, timestamp
from tests.apiserver.paths import PUBLIC, SELF_REVIEWS
from tests.apiserver.requests import Request
from tests.apiserver.resources import VERSION, discovery, no_such_path
from tests.apiserver.rest import objects


def respond(request: Request, user: User, cluster: Cluster) -> Answer:
    """The answer to an authenticated (or anonymous) user."""
    acting = impersonated(request, user, cluster.rules)
    if isinstance(acting, Answer):
        return acting
    try:
        return refusal(request, acting, cluster.rules) or _allowed(request, acting, cluster)
    except StatusError as refused:
        return refused.answer


def _allowed(request: Request, user: User, cluster: Cluster) -> Answer:
    absent = cluster.rules.absent_paths
    if request.path in absent:
        return no_such_resource()
    if request.path in PUBLIC:
        return indented_answer(VERSION) if request.path == "/version" else text_answer("ok")
    if request.method == "POST" and request.path in SELF_REVIEWS:
        return _review(request, user, cluster)
    if found := discovery(request.path, cluster.url, absent):
        return found
    if what := Attributes.of(request):
        return objects(request, what, user, cluster)
    return no_such_path()


def _review(request: Request, user: User, cluster: Cluster) -> Answer:
    """The answer to a self review: who am I, may I do this, what may I do."""
    spec = request.json().get("spec", {})
    kind = {one.lower() + "s": one for one in _REVIEWS}[request.path.rpartition("/")[2]]
    status = _REVIEWS[kind](spec, user, cluster)
    document = {
        "kind": kind,
        "apiVersion": request.path.removeprefix("/apis/").rpartition("/")[0],
        "metadata": {"creationTimestamp": timestamp(cluster.rules.now())},
        "spec": {},
        "status": status,
    }
    return json_answer(document, 201)


def _who(_spec: Document, user: User, _cluster: Cluster) -> Document:
    return {"userInfo": _user_info(user)}


def _may(spec: Document, user: User, cluster: Cluster) -> Document:
    allowed = may(user, _asked(spec.get("resourceAttributes")), cluster.rules)
    return {"allowed": allowed} | ({} if allowed else {"reason": "no RBAC policy matched"})


def _may_what(spec: Document, user: User, cluster: Cluster) -> Document:
    held = permissions(user, cluster.rules)
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    here = (None, spec.get("namespace"))
    rules = [one.document() for one in held or () if one.namespace in here]
    resources = [everything] if held is None else rules
    return {"resourceRules": resources, "nonResourceRules": [], "incomplete": False}


_REVIEWS: Mapping[str, Callable[[Document, User, Cluster], Document]] = {
    "SelfSubjectReview": _who,
    "SelfSubjectAccessReview": _may,
    "SelfSubjectRulesReview": _may_what,
}


def _asked(asked: dict[str, str] | None) -> Attributes | None:
    names = ("verb", "group", "resource", "subresource", "namespace", "name")
    return Attributes(*(asked.get(name, "") for name in names)) if asked else None


def _user_info(user: User) -> dict[str, Any]:
    info: dict[str, Any] = {"username": user.name, "groups": list(user.groups)}
    if user.uid:
        info["uid"] = user.uid
    if user.extra:
        info["extra"] = {name: list(values) for name, values in user.extra.items()}
    return info
