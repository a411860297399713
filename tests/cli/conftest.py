"""A crowd of connectors to choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_connector.cli.main import run
from kubectl_connector.model.secret import Item, Secret
from kubectl_connector.stores import StoreOptions
from kubectl_connector.stores.file import FileStore
from kubectl_connector.stores.support.sealing import ScryptCost
from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, Home
from tests.kubeconfigs import token_user, write_kubeconfig

Capture = pytest.CaptureFixture[str]
PASSPHRASE = "correct horse"

CROWD = {
    "dev": "team=shop,env=dev",
    "old-1": "team=shop",
    "old-2": "",
    "prod-eu": "team=payments,env=prod,tier=1",
    "prod-us": "team=payments,env=prod,tier=2",
}


@pytest.fixture(scope="module")
def shelf() -> dict[Path, bytes]:
    """The files of the module's first crowd, for the next ones."""
    return {}


@pytest.fixture
def crowd(
    server: ApiServer,
    home: Home,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    shelf: dict[Path, bytes],
) -> Home:
    """Five connectors with labels, and a context of the user's own that is current."""
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", PASSPHRASE)
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    if not shelf:
        _register(server, home, tmp_path, capsys)
        for path in filter(Path.is_file, home.connector_home.rglob("*")):
            shelf[path.relative_to(home.connector_home)] = path.read_bytes()
    for name, data in shelf.items():
        path = home.connector_home / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    return home


def _register(server: ApiServer, home: Home, folder: Path, capsys: Capture) -> None:
    def passphrase(confirm: bool) -> str:
        return PASSPHRASE

    # A store whose passphrase is cheap to check; with a new one each guess costs half a second.
    options = StoreOptions(str(home.connector_home), passphrase)
    FileStore(options, ScryptCost(n=2**14)).put("another", Item(Secret({"token": "another"})))
    token, authority = folder / "token", folder / "ca.crt"
    token.write_text(JANE_TOKEN)
    authority.write_text(server.ca_pem)
    for name, labels in CROWD.items():
        words = ["--server", server.url, "--certificate-authority", str(authority), "--no-verify"]
        words += [word for label in labels.split(",") if label for word in ("--label", label)]
        code = run(["register", name, "--store", "file", "--token-file", str(token), *words])
        assert code == 0, capsys.readouterr().err
    capsys.readouterr()
