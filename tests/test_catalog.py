"""The catalog: what it keeps, what it refuses, and the errors of a broken file."""

from __future__ import annotations

import multiprocessing
import os
import stat
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from kubectl_connector.catalog import Catalog, Connectors
from kubectl_connector.errors import CatalogError, NotFoundError
from kubectl_connector.model.connector import Connector, Origin
from kubectl_connector.model.kubeconfig import Cluster, Impersonation

NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

PLAIN = Connector(
    id="1-2-3",
    name="prod",
    auth_method="token",
    cluster_name="gke_prod",
    cluster=Cluster("https://prod.example"),
    store="keyring",
    owner="jane",
    created_at=NOW,
    updated_at=NOW,
)
FULL = replace(
    PLAIN,
    id="4",
    name="full",
    cluster=Cluster(
        "https://full.example:6443",
        certificate_authority_data=PEM,
        tls_server_name="kubernetes",
        proxy_url="socks5://p:1",
        disable_compression=True,
        exec_config={"audience": "x", "n": [1, None, True]},
    ),
    configuration={"exec": {"command": "x", "args": ["yes", "0o17", "1e3"]}},
    secret_names=("token",),
    secret_ref="r-1",
    issued_ref="r-2",
    proxy_has_password=True,
    namespace="on",
    description="two\nlines: é # not a comment",
    labels={"team": "payments", "tier": "1"},
    expires_at=NOW,
    impersonation=Impersonation("as", "7", ("g",), (("k", ("v", "w")),)),
    origin=Origin("/home/jane/.kube/config", "a:b/c"),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(str(tmp_path / "deep" / "home"))


def fill(catalog: Catalog, *connectors: Connector) -> None:
    catalog.change(lambda _: connectors)


def test_no_file_is_an_empty_catalog_and_reading_makes_none(catalog: Catalog) -> None:
    assert catalog.load() == ()
    assert not os.path.exists(os.path.dirname(catalog.path))


def test_everything_comes_back(catalog: Catalog) -> None:
    fill(catalog, PLAIN, FULL)
    assert catalog.load() == (FULL, PLAIN)
    assert catalog.get("prod") == PLAIN


def test_the_file_and_its_folder_are_private(catalog: Catalog) -> None:
    fill(catalog, PLAIN)
    assert stat.S_IMODE(os.stat(catalog.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(catalog.path)).st_mode) == 0o700


def test_every_line_begins_as_the_credential_path_expects_it(catalog: Catalog) -> None:
    hint = "Install it:\n\n- id: 1\n  secretRef: other\n"
    fill(catalog, PLAIN, replace(FULL, description=hint, configuration={"hint": hint}))
    _, _, body = Path(catalog.path).read_text().partition("connectors:\n")
    assert all(line.startswith(("- id: ", "  ")) for line in body.splitlines())
    assert catalog.get("full").description == hint


def test_a_time_of_any_year_comes_back(catalog: Catalog) -> None:
    ended = replace(PLAIN, expires_at=datetime(226, 1, 31, tzinfo=timezone.utc))
    fill(catalog, ended)
    assert catalog.load() == (ended,)


def test_an_unchanged_catalog_is_not_written(catalog: Catalog) -> None:
    fill(catalog, PLAIN)
    before = os.stat(catalog.path)
    catalog.change(lambda connectors: connectors)
    assert os.stat(catalog.path).st_ino == before.st_ino


def test_an_unknown_name_suggests_the_nearest(catalog: Catalog) -> None:
    fill(catalog, PLAIN)
    with pytest.raises(NotFoundError, match='no connector named "prdo"') as caught:
        catalog.get("prdo")
    assert caught.value.hint.startswith("did you mean prod?")


HEAD = "apiVersion: kubectl-connector/v2\nkind: ConnectorList\n"
GOOD = yaml.safe_dump([PLAIN.to_document()])
SHARED = yaml.safe_dump([replace(PLAIN, secret_ref="r-1").to_document()])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("apiVersion: kubectl-connector/v3\nkind: ConnectorList\n", "line 1: apiVersion .*v3"),
        ("kind: ConnectorList\n", "line 1: apiVersion"),
        (HEAD.replace("ConnectorList", "Settings"), "line 2: kind must be"),
        (HEAD + "connectors: 7\n", "line 3: expected a list"),
        (HEAD + "more: 7\n", "line 3: unknown field"),
        (HEAD + "connectors:\n- 7\n", "line 4: expected a connector"),
        (HEAD + "connectors:\n" + GOOD + GOOD, "line 1[0-9]: a second connector"),
        (HEAD + "connectors:\n" + GOOD.replace("owner", "0wner"), "line 4: owner is missing"),
        (HEAD + "connectors:\n" + GOOD + "  strange: 1\n", "line 4: unknown field .strange"),
        (HEAD + "connectors:\n" + GOOD.replace("Z'", "'"), "line 4: .* has no time zone"),
        (HEAD + "connectors:\n" + GOOD.replace("name: prod", "name: a b"), "line 4: .* can't be"),
        (HEAD + "connectors:\n" + GOOD + GOOD.replace("name: prod", "name: two"), "a second conn"),
        (HEAD + "connectors:\n" + GOOD + "  loginMode: exce\n", "line 4: no login mode"),
        (
            HEAD + "connectors:\n" + GOOD + "  secretNames: [token]\n",
            "line 4: secretRef is missing",
        ),
        (HEAD + "connectors:\n" + GOOD + "  labels: {a: 1}\n", "line 4: labels must be text"),
        ("apiVersion: [x]\n", "line 1: apiVersion must be kubectl-connector/v2"),
        (HEAD + "? [a]\n: 1\n", "line 3: expected a field's name"),
        ("- 1\n", "line 1: expected a mapping"),
        ("a: [1\n", "line 2"),
        ("a: \tb: c\n", "line 1"),
        ("a: \x00\n", "connectors.yaml"),
        ("a: &a [*a]\n", "connectors.yaml"),
    ],
)
def test_a_file_that_is_not_ours_to_understand_is_left_alone(
    catalog: Catalog, text: str, says: str
) -> None:
    os.makedirs(os.path.dirname(catalog.path))
    Path(catalog.path).write_text(text)
    with pytest.raises(CatalogError, match=says) as caught:
        catalog.change(lambda _: (PLAIN,))
    assert caught.value.hint
    assert Path(catalog.path).read_text() == text


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "5", "name": "twin", "issued_ref": None},  # the same secret
        {"id": "5", "secret_ref": "r-3", "issued_ref": None},  # the same name
        {"name": "twin", "secret_ref": "r-3", "issued_ref": None},  # the same id
        {"id": "5", "name": "a b", "secret_ref": "r-3", "issued_ref": None},
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    catalog: Catalog, changes: dict[str, str | None]
) -> None:
    fill(catalog, FULL)
    before = Path(catalog.path).read_bytes()
    with pytest.raises(CatalogError, match=r"would leave .* unreadable"):
        fill(catalog, FULL, replace(FULL, **changes))  # type: ignore[arg-type]
    assert Path(catalog.path).read_bytes() == before


def test_a_folder_in_its_place_and_bytes_that_are_no_text(catalog: Catalog) -> None:
    os.makedirs(catalog.path)
    with pytest.raises(CatalogError, match="can't be read"):
        catalog.load()
    os.rmdir(catalog.path)
    Path(catalog.path).write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(CatalogError):
        catalog.load()


def _add(folder: str, number: int) -> None:
    def one_more(connectors: Connectors) -> Connectors:
        return (*connectors, replace(PLAIN, id=str(number), name=f"c{number}"))

    Catalog(folder).change(one_more)


def test_nobody_loses_when_many_write_at_once(catalog: Catalog) -> None:
    context = multiprocessing.get_context("spawn")
    folder = os.path.dirname(catalog.path)
    workers = [context.Process(target=_add, args=(folder, i)) for i in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert len(catalog.load()) == 6
