"""Certificates by request, at the loopback API server."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.apiserver import CERTIFICATES, Allowed, ApiServer
from tests.conftest import JANE, JANE_TOKEN, Home
from tests.kubeconfigs import client_certificate_user, token_user, write_kubeconfig
from tests.test_apiserver import run, who_am_i
from tests.test_apiserver_objects import TILL, TILL_TOKEN, Reply, call, refused

REQUESTS = f"/apis/{CERTIFICATES}/v1/certificatesigningrequests"
KEY = ec.generate_private_key(ec.SECP256R1())
KEY_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(tokens={JANE_TOKEN: JANE, TILL_TOKEN: TILL}) as running:
        yield running


def asked(server: ApiServer, *groups: str, token: str = JANE_TOKEN, **spec: Any) -> Reply:
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, "carol")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    pem = request.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM)
    spec = {
        "request": base64.b64encode(pem).decode(),
        "signerName": "kubernetes.io/kube-apiserver-client",
        "usages": ["client auth"],
    } | spec
    return call(server, "POST", REQUESTS, {"metadata": {"name": "carol"}, "spec": spec}, token)


def status(server: ApiServer) -> dict[str, Any]:
    found: dict[str, Any] = server.objects.get("certificatesigningrequests", "carol")["status"]
    return found


def certificate(server: ApiServer) -> x509.Certificate:
    return x509.load_pem_x509_certificate(base64.b64decode(status(server)["certificate"]))


def test_kubectl_approves_and_the_certificate_is_taken(
    server: ApiServer, each_kubectl: Path, home: Home
) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    assert asked(server, "developers")[0] == 201
    listed = run(each_kubectl, "get", "csr").stdout.splitlines()[1].split()
    assert [listed[0], *listed[2:]] == [
        "carol",
        "kubernetes.io/kube-apiserver-client",
        JANE.name,
        "<none>",
        "Pending",
    ]
    approved = run(each_kubectl, "certificate", "approve", "carol")
    assert (approved.stdout, approved.stderr) == (
        "certificatesigningrequest.certificates.k8s.io/carol approved\n",
        "",
    )
    assert run(each_kubectl, "get", "csr").stdout.split()[-1] == "Approved,Issued"
    pem = base64.b64decode(status(server)["certificate"]).decode()
    write_kubeconfig(home.kubeconfig, server, client_certificate_user((pem, KEY_PEM)))
    assert who_am_i(each_kubectl) == "carol"
    groups = run(each_kubectl, "auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}")
    assert groups.stdout == '["developers","system:authenticated"]'


def test_kubectl_denies(server: ApiServer, kubectl: Path, home: Home) -> None:
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    asked(server)
    assert run(kubectl, "certificate", "deny", "carol").returncode == 0
    assert run(kubectl, "get", "csr").stdout.split()[-1] == "Denied"
    assert "certificate" not in status(server)
    assert run(kubectl, "certificate", "approve", "carol").returncode != 0


@pytest.mark.parametrize(
    ("seconds", "life"),
    [
        (600, timedelta(minutes=15)),
        (28800, timedelta(hours=8)),
        (90000, timedelta(hours=24)),
        (None, timedelta(hours=24)),
    ],
)
def test_the_life_of_a_certificate(server: ApiServer, seconds: int | None, life: timedelta) -> None:
    start = datetime(2026, 11, 25, 8, tzinfo=timezone.utc)
    server.rules.now = lambda: start
    server.rules.longest_certificate = 24 * 3600
    asked(server, expirationSeconds=seconds)
    server.decide("carol", "Approved")
    found = certificate(server)
    assert found.not_valid_before_utc == start - timedelta(minutes=5)
    assert found.not_valid_after_utc - found.not_valid_before_utc == life


def test_requests_that_are_refused(server: ApiServer) -> None:
    kind = 'CertificateSigningRequest.certificates.k8s.io "carol" is invalid: '
    assert refused(asked(server, expirationSeconds=599)) == (
        422,
        "Invalid",
        f"{kind}spec.expirationSeconds: Invalid value: 599: may not specify a duration less than "
        "600 seconds (10 minutes)",
    )
    assert refused(asked(server, "system:masters")) == (
        403,
        "Forbidden",
        'certificatesigningrequests.certificates.k8s.io "carol" is forbidden: use of '
        "kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
    )
    wrong: tuple[dict[str, Any], ...]
    wrong = ({"request": "eA=="}, {"usages": []}, {"usages": ["x"]}, {"signerName": "x"})
    for spec in wrong:
        assert refused(asked(server, **spec))[:2] == (422, "Invalid")


def test_what_the_signer_makes_of_it(server: ApiServer) -> None:
    server.rules.certificate_decision = "Approved"
    made = asked(server, usages=["client auth", "server auth"])[1]
    assert [one["type"] for one in made["status"]["conditions"]] == ["Approved", "Failed"]
    assert made["status"]["conditions"][1]["message"] == (
        "invalid usage for client certificate: server auth"
    )
    server.objects.delete("certificatesigningrequests", "carol")
    server.rules.signs_certificates = False
    made = asked(server)[1]
    assert [one["type"] for one in made["status"]["conditions"]] == ["Approved"]
    assert "certificate" not in made["status"]
    server.objects.delete("certificatesigningrequests", "carol")
    server.rules.certificate_decision = "Denied"
    assert asked(server)[1]["status"]["conditions"][0]["type"] == "Denied"


def test_who_may_ask_and_approve(server: ApiServer) -> None:
    asking = Allowed(("create", "get"), "certificatesigningrequests", group=CERTIFICATES)
    approving = Allowed(("update",), "certificatesigningrequests/approval", group=CERTIFICATES)
    server.rules.allowed[TILL.name] = [asking]
    assert asked(server, token=TILL_TOKEN)[1]["spec"]["username"] == TILL.name
    path = f"{REQUESTS}/carol"
    request = call(server, "GET", path, token=TILL_TOKEN)[1]
    request["status"] = {"conditions": [{"type": "Approved", "reason": "r", "message": "m"}]}
    assert call(server, "PUT", f"{path}/approval", request, TILL_TOKEN)[0] == 403
    server.rules.allowed[TILL.name] = [asking, approving]
    code, _, message = refused(call(server, "PUT", f"{path}/approval", request, TILL_TOKEN))
    assert (code, "not permitted to approve requests with signerName" in message) == (403, True)
    signer = ("kubernetes.io/kube-apiserver-client",)
    server.rules.allowed[TILL.name] = [
        asking,
        approving,
        Allowed(("approve",), "signers", names=signer, group=CERTIFICATES),
    ]
    assert call(server, "PUT", f"{path}/approval", request, TILL_TOKEN)[0] == 200
    assert certificate(server)
    stale = refused(call(server, "PUT", f"{path}/approval", request))
    assert stale[:2] == (409, "Conflict")


def test_a_watch_waits_for_the_decision(server: ApiServer) -> None:
    version = asked(server)[1]["metadata"]["resourceVersion"]
    seen: list[Reply] = []
    query = f"watch=true&fieldSelector=metadata.name%3Dcarol&resourceVersion={version}"
    watching = threading.Thread(
        target=lambda: seen.append(call(server, "GET", f"{REQUESTS}?{query}"))
    )
    watching.start()
    server.decide("carol", "Denied")
    watching.join(5)
    ((_, event, _),) = seen
    assert event["type"] == "MODIFIED"
    assert event["object"]["status"]["conditions"][0]["type"] == "Denied"
