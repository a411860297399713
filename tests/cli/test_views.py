"""What is shown of a connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kubectl_connector.auth.interface import AuthMethod, IssueRequest, Material
from kubectl_connector.cli import views
from kubectl_connector.cli.views import configuration
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import Cluster, Impersonation
from kubectl_connector.model.secret import Credential, Item, Secret
from kubectl_connector.operations.overview import Listed
from kubectl_connector.secret_looking import HIDDEN
from kubectl_connector.terminal_text import State, painted


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
    assert rows[:2] == [("server", "https://lab.example"), ("insecure", "yes")]
    assert rows[-3:] == [("insecure", "False"), ("origin", "nowhere"), ("server", "its own")]
    assert configuration(connector, None)[-1] == ("server", HIDDEN)


START = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def connector(life: timedelta | None, **more: Any) -> Connector:
    values: dict[str, Any] = {
        "cluster": Cluster("https://lab.example"),
        "auth_method": "token",
        "configuration": {"subject": "jane@example.com"},
        "expires_at": START + life if life else None,
    }
    return Connector(
        id="1",
        name="lab",
        owner="jane",
        created_at=START,
        updated_at=START,
        cluster_name="lab",
        store="file",
        **values | more,
    )


@pytest.mark.parametrize(
    ("life", "after", "state", "in_list", "in_describe"),
    [
        (12 * HOUR, 0 * HOUR, State.FINE, "in 12 h", "fine, expires in 12 h (2026-01-01T12"),
        (12 * HOUR, 11 * HOUR, State.SOON, "soon, in 60 min", "expires soon, in 60 min (2026"),
        (365 * DAY, 300 * DAY, State.FINE, "in 65 d", "fine, expires in 65 d (2027-01-01T00"),
        (365 * DAY, 359 * DAY, State.SOON, "soon, in 6 d", "expires soon, in 6 d (2027-01-01T00"),
        (HOUR / 45, 0 * HOUR, State.SOON, "soon, in 80 s", "expires soon, in 80 s (2026"),
        (HOUR, HOUR * 0.9, State.FINE, "in 6 min", "fine, expires in 6 min (2026"),
        (HOUR, 3 * HOUR, State.ENDED, "2 h ago", "expired 2 h ago (2026-01-01T01:00:00Z)"),
        (None, HOUR, None, "", "no known end"),
    ],
)
def test_a_state_has_a_word_and_a_colour(
    life: timedelta | None, after: timedelta, state: State | None, in_list: str, in_describe: str
) -> None:
    one, now = connector(life), START + after
    assert views.end_state(one, now) is state
    assert views.expires(one, now) == in_list
    assert views.state(one, now).startswith(in_describe)
    if state:
        assert painted(views.expires(one, now)) == f"\x1b[{state.colour}m{in_list}\x1b[0m"
        assert painted(views.state(one, now)).startswith(f"\x1b[{state.colour}m")


def test_an_insecure_server_and_the_current_context_are_states() -> None:
    one = connector(12 * HOUR, cluster=Cluster("https://lab", insecure_skip_tls_verify=True))
    assert painted(views.state(one, START)).endswith(", \x1b[35minsecure\x1b[0m")
    listed = Listed(one, ("lab", "shop"), (), "shop")
    assert painted(views.contexts(listed, "{} *")) == "lab, \x1b[36mshop *\x1b[0m"
    assert ("CONTEXTS", "lab, shop (current)") in views.properties(listed, START, wide=False)


@pytest.mark.parametrize(
    ("method", "configuration", "who"),
    [
        ("token", {"subject": "jane@example.com"}, "jane@example.com"),
        ("token", {}, ""),
        ("token", {"subject": "jane", "client_certificate": {"subject": "O=dev,CN=cert"}}, "cert"),
        ("client-certificate", {"client_certificate": {"subject": r"CN=a\,b,O=dev"}}, "a,b"),
        ("client-certificate", {"client_certificate": {"subject": "O=dev"}}, ""),
        ("password", {"username": "admin"}, "admin"),
        ("exec", {"exec": {"command": "/opt/kubelogin"}}, "whoever kubelogin signs in"),
    ],
)
def test_who_one_is_as_far_as_the_catalog_knows(
    method: str, configuration: dict[str, Any], who: str
) -> None:
    one = connector(None, auth_method=method, configuration=configuration)
    assert views.identity(one) == who
    both = replace(one, impersonation=Impersonation(user="root"))
    assert views.identity(both) == f"{who or 'whoever signs in'}, acting as root"


def test_the_rows_of_the_seed_are_wide_and_empty_ones_too() -> None:
    listed = Listed(connector(12 * HOUR, secret_names=("token",), secret_ref="7"), (), (), None)
    narrow = dict(views.properties(listed, START, wide=False))
    wide = dict(views.properties(listed, START, wide=True))
    assert list(narrow)[:3] == ["NAME", "YOU ARE", "STATE"]
    assert all(narrow.values())
    only_wide = {"ID", "TYPE", "RESOURCE TYPES", "SECRET ID", "SESSION DURATION", "EXPIRES IN"}
    only_wide |= {"OWNER", "SHARED", "LABELS", "DESCRIPTION", "LOGIN MODE", "CONTEXTS"}
    assert set(wide) - set(narrow) == only_wide
    assert (wide["EXPIRES IN"], wide["SECRET ID"], wide["OWNER"]) == ("12 h", "7", "jane")
