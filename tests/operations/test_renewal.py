"""When a credential ends, and what a person is told to do then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kubectl_connector.errors import ConnectorError, RefusedError
from kubectl_connector.model.connector import Connector, Origin
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import Credential, Item, Secret
from kubectl_connector.operations.issue import issue, issue_to_kubectl
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import register
from kubectl_connector.operations.renewal import noun, renewal
from kubectl_connector.operations.workspace import Workspace
from tests.conftest import JANE_TOKEN
from tests.kubeconfigs import exec_user
from tests.operations.conftest import NOW, MakePlan, altered, exec_plan

SOON, LATE = NOW + timedelta(hours=1), NOW + timedelta(days=36_500)


def keep(workspace: Workspace, plan: Plan) -> Connector:
    return register(workspace, plan, verify=False).connector


def at(workspace: Workspace, moment: datetime) -> Workspace:
    return replace(workspace, now=lambda: moment)


def of_method(connector: Connector, method: str) -> Connector:
    return replace(connector, auth_method=method)


def test_what_a_program_says_of_its_end_counts_where_the_user_said_a_later_one(
    workspace: Workspace, token_plan: MakePlan, tmp_path: Path
) -> None:
    """Otherwise kubectl would go on using a token that has ended."""
    stanza = ExecConfig.from_entry(
        exec_user(tmp_path / "plugin", token=JANE_TOKEN, expires_at=SOON)["exec"]
    )
    keep(workspace, exec_plan(token_plan(), stanza, expires_at=LATE))
    assert issue_to_kubectl(workspace, "prod", None).expires_at == SOON


@pytest.mark.parametrize(
    ("known", "told", "end"),
    [
        (None, None, None),
        (SOON, None, SOON),
        (None, SOON, SOON),
        (LATE, SOON, SOON),
        (SOON, LATE, SOON),
    ],
)
def test_the_earliest_end_that_anybody_knows_counts(
    workspace: Workspace,
    token_plan: MakePlan,
    known: datetime | None,
    told: datetime | None,
    end: datetime | None,
) -> None:
    connector = replace(keep(workspace, token_plan()), expires_at=known)
    item = Item(ready=Credential(token=JANE_TOKEN, expires_at=told))
    assert issue(workspace, connector, item).expires_at == end
    if end:
        with pytest.raises(RefusedError, match='the token of "prod" expired'):
            issue(at(workspace, end), connector, item)


@pytest.mark.parametrize(
    ("method", "called", "typed"),
    [
        ("token", "token", "kubectl connector renew prod"),
        ("password", "password", "kubectl connector renew prod"),
        ("client-certificate", "client certificate", "kubectl connector renew prod"),
        ("exec", "credential", "sign in again with the program that gives its credentials"),
    ],
)
def test_each_method_says_how_it_is_renewed(
    workspace: Workspace,
    token_plan: MakePlan,
    method: str,
    called: str,
    typed: str,
) -> None:
    connector = of_method(keep(workspace, token_plan()), method)
    assert (noun(connector), renewal(connector)) == (called, typed)


def test_one_from_a_context_names_that_context(workspace: Workspace, token_plan: MakePlan) -> None:
    connector = keep(workspace, token_plan())
    origin = Origin("/home/jane/.kube/config", "lab")
    assert renewal(replace(connector, origin=origin)) == (
        "kubectl connector renew prod;"
        ' if context "lab" of /home/jane/.kube/config has ended too, sign in to it first'
    )


def test_a_password_is_not_read_where_no_plugin_could_hand_it_on(
    workspace: Workspace, token_plan: MakePlan
) -> None:
    spec = {"auth_method": "password", "configuration": {"username": "admin"}}
    keep(workspace, altered(token_plan(), Secret({"password": "p"}), **spec))
    with pytest.raises(ConnectorError, match='"prod" has a password') as caught:
        issue_to_kubectl(workspace, "prod", None)
    assert caught.value.hint == "kubectl connector login prod --embed"
