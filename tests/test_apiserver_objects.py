"""The loopback API server's objects, and the tokens of its service accounts."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver import RBAC, Allowed, ApiServer, User
from tests.conftest import JANE, JANE_TOKEN, Home
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.test_apiserver import run

SHOP = "/api/v1/namespaces/shop"
TOKEN = f"{SHOP}/serviceaccounts/reader/token"
BINDINGS = f"/apis/{RBAC}/v1/namespaces/shop/rolebindings"
TILL = User("till@example.com")
TILL_TOKEN = "tills-token-2b7d1f"

Reply = tuple[int, dict[str, Any], Message]


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(tokens={JANE_TOKEN: JANE, TILL_TOKEN: TILL}) as running:
        running.objects.create("serviceaccounts", "reader", "shop")
        yield running


def call(
    server: ApiServer,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    token: str = JANE_TOKEN,
) -> Reply:
    """The status, the document and the headers of an answer."""
    request = urllib.request.Request(  # noqa: S310 (loopback)
        server.url + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    trust = ssl.create_default_context(cadata=server.ca_pem)
    try:
        with urllib.request.urlopen(request, context=trust, timeout=5) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def refused(reply: Reply) -> tuple[int, str, str]:
    code, status, _ = reply
    return code, status["reason"], status["message"]


def minted(server: ApiServer, **spec: Any) -> Reply:
    return call(server, "POST", TOKEN, {"spec": spec})


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def works(server: ApiServer, token: str) -> bool:
    return call(server, "GET", "/api", token=token)[0] == 200


def test_kubectl_creates_reads_and_deletes(
    server: ApiServer, each_kubectl: Path, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN), namespace="shop")

    def kubectl(*words: str) -> str:
        done = run(each_kubectl, *words)
        return done.stdout + done.stderr

    assert kubectl("create", "sa", "till") == "serviceaccount/till created\n"
    assert 'serviceaccounts "till" already exists' in kubectl("create", "sa", "till")
    names = [line.split()[0] for line in kubectl("get", "sa").splitlines()]
    assert names == ["NAME", "default", "reader", "till"]
    words = ("create", "secret", "generic", "key", "--from-literal=a=b")
    assert kubectl(*words) == "secret/key created\n"
    assert kubectl("get", "secret", "key", "-o", "jsonpath={.data.a}") == "Yg=="
    assert kubectl("delete", "secret", "key") in (
        'secret "key" deleted\n',
        'secret "key" deleted from shop namespace\n',
    )
    assert 'secrets "key" not found' in kubectl("get", "secret", "key")
    words = ("create", "rolebinding", "till", "--clusterrole=view", "--serviceaccount=shop:till")
    assert kubectl(*words) == "rolebinding.rbac.authorization.k8s.io/till created\n"
    assert "ClusterRole/view" in kubectl("get", "rolebindings")
    words = ("create", "clusterrolebinding", "till", "--clusterrole=edit", "--group=tills")
    assert kubectl(*words) == "clusterrolebinding.rbac.authorization.k8s.io/till created\n"
    assert "clusterrole.rbac.authorization.k8s.io/view" in kubectl(
        "get", "clusterroles", "-o", "name"
    )
    assert "deleted" in kubectl("delete", "rolebinding", "till", "--wait=true")
    assert "deleted" in kubectl("delete", "sa", "till")
    issued = kubectl("create", "token", "reader", "--duration=30m")
    assert claims(issued.strip())["exp"] - claims(issued.strip())["iat"] == 1800
    write_kubeconfig(home.kubeconfig, server, token_user(issued.strip()))
    said = json.loads(kubectl("auth", "whoami", "-o", "json"))["status"]["userInfo"]
    assert said["username"] == "system:serviceaccount:shop:reader"
    assert said["extra"] == {
        "authentication.kubernetes.io/credential-id": [f"JTI={claims(issued.strip())['jti']}"]
    }


def test_objects_in_the_words_of_kubernetes(server: ApiServer) -> None:
    path = f"{SHOP}/secrets"
    body = {"metadata": {"generateName": "connector-"}, "stringData": {"a": "b"}}
    code, made, _ = call(server, "POST", path, body)
    metadata = made["metadata"]
    assert (code, made["type"], made["data"]) == (201, "Opaque", {"a": "Yg=="})
    assert metadata["name"].startswith("connector-")
    assert metadata["uid"]
    assert metadata["resourceVersion"].isdecimal()
    name = metadata["name"]
    again = call(server, "POST", path, {"metadata": {"name": name}})
    assert refused(again) == (409, "AlreadyExists", f'secrets "{name}" already exists')
    assert refused(call(server, "GET", f"{path}/x")) == (404, "NotFound", 'secrets "x" not found')
    nowhere = call(server, "POST", "/api/v1/namespaces/x/secrets", {"metadata": {"name": "a"}})
    assert refused(nowhere) == (404, "NotFound", 'namespaces "x" not found')
    assert refused(call(server, "POST", path, {}))[:2] == (422, "Invalid")
    other = {"preconditions": {"uid": "another"}}
    assert refused(call(server, "DELETE", f"{path}/{name}", other))[:2] == (409, "Conflict")
    code, done, _ = call(server, "DELETE", f"{path}/{name}")
    assert (code, done["status"], done["details"]["uid"]) == (200, "Success", metadata["uid"])
    gone = call(server, "DELETE", f"{BINDINGS}/x")
    assert refused(gone)[2] == 'rolebindings.rbac.authorization.k8s.io "x" not found'


def test_lists_by_label(server: ApiServer) -> None:
    for name, label in (("a", "ours"), ("b", "theirs")):
        metadata = {"labels": {"made-by": label}}
        server.objects.create("secrets", name, "shop", metadata=metadata, type="Opaque")
    listed = call(server, "GET", f"{SHOP}/secrets?labelSelector=made-by%3Dours")[1]
    assert [one["metadata"]["name"] for one in listed["items"]] == ["a"]


def test_a_user_with_a_narrow_role(server: ApiServer) -> None:
    server.rules.allowed[TILL.name] = [
        Allowed(("create",), "serviceaccounts/token", names=("reader",), namespace="shop"),
        Allowed(("create",), "rolebindings", namespace="shop", group=RBAC),
        Allowed(("bind",), "clusterroles", names=("view",), group=RBAC),
    ]
    assert call(server, "POST", TOKEN, {}, TILL_TOKEN)[0] == 201
    other = call(server, "POST", TOKEN.replace("reader", "default"), {}, TILL_TOKEN)
    assert refused(other)[2] == (
        'serviceaccounts "default" is forbidden: User "till@example.com" cannot create resource '
        '"serviceaccounts/token" in API group "" in the namespace "shop"'
    )
    assert refused(call(server, "GET", f"{SHOP}/secrets", token=TILL_TOKEN))[0] == 403
    codes = {}
    for role in ("view", "edit"):
        body = {
            "metadata": {"name": role},
            "roleRef": {"kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "shop"}],
        }
        reply = call(server, "POST", BINDINGS, body, TILL_TOKEN)
        codes[role] = reply[0]
    assert codes == {"view": 201, "edit": 403}
    assert "is attempting to grant RBAC permissions not currently held" in reply[1]["message"]
    asked = {"resourceAttributes": {"verb": "list", "resource": "secrets", "namespace": "shop"}}
    reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert call(server, "POST", reviews, {"spec": asked}, TILL_TOKEN)[1]["status"] == {
        "allowed": False,
        "reason": "no RBAC policy matched",
    }


def test_the_life_of_a_token(server: ApiServer) -> None:
    start = datetime(2026, 11, 25, 8, tzinfo=timezone.utc)
    server.rules.now = lambda: start
    code, answer, headers = call(server, "POST", TOKEN, {})
    token = answer["status"]["token"]
    assert (code, headers["Warning"]) == (201, None)
    assert answer["status"]["expirationTimestamp"] == "2026-11-25T09:00:00Z"
    said = claims(token)
    assert (said["iat"], said["exp"] - said["iat"]) == (int(start.timestamp()), 3600)
    assert said["sub"] == "system:serviceaccount:shop:reader"
    assert said["aud"] == [said["iss"]]
    assert works(server, token)
    server.rules.now = lambda: start + timedelta(hours=1)
    assert not works(server, token)


def test_the_cap_and_the_least_life(server: ApiServer) -> None:
    assert refused(minted(server, expirationSeconds=599)) == (
        422,
        "Invalid",
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: '
        "599: may not specify a duration less than 10 minutes",
    )
    server.rules.longest_token = 7200
    _, answer, headers = minted(server, expirationSeconds=86400)
    assert headers["Warning"] == (
        '299 - "requested expiration of 86400 seconds shortened to 7200 seconds"'
    )
    assert answer["spec"]["expirationSeconds"] == 7200
    assert minted(server, expirationSeconds=7200)[2]["Warning"] is None


def test_a_token_for_another_audience_is_refused(server: ApiServer) -> None:
    _, answer, _ = minted(server, audiences=["https://shop-eu.example"])
    assert claims(answer["status"]["token"])["aud"] == ["https://shop-eu.example"]
    assert not works(server, answer["status"]["token"])


def test_a_bound_token_ends_with_its_secret(server: ApiServer) -> None:
    secret = server.objects.create("secrets", "bound", "shop", type="Opaque")
    ref = {"kind": "Secret", "apiVersion": "v1", "name": "bound", "uid": secret["metadata"]["uid"]}
    absent, foreign = ({**ref, "name": "x"}, {**ref, "uid": "another"})
    assert refused(minted(server, boundObjectRef=absent))[2] == 'secrets "x" not found'
    assert refused(minted(server, boundObjectRef=foreign))[:2] == (409, "Conflict")
    tokens = [
        minted(server, **spec)[1]["status"]["token"] for spec in ({"boundObjectRef": ref}, {})
    ]
    assert [works(server, token) for token in tokens] == [True, True]
    call(server, "DELETE", f"{SHOP}/secrets/bound")
    assert [works(server, token) for token in tokens] == [False, True]
    call(server, "DELETE", f"{SHOP}/serviceaccounts/reader")
    assert not works(server, tokens[1])
    assert refused(minted(server))[2] == 'serviceaccounts "reader" not found'
