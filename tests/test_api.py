"""``connect``, for Python programs, with the real client, server and file store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from kubernetes.client import ApiClient, CoreV1Api, VersionApi
from kubernetes.client.exceptions import ApiException
from kubernetes.watch import Watch

import kubectl_connector
from kubectl_connector import ConnectorError, connect
from kubectl_connector.catalog import Catalog
from kubectl_connector.errors import NotFoundError, RefusedError, StoreError
from kubectl_connector.kubeconfig.view import ResolvedContext
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster, Context, ExecConfig
from kubectl_connector.operations.issue import issue
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import plan_register, register
from kubectl_connector.operations.source import draft_from
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores import PassphraseStore, StoreOptions, open_store
from tests.apiserver import ApiServer
from tests.conftest import ADMIN_PASSWORD, BOB_TOKEN, JANE, JANE_TOKEN, Home
from tests.kubeconfigs import exec_runs, exec_user

PASSPHRASE = "correct horse"
HOUR = timedelta(hours=1)


@pytest.fixture
def workspace(home: Home, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", PASSPHRASE)
    folder = str(home.connector_home)
    options = StoreOptions(folder, lambda confirm: PASSPHRASE)  # noqa: ARG005
    return Workspace(Catalog(folder), lambda name: open_store(name, options), owner="jane")


def keep(workspace: Workspace, server: ApiServer, user: AuthInfo) -> None:
    cluster = Cluster(server.url, certificate_authority_data=server.ca_pem)
    context = ResolvedContext("lab", "/kubeconfig", Context("lab", "u"), cluster, user)
    draft = draft_from(context, "file")
    register(workspace, Plan("lab", draft, Changes(), draft), verify=False)


def namespaces(client: ApiClient) -> list[str]:
    items = CoreV1Api(client).list_namespace().items
    return [item.metadata.name for item in items if item.metadata and item.metadata.name]


@pytest.fixture(params=["token", "password", "client-certificate", "exec"])
def user(request: pytest.FixtureRequest, server: ApiServer, tmp_path: Path) -> AuthInfo:
    certificate, key = server.issue_client_certificate("kate", ("ops",))
    plugin = exec_user(tmp_path / "plugin", token=JANE_TOKEN)["exec"]
    return {
        "token": AuthInfo(token=JANE_TOKEN),
        "password": AuthInfo(username="admin", password=ADMIN_PASSWORD),
        "client-certificate": AuthInfo(client_certificate_data=certificate, client_key_data=key),
        "exec": AuthInfo(exec=ExecConfig.from_entry(plugin)),
    }[request.param]


def test_every_method_gives_an_authenticated_client(
    workspace: Workspace, server: ApiServer, user: AuthInfo
) -> None:
    keep(workspace, server, user)
    with connect("lab") as client:
        assert VersionApi(client).get_code().git_version.startswith("v1.")
        assert "default" in namespaces(client)
        shown = repr(vars(client.configuration))
    for secret in (user.token, user.password, user.client_key_data):
        assert secret is None or secret not in shown


def test_a_watch_streams_events(workspace: Workspace, server: ApiServer) -> None:
    keep(workspace, server, AuthInfo(token=JANE_TOKEN))
    with connect("lab") as client:
        events = Watch().stream(  # type: ignore[no-untyped-call]
            CoreV1Api(client).list_namespace, timeout_seconds=5
        )
        first = [next(events) for _ in range(2)]
    assert [(event["type"], event["object"].metadata.name) for event in first] == [
        ("ADDED", "default"),
        ("ADDED", "kube-public"),
    ]


def test_threads_that_need_a_new_token_at_once_ask_for_it_once(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    plugin = tmp_path / "plugin"
    end = datetime.now(timezone.utc) + timedelta(hours=1)
    stanza = exec_user(plugin, token=JANE_TOKEN, expires_at=end)["exec"]
    keep(workspace, server, AuthInfo(exec=ExecConfig.from_entry(stanza)))
    with connect("lab") as client, ThreadPoolExecutor(10) as pool:
        assert all(pool.map(lambda _: namespaces(client), range(10)))
    assert exec_runs(plugin) == 1


def test_a_programs_token_is_fetched_anew_when_it_ends(
    workspace: Workspace, server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    plugin = exec_user(tmp_path / "plugin", token=JANE_TOKEN, expires_at=later)["exec"]
    keep(workspace, server, AuthInfo(exec=ExecConfig.from_entry(plugin)))
    clock = [datetime.now(timezone.utc)]
    monkeypatch.setattr("kubectl_connector.api.utc_now", lambda: clock[0])
    with connect("lab") as client:
        namespaces(client)
        clock[0] = later
        exec_user(tmp_path / "plugin", token=JANE_TOKEN, expires_at=later + timedelta(hours=1))
        namespaces(client)
    assert exec_runs(tmp_path / "plugin") == 2


def test_a_programs_token_that_has_ended_is_not_sent(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    ended = datetime.now(timezone.utc) - timedelta(seconds=1)
    plugin = exec_user(tmp_path / "plugin", token=JANE_TOKEN, expires_at=ended)["exec"]
    keep(workspace, server, AuthInfo(exec=ExecConfig.from_entry(plugin)))
    server.requests.clear()
    with pytest.raises(RefusedError, match="expired"), connect("lab") as client:
        namespaces(client)
    assert not server.requests


def test_the_end_that_counts_is_the_earliest_that_anybody_knows(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    """An end that the user gave does not extend the end that the program gave (D5)."""
    soon = (datetime.now(timezone.utc) + timedelta(hours=1)).replace(microsecond=0)
    plugin = exec_user(tmp_path / "plugin", token=JANE_TOKEN, expires_at=soon)["exec"]
    keep(workspace, server, AuthInfo(exec=ExecConfig.from_entry(plugin)))
    for said, counts in (
        (datetime(2126, 1, 1, tzinfo=timezone.utc), soon),
        (soon - HOUR / 2, None),
    ):
        workspace.catalog.change(
            lambda all_, said=said: tuple(replace(c, expires_at=said) for c in all_)  # type: ignore[misc]
        )
        connector, item = workspace.read(workspace.catalog.get("lab"))
        assert issue(workspace, connector, item).expires_at == (counts or said)


def test_a_token_that_is_refused_is_asked_for_anew(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    """We don't repeat the request itself, and neither does kubectl (X11)."""
    plugin = tmp_path / "plugin"
    old = server.issue_token(JANE)
    keep(
        workspace,
        server,
        AuthInfo(exec=ExecConfig.from_entry(exec_user(plugin, token=old)["exec"])),
    )
    with connect("lab") as client:
        assert namespaces(client)
        del server.rules.tokens[old]
        exec_user(plugin, token=JANE_TOKEN)
        with pytest.raises(ApiException, match="401"):
            namespaces(client)
        assert namespaces(client)
    assert exec_runs(plugin) == 2


def test_a_token_file_is_read_again(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    path = tmp_path / "token"
    path.write_text(f"{JANE_TOKEN}\n")
    keep(workspace, server, AuthInfo(token_file=str(path)))
    with connect("lab") as client:
        assert namespaces(client)
    path.write_text("rotated-away")
    with connect("lab") as client, pytest.raises(ApiException) as caught:
        namespaces(client)
    assert caught.value.status == 401


def test_the_clusters_refusal_is_the_clients_own_error(
    workspace: Workspace, server: ApiServer
) -> None:
    keep(workspace, server, AuthInfo(token=BOB_TOKEN))
    with connect("lab") as client, pytest.raises(ApiException) as caught:
        namespaces(client)
    assert caught.value.status == 403


def test_an_expired_credential_is_refused_before_it_is_sent(
    workspace: Workspace, server: ApiServer
) -> None:
    keep(workspace, server, AuthInfo(token=JANE_TOKEN))
    ended = datetime.now(timezone.utc) - timedelta(hours=1)
    workspace.catalog.change(lambda all_: tuple(replace(c, expires_at=ended) for c in all_))
    server.requests.clear()
    with pytest.raises(RefusedError, match="expired"), connect("lab") as client:
        namespaces(client)
    assert not server.requests


def test_what_is_wrong_is_said_as_everywhere(
    workspace: Workspace, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFoundError), connect("nope"):
        pass
    keep(workspace, server, AuthInfo(token=JANE_TOKEN))
    file = workspace.open_store("file")
    assert isinstance(file, PassphraseStore)
    file.lock()  # else the kernel may remember its key
    monkeypatch.delenv("KUBECTL_CONNECTOR_PASSPHRASE")
    with pytest.raises(StoreError, match="passphrase"), connect("lab"):
        pass
    assert issubclass(StoreError, ConnectorError)


def test_the_public_names_are_what_they_say() -> None:
    for name in kubectl_connector.__all__:
        assert getattr(kubectl_connector, name)
    with pytest.raises(AttributeError):
        kubectl_connector.nothing  # noqa: B018


def test_a_program_gets_tokens_of_a_service_account(
    workspace: Workspace, server: ApiServer
) -> None:
    """The base makes them and is used for nothing else; one that is dead is replaced."""
    accounts = server.objects.list("serviceaccounts", "shop")
    if not any(account["metadata"]["name"] == "reader" for account in accounts):
        server.objects.create("serviceaccounts", "reader", "shop")
    fields = {"server": server.url, "certificate_authority": server.ca_pem}
    credential = {"token": JANE_TOKEN, "service_account": "shop/reader"}
    register(workspace, plan_register("lab", "file", None, Changes(fields, credential)))
    with connect("lab") as client:
        start = len(server.requests)
        assert "default" in namespaces(client)
        (first,) = {t for t, u in server.rules.tokens.items() if u.name.endswith("shop:reader")}
        del server.rules.tokens[first]
        with pytest.raises(ApiException):
            namespaces(client)
        assert "default" in namespaces(client)
        lists = [each for each in server.requests[start:] if each.path.endswith("/namespaces")]
        reader = "system:serviceaccount:shop:reader"
        assert [each.user for each in lists] == [reader, None, reader]
