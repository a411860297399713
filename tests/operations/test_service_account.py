"""Tokens of service accounts, made with a base, on a server that answers as real ones do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kubectl_connector import jwt
from kubectl_connector.auth import auth_method
from kubectl_connector.cluster.probe import Probe
from kubectl_connector.errors import (
    ClusterError,
    ConnectorError,
    NotFoundError,
    RefusedError,
    StoreError,
    UsageError,
)
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.secret import Credential
from kubectl_connector.operations.delete import delete
from kubectl_connector.operations.issue import issue, user_to_embed
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.revoke import revoke
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.verify import check
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import Allowed, ApiServer
from tests.apiserver.answers import json_answer
from tests.conftest import JANE, JANE_TOKEN, Home
from tests.kubeconfigs import client_certificate_user, token_user, write_kubeconfig
from tests.operations.conftest import NOW, MemoryStore, said

READER = "system:serviceaccount:shop:reader"
TOKEN_PATH = "/api/v1/namespaces/shop/serviceaccounts/reader/token"


class Clock:
    """The time of the client and the server."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def server() -> Iterator[ApiServer]:
    """A server for each test: they change what it keeps."""
    with ApiServer(tokens={JANE_TOKEN: JANE}) as running:
        yield running


@pytest.fixture
def clock(server: ApiServer) -> Clock:
    clock = Clock()
    server.rules.now = clock
    return clock


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def at(workspace: Workspace, clock: Clock, told: list[str], server: ApiServer) -> Workspace:
    """The workspace with the server's clock, and a service account in the cluster."""
    server.objects.create("serviceaccounts", "reader", "shop")
    return replace(workspace, now=clock, tell=told.append)


def make(
    workspace: Workspace,
    server: ApiServer,
    verify: bool = True,
    account: str = "shop/reader",
    **values: str,
) -> Registered:
    fields = {"server": server.url, "certificate_authority": server.ca_pem}
    credential = {"token": JANE_TOKEN, "service_account": account, **values}
    plan = plan_register("prod", "keyring", changes=said(credential, **fields))
    return register(workspace, plan, verify)


def change(workspace: Workspace, credential: dict[str, str], **fields: object) -> Registered:
    return update(workspace, plan_update(workspace, "prod", None, said(credential, **fields)))


def token(workspace: Workspace) -> str:
    """What kubectl would get."""
    given = issue(workspace, *workspace.read(workspace.catalog.get("prod"))).token
    assert given
    return given


def minted(server: ApiServer) -> list[dict[str, Any]]:
    """The requests for tokens."""
    return [each.json()["spec"] for each in server.requests if each.path == TOKEN_PATH]


def test_a_short_lived_token_stands_for_the_base(
    at: Workspace, server: ApiServer, store: MemoryStore
) -> None:
    registered = make(at, server, duration="2h")
    assert isinstance(registered.probe, Probe)
    assert registered.probe.username == READER
    connector = at.catalog.get("prod")
    assert connector.auth_method == "service-account"
    assert connector.configuration == {
        "service_account": "shop/reader",
        "duration": "2h",
        "base": {"method": "token"},
    }
    assert dict(store.secret(connector)) == {"token": JANE_TOKEN}
    assert minted(server) == [{"expirationSeconds": 7200}]
    given = token(at)
    assert jwt.expiry(given) == NOW + timedelta(hours=2)
    assert jwt.subject(given) == READER
    assert len(minted(server)) == 1  # what verifying took is kept
    assert len(store.items) == 2


@pytest.mark.parametrize(
    ("duration", "before"), [("1h", timedelta(minutes=1)), ("10m", timedelta(minutes=1))]
)
def test_it_is_used_until_a_minute_before_its_end(
    at: Workspace, server: ApiServer, clock: Clock, duration: str, before: timedelta
) -> None:
    make(at, server, duration=duration)
    first = token(at)
    end = jwt.expiry(first)
    assert end
    clock.time = end - before - timedelta(seconds=1)
    assert token(at) == first
    clock.time += timedelta(seconds=1)
    second = token(at)
    assert second != first
    assert jwt.expiry(second) == clock.time + (end - NOW)


def test_kubectl_comes_back_before_the_end(at: Workspace, server: ApiServer) -> None:
    make(at, server, duration="1h")
    connector = at.catalog.get("prod")
    assert connector.expires_at is None  # the base's
    assert issue(at, *at.read(connector)).expires_at == NOW + timedelta(minutes=59)


def test_a_context_is_a_base_whatever_it_signs_in_with(
    at: Workspace, server: ApiServer, clock: Clock, tmp_path: Any
) -> None:
    clock.time = datetime.now(timezone.utc)  # certificates begin at their signing
    pair = server.issue_client_certificate("jane@example.com")
    user = client_certificate_user(pair)
    user["as"] = "bob@example.com"
    path = write_kubeconfig(tmp_path / "config", server, user)
    source = FromContext(kubeconfig_files(str(path), {}))
    plan = plan_register("prod", "keyring", source, said({"service_account": "shop/reader"}))
    server.rules.allowed["bob@example.com"] = [Allowed(("create",), "serviceaccounts/token")]
    registered = register(at, plan)
    assert registered.probe
    assert registered.probe.username == READER
    asked = next(each for each in server.requests if each.path == TOKEN_PATH)
    assert asked.user == "jane@example.com"
    assert asked.headers["impersonate-user"] == "bob@example.com"
    connector = at.catalog.get("prod")
    assert connector.impersonation.user is None  # the token's own
    assert not server.requests[-1].headers.get("impersonate-user")

    described = auth_method("service-account").describe(connector.configuration)
    assert described["base"] == "client-certificate"
    # Taken from its context again, the base is new and the account stays.
    again = plan_update(at, "prod", source, said())
    assert update(at, again).unchanged
    undone = change(at, {}, auth_method="client-certificate")
    assert undone.connector.impersonation.user == "bob@example.com"
    assert undone.connector.origin
    assert undone.connector.origin.credential


def test_credentials_beside_a_context_are_refused(
    at: Workspace, server: ApiServer, tmp_path: Any
) -> None:
    path = write_kubeconfig(tmp_path / "config", server, token_user(JANE_TOKEN))
    source = FromContext(kubeconfig_files(str(path), {}))
    with pytest.raises(UsageError, match="can't be given too"):
        plan_register(
            "prod", "keyring", source, said({"service_account": "shop/reader", "token": "x"})
        )


def test_each_half_is_changed_alone(at: Workspace, server: ApiServer, store: MemoryStore) -> None:
    make(at, server, duration="1h")
    first = token(at)
    assert change(at, {"duration": "2h"}).connector.configuration["duration"] == "2h"
    assert dict(store.secret(at.catalog.get("prod"))) == {"token": JANE_TOKEN}
    assert jwt.expiry(token(at)) == NOW + timedelta(hours=2)

    other = server.issue_token(JANE)
    changed = change(at, {"token": other}).connector
    assert changed.configuration["service_account"] == "shop/reader"
    assert changed.configuration["base"]["configuration"] == {"subject": JANE.name}
    assert dict(store.secret(changed)) == {"token": other}
    assert token(at) != first

    assert change(at, {"duration": ""}).connector.configuration.keys() == {
        "service_account",
        "base",
    }
    plain = change(at, {}, auth_method="token").connector
    assert plain.auth_method == "token"
    assert plain.configuration == {"subject": JANE.name}
    assert token(at) == other
    assert change(at, {"service_account": "shop/reader"}).connector.auth_method == "service-account"
    assert len(store.items) == 2


def test_a_base_that_is_missing_is_asked_for(at: Workspace, server: ApiServer) -> None:
    fields = {"server": server.url, "certificate_authority": server.ca_pem}
    plan = plan_register(
        "prod", "keyring", changes=said({"service_account": "shop/reader"}, **fields)
    )
    assert [field.name for field in plan.asks] == ["token"]
    with pytest.raises(UsageError, match="authentication method token needs a bearer token"):
        plan.complete()
    registered = register(at, plan.answered({"token": JANE_TOKEN}))
    assert registered.connector.auth_method == "service-account"


def test_what_ends_first_counts(at: Workspace, server: ApiServer, clock: Clock) -> None:
    ends = server.issue_token(JANE, NOW + timedelta(minutes=30))
    make(at, server, token=ends, duration="2h")
    connector = at.catalog.get("prod")
    assert connector.expires_at == NOW + timedelta(minutes=30)
    clock.time = NOW + timedelta(minutes=30)
    with pytest.raises(RefusedError, match="expired 0 s ago"):
        token(at)


def test_the_servers_cap_is_told(at: Workspace, server: ApiServer, told: list[str]) -> None:
    server.rules.longest_token = 3600
    make(at, server, duration="1d")
    assert told == ["warning: requested expiration of 86400 seconds shortened to 3600 seconds"]
    assert jwt.expiry(token(at)) == NOW + timedelta(hours=1)


def test_audiences(at: Workspace, server: ApiServer) -> None:
    make(at, server, verify=False, audience="https://a.example,vault")
    token(at)
    assert minted(server)[-1] == {"audiences": ["https://a.example", "vault"]}


Fail = Callable[[ApiServer], object]


def _forbid(server: ApiServer) -> None:
    server.rules.allowed[JANE.name] = []


@pytest.mark.parametrize(
    ("prepare", "error", "message", "hint"),
    [
        (_forbid, RefusedError, "did not make a token of shop/reader: serviceaccounts", "can-i"),
        (
            lambda server: server.rules.tokens.pop(JANE_TOKEN),
            RefusedError,
            r"refused the credential that this one is made with \(401",
            "check the credential",
        ),
        (
            lambda server: server.objects.delete("serviceaccounts", "reader", "shop"),
            NotFoundError,
            'did not make a token of shop/reader: serviceaccounts "reader" not found',
            "kubectl create serviceaccount reader -n shop",
        ),
        (
            lambda server: setattr(server.rules, "absent_paths", {TOKEN_PATH}),
            NotFoundError,
            "the server could not find the requested resource",
            "",
        ),
    ],
)
def test_what_the_cluster_refuses(
    at: Workspace,
    server: ApiServer,
    store: MemoryStore,
    prepare: Fail,
    error: type[ConnectorError],
    message: str,
    hint: str,
) -> None:
    prepare(server)
    with pytest.raises(error, match=message) as caught:
        make(at, server)
    assert hint in caught.value.hint
    assert JANE_TOKEN not in f"{caught.value.message}{caught.value.hint}"
    assert store.items == {}
    assert at.catalog.load() == ()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"account": "reader"}, "does not name a service account"),
        ({"account": "shop/Reader"}, "does not name a service account"),
        ({"account": "Shop/reader"}, "can't be a namespace's name"),
        ({"account": "shop/../../secrets"}, "does not name a service account"),
        ({"duration": "9m"}, "not between 10 minutes and"),
        ({"duration": "soon"}, "not a span of time"),
        ({"audience": "a,,b"}, "is not a list of names"),
        ({"cluster_wide": "yes"}, "--cluster-wide is of a role"),
        ({"role": "a/b"}, "can't be the name of a cluster role"),
    ],
)
def test_what_makes_no_sense(
    at: Workspace, server: ApiServer, values: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        make(at, server, **values)  # type: ignore[arg-type]
    assert minted(server) == []


def test_login_embeds_a_token_for_its_whole_life(
    at: Workspace, server: ApiServer, clock: Clock
) -> None:
    make(at, server, duration="1h")
    clock.time = NOW + timedelta(minutes=50)
    connector = at.catalog.get("prod")
    user = user_to_embed(at, *at.read(connector))
    assert user.token
    assert jwt.expiry(user.token) == clock.time + timedelta(hours=1)
    assert token(at) == user.token  # it is kept too


def test_what_it_needs_is_made_and_taken_away(at: Workspace, server: ApiServer) -> None:
    values = {"account": "shop/agent", "create": "yes", "role": "view"}
    registered = make(at, server, **values).connector  # type: ignore[arg-type]
    binding = server.objects.get("rolebindings", "kubectl-connector:shop:agent:view", "shop")
    assert binding["roleRef"]["name"] == "view"
    assert [made.kind for made in registered.made] == ["ServiceAccount", "RoleBinding"]
    server.objects.create("serviceaccounts", "bystander", "shop")
    (done,) = delete(at, ["prod"], made=True)
    assert {str(each) for each in done.taken} == {
        "RoleBinding shop/kubectl-connector:shop:agent:view",
        "ServiceAccount shop/agent",
    }
    left = [each["metadata"]["name"] for each in server.objects.list("serviceaccounts", "shop")]
    assert sorted(left) == ["bystander", "default", "reader"]
    assert server.objects.list("rolebindings", "shop") == []


def test_what_was_made_is_taken_away_though_the_base_is_handed_out_now(
    at: Workspace, server: ApiServer
) -> None:
    make(at, server, account="shop/agent", create="yes")
    change(at, {}, auth_method="token")
    (done,) = delete(at, ["prod"], made=True)
    assert [str(each) for each in done.taken] == ["ServiceAccount shop/agent"]


def test_what_was_there_is_not_taken_away(at: Workspace, server: ApiServer) -> None:
    registered = make(at, server, create="yes", role="edit", cluster_wide="yes").connector
    assert [str(made) for made in registered.made] == [
        "ClusterRoleBinding kubectl-connector:shop:reader:edit"
    ]
    server.objects.delete("clusterrolebindings", registered.made[0].name)
    server.objects.create("clusterrolebindings", registered.made[0].name)  # another one
    (done,) = delete(at, ["prod"], made=True)
    assert done.taken == ()
    assert server.objects.get("clusterrolebindings", registered.made[0].name)
    assert server.objects.get("serviceaccounts", "reader", "shop")


def test_where_it_does_not_work_nothing_stays_in_the_cluster(
    at: Workspace, server: ApiServer
) -> None:
    server.rules.allowed[JANE.name] = [Allowed(("create", "delete"), "serviceaccounts")]
    with pytest.raises(RefusedError, match="did not make a token"):
        make(at, server, account="shop/agent", create="yes")
    left = [each["metadata"]["name"] for each in server.objects.list("serviceaccounts", "shop")]
    assert sorted(left) == ["default", "reader"]


def test_a_role_can_be_added_later(at: Workspace, server: ApiServer) -> None:
    make(at, server)
    updated: Connector = change(at, {"role": "view"}).connector
    assert [made.kind for made in updated.made] == ["RoleBinding"]
    assert change(at, {"role": "view"}).unchanged


def test_a_revocable_token_is_bound_to_a_secret(at: Workspace, server: ApiServer) -> None:
    connector = make(at, server, revocable="yes").connector
    name = f"kubectl-connector-{connector.id}"
    assert minted(server)[-1]["boundObjectRef"]["name"] == name
    first = token(at)
    assert revoke(at, at.catalog.get("prod"))
    assert server.objects.list("secrets", "shop") == []
    with pytest.raises(RefusedError):
        _ask(at, server, first)


def test_delete_revokes_and_says_where_it_can_not(
    at: Workspace, server: ApiServer, told: list[str]
) -> None:
    make(at, server, revocable="yes")
    list(delete(at, ["prod"]))
    assert server.objects.list("secrets", "shop") == []
    make(at, server, revocable="yes")
    server.rules.tokens.clear()
    (done,) = delete(at, ["prod"])
    assert not done.secret_left
    assert at.catalog.load() == ()
    (line,) = told
    assert "is not revoked" in line


def secrets(server: ApiServer) -> int:
    return len(server.objects.list("secrets", "shop"))


def test_a_change_leaves_nothing_that_nobody_can_revoke(at: Workspace, server: ApiServer) -> None:
    make(at, server, revocable="yes")
    first = token(at)
    change(at, {"duration": "2h"})
    _ask(at, server, first)  # it is bound to the Secret that is still there
    assert revoke(at, at.catalog.get("prod"))
    assert secrets(server) == 0
    with pytest.raises(RefusedError):
        _ask(at, server, first)
    token(at)
    server.objects.create("namespaces", "till")
    server.objects.create("serviceaccounts", "reader", "till")
    change(at, {"service_account": "till/reader"})
    assert secrets(server) == 0
    change(at, {"revocable": ""})
    assert server.objects.list("secrets", "till") == []


def test_what_is_not_registered_leaves_no_secret(
    at: Workspace, server: ApiServer, store: MemoryStore
) -> None:
    store.broken.add("put")
    with pytest.raises(StoreError):
        make(at, server, revocable="yes")
    assert secrets(server) == 0


def test_a_forced_delete_says_that_nothing_is_revoked(
    at: Workspace, server: ApiServer, told: list[str]
) -> None:
    make(at, server, revocable="yes")
    list(delete(at, ["prod"], force=True))
    assert told == ['what was issued for "prod" is not revoked (--force)']


def test_what_no_header_can_carry_is_no_token(at: Workspace, server: ApiServer) -> None:
    make(at, server, verify=False)
    bad = {"token": "secret\nX: y", "expirationTimestamp": "2030-01-01T00:00:00Z"}
    server.answer = json_answer({"status": bad, "spec": {"expirationSeconds": 3600}}, 201)
    with pytest.raises(ClusterError) as caught:
        token(at)
    assert "secret" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


@pytest.mark.parametrize("apart", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_token_lives_by_our_clock(
    at: Workspace, server: ApiServer, clock: Clock, apart: timedelta
) -> None:
    """A server whose clock is another gives a token of an hour all the same."""
    server.rules.now = lambda: clock.time + apart
    make(at, server, duration="1h")
    connector = at.catalog.get("prod")
    assert issue(at, *at.read(connector)).expires_at == NOW + timedelta(minutes=59)
    assert len(minted(server)) == 1


def test_nothing_rests_on_what_ends_by_itself(at: Workspace, server: ApiServer) -> None:
    with pytest.raises(UsageError, match="hands out short-lived credentials itself"):
        plan_register(
            "prod",
            "keyring",
            changes=said(
                {"service_account": "shop/reader", "vault_role": "x", "vault_address": "https://v"},
                server=server.url,
            ),
        )


def test_what_can_not_be_revoked_says_so(at: Workspace, server: ApiServer) -> None:
    make(at, server)
    with pytest.raises(UsageError, match="can't be revoked"):
        revoke(at, at.catalog.get("prod"))


def _ask(at: Workspace, server: ApiServer, token: str) -> None:
    """Use a token that was handed out earlier."""
    connector, item = at.read(at.catalog.get("prod"))
    plain = replace(connector, auth_method="token", configuration={}, issued_ref=None)
    check(at, plain, replace(item, ready=Credential(token=token)))


@pytest.mark.parametrize(
    ("credential", "message"),
    [
        ({"token": "t", "role": "view"}, "--role goes with --service-account"),
        ({"token": "t", "no_wait": "yes"}, "--no-wait goes with --request-certificate"),
        (
            {"token": "t", "service_account": "a/b", "request_certificate": "yes"},
            "does not go with authentication method",
        ),
    ],
)
def test_options_that_do_not_go_together_are_named(
    server: ApiServer, credential: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        plan_register("prod", "keyring", changes=said(credential, server=server.url))


def test_a_deleted_connector_leaves_no_lock(at: Workspace, server: ApiServer, home: Home) -> None:
    make(at, server)
    assert list(home.connector_home.glob("issue-*"))
    list(delete(at, ["prod"]))
    assert not list(home.connector_home.glob("issue-*"))
