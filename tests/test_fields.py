"""A field is one declaration: a copy of the package that has one more does everything with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_connector.auth import auth_methods
from kubectl_connector.cli.options import method_fields
from kubectl_connector.errors import UsageError
from kubectl_connector.model.connector import Connector, Origin, spec_fields
from kubectl_connector.model.field import Reach
from kubectl_connector.model.kubeconfig import Cluster, Impersonation
from kubectl_connector.operations.spec import Changes
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home

ROOT = Path(__file__).resolve().parent.parent

DECLARATION = """\
    tier: str | None = field(
        default=None,
        metadata=kept(
            "tier",
            option=Field(
                "tier",
                "How much it matters.",
                group=CONNECTOR,
                metavar="NAME",
                choices=("gold", "lead"),
                row="TIER",
                reach=Reach.CATALOG,
            ),
        ),
    )
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the package, and the script that writes the reference, with one more field."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "kubectl_connector", tmp_path / "kubectl_connector", ignore=ignore)
    shutil.copytree(ROOT / "packaging", tmp_path / "packaging", ignore=ignore)
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=ignore)
    module = tmp_path / "kubectl_connector" / "model" / "connector.py"
    before, place, after = module.read_text().partition("    auth_method: str = field(\n")
    assert place
    module.write_text(before + DECLARATION + place + after)
    return tmp_path


def run(copy: Path, *words: str, stdin: str = "") -> str:
    """What Python prints when it runs these words with the copy in front of the package."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "KUBECTL_CONNECTOR_PASSPHRASE": "correct horse",
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [sys.executable, *words],
        input=stdin,
        env=environment,
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_more_field_is_one_declaration(copy: Path, server: ApiServer, home: Home) -> None:
    (copy / "ca.crt").write_text(server.ca_pem)
    reach = ("--server", server.url, "--certificate-authority", "ca.crt", "--store", "file")

    def connector(*words: str, stdin: str = "") -> str:
        return run(copy, "-m", "kubectl_connector", *words, stdin=stdin)

    assert "--tier NAME" in connector("register", "--help")
    connector("register", "lab", *reach, "--token-stdin", "--tier", "gold", stdin=JANE_TOKEN)
    assert json.loads(connector("describe", "lab", "-o", "json"))["tier"] == "gold"
    assert re.search("^TIER +gold$", connector("describe", "lab"), re.MULTILINE)

    server.requests.clear()
    connector("update", "lab", "--tier", "lead")
    assert not server.requests  # the declaration says that only the catalog knows of it
    assert json.loads(connector("describe", "lab", "-o", "json"))["tier"] == "lead"
    with pytest.raises(AssertionError, match='no tier "tin"'):
        connector("update", "lab", "--tier", "tin")
    connector("update", "lab", "--tier", "")
    assert "tier" not in json.loads(connector("describe", "lab", "-o", "json"))

    run(copy, "packaging/reference.py")
    assert "`--tier NAME` | How much it matters." in (copy / "docs" / "reference.md").read_text()
    offered = connector("__complete", "register", "--tier", "")
    assert offered.splitlines()[:2] == ["gold", "lead"]


def test_every_field_says_what_it_is() -> None:
    for name, one in spec_fields().items():
        assert one.field.name == name
        assert one.field.help.endswith(".")
        assert one.field.group


def test_a_name_means_one_thing() -> None:
    """It is an option, and a program's keyword. Methods that share one say the same of it."""
    options = method_fields()
    for method in auth_methods():
        for field in method.option_fields:
            assert field.name not in spec_fields()
            same = replace(options[field.name], required=field.required, secret=field.secret)
            assert field == same


def test_documents_have_their_keys_in_the_order_of_release_0_1() -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    connector = Connector(
        id="1",
        name="lab",
        owner="jane",
        created_at=now,
        updated_at=now,
        cluster=Cluster("https://lab.example"),
        cluster_name="lab",
        namespace="shop",
        description="the lab",
        labels={"team": "shop"},
        expires_at=now,
        store="file",
        login_mode="exec",
        auth_method="token",
        configuration={"token_source": "/run/token"},
        impersonation=Impersonation("jane"),
        origin=Origin("/config", "lab"),
        secret_names=("token",),
        secret_ref="1",
        issued_ref="2",
        proxy_has_password=True,
    )
    assert list(connector.to_document()) == [
        *("id", "name", "type", "authMethod", "description", "labels", "owner", "clusterName"),
        *("cluster", "namespace", "impersonation", "configuration", "secretStore", "secretNames"),
        *("secretRef", "issuedRef", "proxyHasPassword"),
        *("loginMode", "expiresAt", "warnFrom", "createdAt", "updatedAt", "origin"),
    ]


def test_how_far_changes_reach_is_the_farthest_of_their_fields() -> None:
    assert Changes({"description": "x", "login_mode": "exec"}).reach is Reach.CATALOG
    assert Changes({"description": "x", "namespace": "n"}).reach is Reach.CONTEXTS
    assert Changes({"description": "x", "expires_at": None}).reach is Reach.CLUSTER
    assert Changes({"description": "x"}, {"token": "t"}).reach is Reach.CLUSTER


def test_an_unknown_field_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match='no field "namespac"') as caught:
        Changes({"namespac": "x"})
    assert "namespace" in caught.value.hint
