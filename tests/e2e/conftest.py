"""Where the end-to-end tests run: on the loopback API server, or on the cluster of E2E_KUBECONFIG.

On the cluster of E2E_KUBECONFIG only the tests marked ``anywhere`` run. They leave nothing
behind there, work on a copy of the file, and keep the credential encrypted in a temporary home.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.settings import Settings
from kubectl_connector.stores import StoreOptions, store_settings
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.support.sealing import ScryptCost
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home
from tests.e2e.terminal import Terminal
from tests.kubeconfigs import token_user, write_kubeconfig

REAL_CLUSTER = (
    os.path.abspath(os.environ["E2E_KUBECONFIG"]) if "E2E_KUBECONFIG" in os.environ else ""
)
VARIABLE = "KUBECTL_CONNECTOR_PASSPHRASE"
PASSPHRASE = "correct horse battery staple"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "anywhere: runs on any cluster, leaving nothing behind in it"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On the cluster of E2E_KUBECONFIG, leave out the tests that need the loopback server."""
    skip = pytest.mark.skip(reason="needs the loopback API server")
    for item in items:
        if REAL_CLUSTER and "e2e" in item.path.parts and not item.get_closest_marker("anywhere"):
            item.add_marker(skip)


@pytest.fixture
def terminal(kubectl: Path, home: Home) -> Terminal:
    """A terminal with the newest kubectl, keeping secrets in the encrypted file."""
    return Terminal(kubectl, home, {VARIABLE: PASSPHRASE})


@pytest.fixture
def each_terminal(each_kubectl: Path, home: Home) -> Terminal:
    """A terminal for every version of kubectl."""
    return Terminal(each_kubectl, home, {VARIABLE: PASSPHRASE})


@pytest.fixture
def cheap_file_store(home: Home) -> None:
    """An existing file store whose passphrase is cheap to check, and asked for every time.

    With a new one each guess costs half a second, and so does each test.
    """

    def passphrase(confirm: bool) -> str:
        return PASSPHRASE

    options = StoreOptions(str(home.connector_home), passphrase)
    store = FileStore(options, ScryptCost(n=2**14))
    store.put("another-item", Item(Secret({"token": "another-token"})))
    Settings(str(home.connector_home), {}, store_settings).set("file.remember", "0")


@pytest.fixture(scope="module")
def shelf() -> dict[Path, bytes]:
    """The files of the module's first ``registered`` terminal, for the next ones."""
    return {}


@pytest.fixture
def registered(
    terminal: Terminal, server: ApiServer, cheap_file_store: None, shelf: dict[Path, bytes]
) -> Terminal:
    """A terminal with the context ``lab``, and the connector ``prod`` made from it."""
    home = terminal.home
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    if not shelf:
        terminal.connector("register", "prod", "--auto-configure", "--store", "file")
        for file in filter(Path.is_file, home.connector_home.rglob("*")):
            shelf[file.relative_to(home.path)] = file.read_bytes()
    for name, data in shelf.items():
        (home.path / name).parent.mkdir(mode=0o700, exist_ok=True)
        (home.path / name).touch(mode=0o600)
        (home.path / name).write_bytes(data)
    return terminal


@pytest.fixture
def admin(home: Home, request: pytest.FixtureRequest, kubectl: Path) -> Path:
    """The kubeconfig to test with: a copy of E2E_KUBECONFIG, or one for the loopback server."""
    if not REAL_CLUSTER:
        server: ApiServer = request.getfixturevalue("server")
        return write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    view = ("config", "view", "--raw", "--minify", "--flatten", f"--kubeconfig={REAL_CLUSTER}")
    flat = subprocess.run([kubectl, *view], capture_output=True, check=True).stdout
    home.kubeconfig.parent.mkdir(parents=True)
    home.kubeconfig.touch(mode=0o600)
    home.kubeconfig.write_bytes(flat)
    return home.kubeconfig
