"""What registering and updating are going to do is known before anything is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kubectl_connector.errors import StoreError, UsageError
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.model.connector import Origin
from kubectl_connector.model.field import UNSET
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import plan_register, register
from kubectl_connector.operations.source import FromContext, again
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.update import plan_update, update
from kubectl_connector.operations.workspace import Workspace
from tests.apiserver import ApiServer
from tests.auth.test_methods import jwt_until
from tests.conftest import BOB_TOKEN, JANE_TOKEN
from tests.kubeconfigs import exec_runs, exec_user, token_user, write_kubeconfig
from tests.operations.conftest import (
    NOW,
    MakePlan,
    MemoryStore,
    altered,
    exec_plan,
    make_update,
    said,
)

SOON, LATE = NOW + timedelta(hours=1), NOW + timedelta(days=30)
PROXY = "http://jane:hunter2@proxy.example:3128"


def names(plan: Plan) -> list[str]:
    return [field.name for field in plan.asks]


def test_a_plan_says_what_is_to_be_asked(workspace: Workspace, server: ApiServer) -> None:
    reach = said(server=server.url, certificate_authority=server.ca_pem)
    plan = plan_register("prod", "keyring", None, reach)
    assert names(plan) == ["token"]
    with pytest.raises(UsageError, match="method token needs a bearer token") as caught:
        register(workspace, plan)
    assert caught.value.hint == "give it with --token-stdin or --token-file FILE"
    assert not server.requests
    answered = plan.answered({"token": JANE_TOKEN})
    assert names(answered) == []
    assert register(workspace, answered).probe
    with_name = plan.with_changes(Changes(credential={"username": "admin"}))
    assert (with_name.draft.spec.auth_method, names(with_name)) == ("password", ["password"])


def test_what_nobody_is_asked_for_is_missed_at_once() -> None:
    changes = Changes({"server": "https://x", "auth_method": "password"}, {"password": "p"})
    with pytest.raises(UsageError, match="method password needs --username") as caught:
        plan_register("prod", "keyring", None, changes)
    assert caught.value.hint == "give --username VALUE"


def test_a_bad_address_is_told_before_anything_is_asked() -> None:
    with pytest.raises(UsageError, match="not an https"):
        plan_register("prod", "keyring", None, said(server="http://lab"))
    with pytest.raises(UsageError, match="which cluster"):
        plan_register("prod", "keyring")


def test_a_plan_says_which_program_runs_and_runs_none(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    plugin = tmp_path / "plugin"
    path = write_kubeconfig(tmp_path / "config", server, exec_user(plugin, token=JANE_TOKEN))
    source = FromContext(kubeconfig_files(str(path), {}))
    plan = plan_register("prod", "keyring", source, said(description="by a plugin"))
    assert isinstance(plan.runs, ExecConfig)
    assert plan.runs.command == str(plugin)
    assert exec_runs(plugin) == 0
    done = register(workspace, plan)
    assert exec_runs(plugin) == 1
    assert (done.connector.origin, done.connector.description) == (
        Origin(str(path), "lab"),
        "by a plugin",
    )


def test_a_context_and_a_server_exclude_each_other(server: ApiServer, tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", server, token_user(JANE_TOKEN))
    source = FromContext(kubeconfig_files(str(path), {}))
    for changes in (said(server="https://x"), said({"token": "t"}), said(auth_method="token")):
        with pytest.raises(UsageError, match="can't be given too"):
            plan_register("prod", "keyring", source, changes)


def test_an_update_takes_cluster_and_credential_from_where_they_came(
    workspace: Workspace, server: ApiServer, tmp_path: Path
) -> None:
    path = write_kubeconfig(tmp_path / "config", server, token_user(JANE_TOKEN))
    files = kubeconfig_files(str(path), {})
    labels = {"a": "1"}
    plan = plan_register("prod", "keyring", FromContext(files), said(labels=labels))
    connector = register(workspace, plan, verify=False).connector
    write_kubeconfig(path, server, token_user(BOB_TOKEN))
    source = again(connector, None, kubeconfig_files(None, {}))
    done = update(workspace, plan_update(workspace, "prod", source), verify=False)
    assert workspace.read(done.connector)[1].secret["token"] == BOB_TOKEN
    assert done.connector.labels == labels
    bare = replace(connector, origin=None)
    assert again(bare, "lab", files) == FromContext(files, "lab")
    with pytest.raises(UsageError, match="was not made from a kubeconfig"):
        again(bare, None, files)


def test_nothing_to_change_is_said_so(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="nothing to change"):
        plan_update(workspace, "prod")


@pytest.mark.parametrize(
    ("said_first", "said_then", "end"),
    [
        (LATE, None, SOON),  # the token says so itself, whatever the user says
        (None, LATE, SOON),
        (NOW, None, NOW),
        (NOW, LATE, SOON),  # what the user said can be put right
        (NOW, UNSET, SOON),
    ],
)
def test_the_end_is_the_earliest_of_what_the_token_and_the_user_say(
    workspace: Workspace,
    token_plan: MakePlan,
    said_first: datetime | None,
    said_then: object,
    end: datetime,
) -> None:
    first = {"expires_at": said_first} if said_first else {}
    plan = token_plan(token=jwt_until(SOON), **first)
    connector = register(workspace, plan, verify=False).connector
    if said_then:
        connector = make_update(workspace, verify=False, expires_at=said_then).connector
    assert connector.expires_at == end
    ready = workspace.read(connector)[1].ready
    assert ready
    assert ready.expires_at == end


def test_a_new_token_does_not_inherit_the_old_ones_end(
    workspace: Workspace, token_plan: MakePlan
) -> None:
    register(workspace, token_plan(expires_at=NOW), verify=False)
    assert make_update(workspace, "prod", {"token": BOB_TOKEN}).connector.expires_at is None


def test_a_proxys_password_that_is_out_of_reach_is_not_left_out(
    workspace: Workspace, store: MemoryStore, token_plan: MakePlan
) -> None:
    plan = exec_plan(token_plan(), ExecConfig("get-token"))
    cluster = replace(plan.draft.spec.cluster, proxy_url=PROXY)
    old = register(workspace, altered(plan, cluster=cluster), verify=False).connector
    store.broken = {"get"}
    with pytest.raises(StoreError):
        make_update(workspace, verify=False, tls_server_name="lab")
    with pytest.raises(StoreError):
        make_update(workspace, "prod", {"token": BOB_TOKEN}, verify=False)
    assert workspace.catalog.load() == (old,)
    done = make_update(
        workspace, "prod", {"token": BOB_TOKEN}, verify=False, proxy_url="http://proxy.example"
    )
    assert not done.connector.proxy_has_password
