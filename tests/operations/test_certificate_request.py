"""Certificates that a cluster signs: asked for, waited for, renewed; the signing is real."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509

from kubectl_connector.auth.interface import PendingError
from kubectl_connector.certificates import check_pair, facts
from kubectl_connector.errors import RefusedError, UsageError
from kubectl_connector.model.secret import Credential
from kubectl_connector.operations.issue import issue, user_to_embed
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.conftest import JANE, JANE_TOKEN
from tests.operations.conftest import MemoryStore, said
from tests.operations.test_service_account import Clock

CSRS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
NOW = datetime.now(timezone.utc).replace(microsecond=0)
"""TLS reads the real clock, so certificates have to be of today."""


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(tokens={JANE_TOKEN: JANE}) as running:
        running.rules.certificate_decision = "Approved"
        yield running


@pytest.fixture
def clock(server: ApiServer) -> Clock:
    clock = Clock()
    clock.time = NOW
    server.rules.now = clock
    return clock


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def at(workspace: Workspace, clock: Clock, told: list[str]) -> Workspace:
    return replace(workspace, now=clock, tell=told.append)


def make(workspace: Workspace, server: ApiServer, **values: str) -> Registered:
    fields = {"server": server.url, "certificate_authority": server.ca_pem}
    credential = {"token": JANE_TOKEN, "request_certificate": "yes", "duration": "3h", **values}
    return register(workspace, plan_register("prod", "keyring", changes=said(credential, **fields)))


def given(workspace: Workspace) -> Credential:
    """What kubectl would get."""
    return issue(workspace, *workspace.read(workspace.catalog.get("prod")))


def requests(server: ApiServer) -> list[str | None]:
    """Who has asked for certificates."""
    return [each.user for each in server.requests if (each.method, each.path) == ("POST", CSRS)]


def names(server: ApiServer) -> list[str]:
    return [each["metadata"]["name"] for each in server.objects.list("certificatesigningrequests")]


def test_the_cluster_signs_and_the_key_stays(
    at: Workspace, server: ApiServer, store: MemoryStore
) -> None:
    registered = make(at, server, user="jane-laptop", group="dev,ops")
    assert registered.probe
    assert registered.probe.username == "jane-laptop"
    assert set(registered.probe.groups) >= {"dev", "ops"}
    credential = given(at)
    assert credential.client_certificate
    assert credential.client_key
    check_pair(credential.client_certificate, credential.client_key)
    assert x509.load_pem_x509_certificate(credential.client_certificate.encode())
    assert credential.token is None
    assert len(requests(server)) == 1
    sent = b"".join(each.body for each in server.requests)
    assert b"PRIVATE" not in sent
    assert len(store.items) == 2


def test_without_a_name_it_is_for_whoever_asks(at: Workspace, server: ApiServer) -> None:
    registered = make(at, server)
    assert registered.probe
    assert registered.probe.username == JANE.name


def test_it_is_renewed_with_itself_when_a_third_is_left(
    at: Workspace, server: ApiServer, clock: Clock
) -> None:
    make(at, server)
    first = given(at)
    assert first.client_certificate
    assert first.expires_at
    end = facts(first.client_certificate).not_after
    assert end == NOW + timedelta(hours=3)
    # Backdated by five minutes, as real ones are: a third of 3 h 5 min.
    assert abs(end - first.expires_at - timedelta(minutes=61, seconds=40)) < timedelta(seconds=2)
    del server.rules.tokens[JANE_TOKEN]  # the base is not needed any more
    clock.time = first.expires_at - timedelta(seconds=1)
    assert given(at) == first
    clock.time = first.expires_at
    second = given(at)
    assert second.client_certificate != first.client_certificate
    assert second.client_key != first.client_key
    assert requests(server) == [JANE.name, JANE.name]


def test_while_the_next_one_waits_the_present_one_is_used(
    at: Workspace, server: ApiServer, clock: Clock, told: list[str]
) -> None:
    make(at, server, no_wait="yes")
    first = given(at)
    assert first.expires_at
    server.rules.certificate_decision = None
    clock.time = first.expires_at
    waiting = given(at)
    assert waiting.client_certificate == first.client_certificate
    assert waiting.expires_at == clock.time + timedelta(minutes=10)
    (line,) = told
    assert "waits to be approved" in line
    assert "PRIVATE" not in line
    assert len(requests(server)) == 2
    clock.time += timedelta(minutes=10)
    assert given(at).client_certificate == first.client_certificate
    assert len(requests(server)) == 2  # the same one is looked at again
    server.decide(next(name for name in names(server) if name in line), "Approved")
    clock.time += timedelta(minutes=10)
    assert given(at).client_certificate != first.client_certificate


def test_a_refusal_does_not_end_what_is_good(
    at: Workspace, server: ApiServer, clock: Clock, told: list[str]
) -> None:
    make(at, server)
    first = given(at)
    assert first.expires_at
    server.rules.certificate_decision = "Denied"
    clock.time = first.expires_at
    assert given(at).client_certificate == first.client_certificate
    assert "was denied" in told[-1]
    clock.time = NOW + timedelta(hours=4)
    with pytest.raises(RefusedError, match="was denied"):
        given(at)


def test_one_that_waits_is_fetched_later(
    at: Workspace, server: ApiServer, store: MemoryStore
) -> None:
    server.rules.certificate_decision = None
    registered = make(at, server, no_wait="yes")
    assert registered.probe is None
    assert registered.pending
    (name,) = names(server)
    assert f"kubectl certificate approve {name}" in registered.pending.hint
    assert not registered.pending.waited
    assert len(store.items) == 2
    with pytest.raises(PendingError, match=name):
        given(at)
    assert names(server) == [name]
    server.decide(name, "Approved")
    credential = given(at)
    assert credential.client_key
    assert requests(server) == [JANE.name]
    assert check(at, *at.read(at.catalog.get("prod"))).username == JANE.name
    assert len(store.items) == 2


def test_one_that_the_cluster_cleaned_up_is_asked_for_again(
    at: Workspace, server: ApiServer
) -> None:
    server.rules.certificate_decision = None
    make(at, server, no_wait="yes")
    (name,) = names(server)
    server.objects.delete("certificatesigningrequests", name)
    server.rules.certificate_decision = "Approved"
    assert given(at).client_certificate
    assert names(server) != [name]


@pytest.mark.parametrize(
    ("decision", "message"), [("Denied", "was denied"), ("Failed", "has failed")]
)
def test_denied_and_failed_end_it(
    at: Workspace, server: ApiServer, store: MemoryStore, decision: str, message: str
) -> None:
    server.rules.certificate_decision = decision  # type: ignore[assignment]
    with pytest.raises(RefusedError, match=message):
        make(at, server)
    assert at.catalog.load() == ()
    assert store.items == {}


def test_it_waits_no_longer_than_was_said(at: Workspace, server: ApiServer) -> None:
    server.rules.signs_certificates = False  # approved, and no controller signs
    registered = make(at, server, wait="0s", approve="yes")
    assert registered.pending


def test_it_approves_itself_where_that_was_said(at: Workspace, server: ApiServer) -> None:
    server.rules.certificate_decision = None
    assert make(at, server, approve="yes", user="eve").probe
    (kept,) = server.objects.list("certificatesigningrequests")
    assert kept["status"]["conditions"][0]["reason"] == "ApprovedByKubectlConnector"


def test_login_embeds_the_one_that_is_good(at: Workspace, server: ApiServer) -> None:
    make(at, server)
    user = user_to_embed(at, *at.read(at.catalog.get("prod")))
    assert user.client_certificate_data == given(at).client_certificate
    assert len(requests(server)) == 1


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"duration": "1m"}, UsageError, "not between 10 minutes"),
        ({"wait": "long"}, UsageError, "--wait: "),
        ({"wait": "10s", "no_wait": "yes"}, UsageError, "exclude each other"),
        ({"group": "a,,b"}, UsageError, "not a list of names"),
        ({"group": "system:masters"}, RefusedError, "system:masters"),
    ],
)
def test_what_makes_no_sense(
    at: Workspace,
    server: ApiServer,
    values: dict[str, str],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        make(at, server, **values)
    assert at.catalog.load() == ()


def test_a_request_of_another_with_our_name_is_not_approved(
    at: Workspace, server: ApiServer
) -> None:
    """Whoever may delete and make requests could have theirs approved by us."""
    server.rules.certificate_decision = None
    make(at, server, no_wait="yes")
    (ours,) = server.objects.list("certificatesigningrequests")
    name = ours["metadata"]["name"]
    server.objects.delete("certificatesigningrequests", name)
    server.objects.create("certificatesigningrequests", name, spec=ours["spec"])
    with pytest.raises(PendingError, match="waits to be approved") as waiting:
        given(at)
    assert name not in waiting.value.message  # a new one was made


def test_a_certificate_for_another_key_is_not_taken(at: Workspace, server: ApiServer) -> None:
    server.rules.certificate_decision = None
    make(at, server, no_wait="yes")
    (kept,) = server.objects.list("certificatesigningrequests")
    foreign, _ = server.issue_client_certificate("eve")
    kept["status"] = {"certificate": base64.b64encode(foreign.encode()).decode()}
    server.objects.replace(kept)
    with pytest.raises(RefusedError, match="what the cluster signed can't be used"):
        given(at)
    server.rules.certificate_decision = "Approved"
    assert given(at).client_certificate != foreign  # of a new request


def test_after_a_denial_the_next_command_asks_anew(at: Workspace, server: ApiServer) -> None:
    server.rules.certificate_decision = None
    make(at, server, no_wait="yes")
    (name,) = names(server)
    server.decide(name, "Denied")
    with pytest.raises(RefusedError, match="was denied"):
        given(at)
    server.rules.certificate_decision = "Approved"
    assert given(at).client_certificate


@pytest.mark.parametrize(("field", "option"), [("user", "--user"), ("group", "--group")])
def test_a_name_that_no_certificate_can_hold(
    at: Workspace, server: ApiServer, field: str, option: str
) -> None:
    with pytest.raises(UsageError, match="more than 64") as caught:
        make(at, server, **{field: "x" * 65})
    assert option in caught.value.hint


def test_a_base_that_is_refused_is_not_taken_for_one_without_a_name(
    at: Workspace, server: ApiServer
) -> None:
    server.rules.tokens.clear()
    with pytest.raises(RefusedError, match="refused the credential that this one is made with"):
        make(at, server)
