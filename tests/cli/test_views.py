"""What is shown of a connector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from kubectl_connector.auth.interface import AuthMethod, IssueRequest, Material
from kubectl_connector.cli.views import configuration
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential, Item, Secret
from kubectl_connector.secret_looking import HIDDEN


class _Careless(AuthMethod):
    """A method whose fields have the names of rows of ours."""

    name = "careless"
    title = "Careless"

    def build(self, values: Mapping[str, str]) -> Material:
        raise NotImplementedError

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        raise NotImplementedError


def test_a_methods_rows_do_not_replace_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_connector.cli.views.auth_method", lambda _: _Careless())
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    connector = Connector(
        id="1",
        name="lab",
        owner="jane",
        created_at=now,
        updated_at=now,
        cluster=Cluster("https://lab.example", insecure_skip_tls_verify=True),
        cluster_name="lab",
        store="file",
        auth_method="careless",
        configuration={"insecure": "False", "origin": "nowhere"},
        secret_names=("server",),
        secret_ref="1",
    )
    rows = configuration(connector, Item(Secret({"server": "its own"})))
    assert rows[:2] == [("server", "https://lab.example"), ("insecure", "True")]
    assert rows[-3:] == [("insecure", "False"), ("origin", "nowhere"), ("server", "its own")]
    assert configuration(connector, None)[-1] == ("server", HIDDEN)
