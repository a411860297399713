"""Tokens of service accounts: the TokenRequest API."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.apiserver.access import User
from tests.apiserver.answers import (
    Answer,
    StatusError,
    bad_request,
    conflict,
    invalid,
    json_answer,
)
from tests.apiserver.attributes import Attributes
from tests.apiserver.cluster import Cluster
from tests.apiserver.objects import Document, timestamp
from tests.apiserver.requests import Request
from tests.apiserver.tokens import ISSUER, jwt

API_VERSION = "authentication.k8s.io/v1"
DEFAULT_SECONDS = 3600
LEAST_SECONDS = 600
MOST_SECONDS = 1 << 32

_BOUND_KINDS = {"Pod": "pods", "Secret": "secrets"}


def request_token(request: Request, what: Attributes, cluster: Cluster) -> Answer:
    """The answer to a TokenRequest; raises StatusError with a refusal."""
    document, warning = mint(request.json(), what.name, what.namespace, cluster)
    headers = {"Warning": f'299 - "{warning}"'} if warning else {}
    return replace(json_answer(document, 201), headers=headers)


def mint(asked: Document, name: str, namespace: str, cluster: Cluster) -> tuple[Document, str]:
    """A token of the account for as long as was asked, or as the cluster allows.

    Returns the TokenRequest with its status, and a warning or "". The cluster takes the token
    until its end, as long as the account and the object that it is bound to exist; one that is
    for other audiences only it does not take.
    """
    spec = asked.get("spec", {})
    account = cluster.objects.get("serviceaccounts", name, namespace)
    _check_account(account, asked.get("metadata", {}).get("uid", ""))
    wanted = spec.get("expirationSeconds") or DEFAULT_SECONDS
    _check_life(wanted)
    bound = _bound(spec.get("boundObjectRef"), namespace, cluster)
    seconds = min(wanted, cluster.rules.longest_token or wanted)
    audiences = spec.get("audiences") or [ISSUER]
    start = cluster.rules.now().replace(microsecond=0)
    end = start + timedelta(seconds=seconds)
    document = {
        "kind": "TokenRequest",
        "apiVersion": API_VERSION,
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": timestamp(start)},
        "spec": {**spec, "audiences": audiences, "expirationSeconds": seconds},
        "status": {
            "token": _issue(cluster, account, (start, end), audiences, bound),
            "expirationTimestamp": timestamp(end),
        },
    }
    shortened = f"requested expiration of {wanted} seconds shortened to {seconds} seconds"
    return document, shortened if seconds < wanted else ""


def _issue(
    cluster: Cluster,
    account: Document,
    life: tuple[datetime, datetime],
    audiences: Sequence[str],
    bound: Document | None,
) -> str:
    namespace, name, uid = (account["metadata"][key] for key in ("namespace", "name", "uid"))
    user = f"system:serviceaccount:{namespace}:{name}"
    start, end = life
    identifier = str(uuid.uuid4())
    private = {"namespace": namespace, "serviceaccount": {"name": name, "uid": uid}}
    if bound:
        private[bound["kind"].lower()] = {key: bound["metadata"][key] for key in ("name", "uid")}
    token = jwt(
        {
            "aud": list(audiences),
            "exp": int(end.timestamp()),
            "iat": int(start.timestamp()),
            "iss": ISSUER,
            "jti": identifier,
            "kubernetes.io": private,
            "nbf": int(start.timestamp()),
            "sub": user,
        }
    )
    if ISSUER in audiences:
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
        extra = {"authentication.kubernetes.io/credential-id": [f"JTI={identifier}"]}
        cluster.rules.expiries[token] = end
        cluster.rules.bound[token] = (uid, *([bound["metadata"]["uid"]] if bound else []))
        cluster.rules.tokens[token] = User(user, groups, uid, extra)
    return token


def _check_account(account: Document, uid: str) -> None:
    held = account["metadata"]["uid"]
    if uid and uid != held:
        problem = (
            f"the UID in the token request ({uid}) does not match the UID of the service account "
            f"record ({held})"
        )
        name = account["metadata"]["name"]
        raise StatusError(conflict("TokenRequest.authentication.k8s.io", name, problem))


def _check_life(seconds: int) -> None:
    if seconds < LEAST_SECONDS:
        problem = "may not specify a duration less than 10 minutes"
    elif seconds > MOST_SECONDS:
        problem = "may not specify a duration larger than 2^32 seconds"
    else:
        return
    where, text = "spec.expirationSeconds", f"Invalid value: {seconds}: {problem}"
    raise StatusError(invalid("TokenRequest", "authentication.k8s.io", "", where, text))


def _bound(ref: dict[str, Any] | None, namespace: str, cluster: Cluster) -> Document | None:
    """The object that the token is to end with."""
    if not ref:
        return None
    kind, name, uid = ref.get("kind", ""), ref.get("name", ""), ref.get("uid", "")
    if kind not in _BOUND_KINDS:
        text = f"cannot bind token to object of type /{ref.get('apiVersion', '')}, Kind={kind}"
        raise StatusError(bad_request(text))
    found = cluster.objects.get(_BOUND_KINDS[kind], name, namespace)
    if uid and uid != found["metadata"]["uid"]:
        problem = (
            f"the UID in the bound object reference ({uid}) does not match the UID in record. "
            "The object might have been deleted and then recreated"
        )
        raise StatusError(conflict(kind, name, problem))
    return found
