"""Turn a request into its answer, without sockets."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.apiserver.access import Rules, User, impersonated, refusal
from tests.apiserver.answers import (
    Answer,
    indented_answer,
    json_answer,
    no_such_resource,
    text_answer,
)
from tests.apiserver.paths import (
    SELF_SUBJECT_ACCESS_REVIEWS,
    SELF_SUBJECT_REVIEWS,
    SELF_SUBJECT_RULES_REVIEWS,
    TOKEN_REQUEST,
)
from tests.apiserver.requests import Request
from tests.apiserver.resources import CREATED, VERSION, discovery, objects


def respond(request: Request, user: User, rules: Rules, url: str) -> Answer:
    """The answer to an authenticated (or anonymous) user."""
    acting = impersonated(request, user, rules)
    if isinstance(acting, Answer):
        return acting
    return refusal(request, acting, rules) or _allowed(request, acting, rules, url)


def _allowed(request: Request, user: User, rules: Rules, url: str) -> Answer:
    if request.path in rules.absent_paths:
        return no_such_resource()
    if request.path == "/version":
        return indented_answer(VERSION)
    if request.path in ("/healthz", "/livez", "/readyz"):
        return text_answer("ok")
    if found := TOKEN_REQUEST.fullmatch(request.path):
        return _token(request, rules, *found.groups())
    if request.method == "POST":
        return _review(request, user, rules)
    return discovery(request.path, url, rules.absent_paths) or objects(request)


def _review(request: Request, user: User, rules: Rules) -> Answer:
    """The answer to a self review: who am I, may I do this, what may I do."""
    allowed = user.name not in rules.forbidden
    if request.path == SELF_SUBJECT_REVIEWS:
        return _created("authentication.k8s.io/v1", "SelfSubjectReview", userInfo=_user_info(user))
    if request.path == SELF_SUBJECT_ACCESS_REVIEWS:
        status = {"allowed": allowed} | ({} if allowed else {"reason": "no RBAC policy matched"})
        return _created("authorization.k8s.io/v1", "SelfSubjectAccessReview", **status)
    if request.path == SELF_SUBJECT_RULES_REVIEWS:
        everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        return _created(
            "authorization.k8s.io/v1",
            "SelfSubjectRulesReview",
            resourceRules=[everything] if allowed else [],
            nonResourceRules=[],
            incomplete=False,
        )
    return no_such_resource()


def _token(request: Request, rules: Rules, namespace: str, name: str) -> Answer:
    """A token of a service account for as long as was asked (TokenRequest)."""
    seconds = request.json()["spec"]["expirationSeconds"]
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=seconds)
    token = secrets.token_urlsafe(24)
    rules.tokens[token] = User(f"system:serviceaccount:{namespace}:{name}")
    rules.expiries[token] = end
    ends = end.strftime("%Y-%m-%dT%H:%M:%SZ")
    return _created(
        "authentication.k8s.io/v1", "TokenRequest", token=token, expirationTimestamp=ends
    )


def _created(api_version: str, kind: str, **status: Any) -> Answer:
    document = {
        "kind": kind,
        "apiVersion": api_version,
        "metadata": {"creationTimestamp": CREATED},
        "spec": {},
        "status": status,
    }
    return json_answer(document, 201)


def _user_info(user: User) -> dict[str, Any]:
    info: dict[str, Any] = {"username": user.name, "groups": list(user.groups)}
    if user.uid:
        info["uid"] = user.uid
    if user.extra:
        info["extra"] = {name: list(values) for name, values in user.extra.items()}
    return info
