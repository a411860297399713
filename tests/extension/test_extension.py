"""New methods and a new store are new files only: everything works with them, and they are right.

The methods go wrong where somebody takes a secret for the credential itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.auth.interface import AuthMethod, IssueRequest
from kubectl_connector.completion.complete import complete
from kubectl_connector.model.kubeconfig import Cluster
from tests.apiserver import ApiServer, User
from tests.conftest import JANE, ROOT, Home
from tests.e2e.terminal import Terminal
from tests.extension.auth._minting import mint
from tests.secret_service import require_secret_service, secret_service

pytestmark = pytest.mark.skipif(
    "E2E_PLUGIN" in os.environ, reason="an archive takes nothing from PYTHONPATH"
)

HERE = Path(__file__).resolve().parent
KEY = "the-key-that-mints-4f9a"
PURPOSE = "the-lab"
MINTED = mint(KEY, PURPOSE)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "minted"
    path.touch()
    return path


@pytest.fixture(params=["shelf", "keyring"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def terminal(kubectl: Path, home: Home, log: Path, store: str) -> Iterator[Terminal]:
    environment = {"PYTHONPATH": str(HERE / "site"), "MINTED_LOG": str(log)}
    if store != "keyring":
        yield Terminal(kubectl, home, environment)
        return
    require_secret_service()
    with secret_service() as service:
        address = "DBUS_SESSION_BUS_ADDRESS"
        yield Terminal(kubectl, home, {**environment, address: service[address]})


@pytest.fixture
def registered(terminal: Terminal, server: ApiServer, store: str, tmp_path: Path) -> Terminal:
    """A terminal with a connector of the new method, ``lab``; its key is no token of anybody's."""
    server.rules.tokens[MINTED] = JANE
    (tmp_path / "ca.crt").write_text(server.ca_pem)
    reach = ("--server", server.url, "--certificate-authority", str(tmp_path / "ca.crt"))
    own = ("--purpose", PURPOSE, "--token-stdin", "--store", store)
    terminal.connector("register", "lab", *reach, *own, stdin=KEY)
    return terminal


def status(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed)["status"]
    return found


def test_it_is_described(registered: Terminal, store: str) -> None:
    kept = registered.kept()["lab"]
    assert (kept["authMethod"], kept["secretStore"]) == ("minted", store)
    assert kept["configuration"] == {"purpose": PURPOSE}
    described = registered.connector("describe", "lab")
    assert PURPOSE in described
    assert KEY not in described + registered.connector("list", "-o", "yaml")
    assert KEY in registered.connector("describe", "lab", "--show-secrets")
    types = registered.connector("describe-type", "kubernetes")
    assert "minted: A token for an hour" in types
    assert "--purpose VALUE" in types
    registered.connector("verify", "lab")


def test_the_credential_is_what_the_method_issues(registered: Terminal, log: Path) -> None:
    """It is not the key; its end is its own, and it is handed out until then."""
    exec_arguments = ("credential", "lab", "--id", registered.kept()["lab"]["id"])
    printed = [
        registered.connector("credential", "lab"),
        registered.connector(*exec_arguments),
        registered.connector(*exec_arguments),
    ]
    assert KEY not in "".join(printed)
    assert {status(each)["token"] for each in printed} == {MINTED}
    ends = {status(each)["expirationTimestamp"] for each in printed}
    assert len(ends) == 1
    left = datetime.fromisoformat(ends.pop().replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert timedelta(minutes=55) < left <= timedelta(hours=1)
    assert len(log.read_text().splitlines()) <= 2  # once to verify, once to keep


_CONNECT = """\
from kubectl_connector import connect
with connect("lab") as client:
    print(client.configuration.host)
"""


@pytest.mark.parametrize("store", ["shelf"], indirect=True)
def test_the_store_is_configured(terminal: Terminal, store: str, tmp_path: Path) -> None:
    assert terminal.connector("config", "get", "shelf.folder") == "shelf\n"
    assert "shelf.folder=shelf  (default)" in terminal.connector("config", "view")
    terminal.connector("config", "set", "shelf.folder", str(tmp_path / "a shelf"))
    terminal.connector("config", "set", "store", store)
    reach = ("--server", "https://lab.example", "--no-verify")
    terminal.connector("register", "lab", *reach, "--token-stdin", stdin="a-token")
    ref = terminal.kept()["lab"]["secretRef"]
    assert "a-token" in (tmp_path / "a shelf" / ref).read_text()
    assert status(terminal.connector("credential", "lab"))["token"] == "a-token"
    subprocess.run([sys.executable, "-c", _CONNECT], env=terminal.environ(), check=True)
    terminal.connector("config", "unset", "shelf.folder")
    assert terminal.refused("credential", "lab").error == 'the shelf store has no secret for "lab"'
    refusal = terminal.refused("config", "set", "shelf.foldr", "x")
    assert refusal.error == 'no setting "shelf.foldr"'


@pytest.mark.parametrize("mode", ["--exec", "--embed"])
def test_kubectl_gets_what_the_method_issues(registered: Terminal, mode: str) -> None:
    registered.connector("login", "lab", mode)
    kubeconfig = registered.home.kubeconfig.read_text()
    assert KEY not in kubeconfig
    assert (MINTED in kubeconfig) == (mode == "--embed")
    assert registered.who_am_i() == JANE.name
    registered.connector("logout", "lab")


def test_the_hint_says_how_this_method_is_renewed(registered: Terminal, server: ApiServer) -> None:
    del server.rules.tokens[MINTED]
    refusal = registered.refused("verify", "lab")
    assert 'refused the minted token of "lab"' in refusal.error
    assert refusal.hint == "kubectl connector renew lab"


def test_what_no_kubeconfig_may_hold_goes_by_exec(registered: Terminal) -> None:
    registered.connector(
        *("update", "lab", "--auth-method", "sealed", "--purpose", PURPOSE, "--token-stdin"),
        stdin=KEY,
    )
    refusal = registered.refused("login", "lab", "--embed")
    assert refusal.error == '"lab" has a sealed token, which no kubeconfig may hold'
    assert refusal.hint == "kubectl connector login lab --exec"
    registered.connector("login", "lab")  # by default a credential is embedded
    assert MINTED not in registered.home.kubeconfig.read_text()
    assert registered.who_am_i() == JANE.name


def test_a_value_that_is_none_of_the_choices_is_refused(registered: Terminal) -> None:
    words = ("update", "lab", "--purpose", "nobody", "--token-stdin")
    refusal = registered.refused(*words, stdin=KEY)
    assert (refusal.error, refusal.hint) == (
        'no purpose "nobody"',
        "choose one of: the-lab, the-shop",
    )


@pytest.fixture
def generated() -> tuple[Any, str]:
    """Completion's tree and the reference, as they are made with the new files there."""
    program = "import reference as r; print(r.tree()); print('-' * 9); print(r.reference())"
    path = os.pathsep.join([str(HERE / "site"), str(ROOT / "packaging")])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    source, _, reference = done.stdout.partition("-" * 9 + "\n")
    module: dict[str, Any] = {}
    exec(source, module)  # noqa: S102 (our own, just made)
    return module["TREE"], reference


def test_completion_and_the_reference_know_both(generated: tuple[Any, str]) -> None:
    tree, reference = generated

    def offered(*words: str) -> list[str]:
        return [name for name, _ in complete(words, tree, lambda *_: ())[0]]

    assert "shelf" in offered("register", "x", "--store", "")
    assert "shelf.folder" in offered("config", "set", "")
    assert "minted" in offered("update", "x", "--auth-method", "")
    assert "--purpose" in offered("register", "x", "--purp")
    assert offered("register", "x", "--purpose", "") == ["the-lab", "the-shop"]
    assert "`--purpose VALUE` | Purpose of the tokens." in reference
    assert "keyring or file or shelf" in reference


def test_the_example_in_the_architecture_is_a_method(server: ApiServer) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    example = page.partition("```python\n")[2].partition("```")[0]
    module: dict[str, Any] = {}
    exec(compile(example, "architecture.md", "exec"), module)  # noqa: S102 (our own page)
    method: AuthMethod = module["METHOD"]
    material = method.build({"token_id": "07401b", "token_secret": "f395accd246ae52d"})
    assert "f395accd246ae52d" not in str(material.configuration)
    token = "07401b.f395accd246ae52d"
    server.rules.tokens[token] = User("system:bootstrap:07401b")
    request = IssueRequest(Cluster(server.url, certificate_authority_data=server.ca_pem))
    assert method.issue(material.configuration, material.secret, request).token == token


def test_a_new_secret_alone_makes_no_other_kind_of_connector(
    registered: Terminal, server: ApiServer
) -> None:
    """What the hint says can be typed, and does what it says."""
    server.rules.tokens[mint("another-key", PURPOSE)] = JANE
    registered.connector("credential", "lab")
    registered.connector("update", "lab", "--token-stdin", stdin="another-key")
    assert registered.kept()["lab"]["authMethod"] == "minted"
    issued = status(registered.connector("credential", "lab"))
    assert issued["token"] == mint("another-key", PURPOSE)
