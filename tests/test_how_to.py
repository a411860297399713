"""Run the how-tos as they stand: every block of shell must succeed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apiserver import ApiServer
from tests.conftest import JANE_TOKEN, KUBECTL, PLUGIN, ROOT, Home
from tests.kubeconfigs import token_user, write_kubeconfig
from tests.secret_service import require_secret_service, secret_service

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the page speaks to bash")

HOW_TO = ROOT / "docs" / "how-to.md"
LIMIT = 60.0


@pytest.fixture(scope="module")
def keyring() -> Iterator[str]:
    """The address of a bus that has a keyring."""
    require_secret_service()
    with secret_service() as environment:
        yield environment["DBUS_SESSION_BUS_ADDRESS"]


@pytest.mark.skipif(sys.platform != "linux", reason="a keyring of its own is had on Linux only")
def test_every_block_of_shell_succeeds(server: ApiServer, home: Home, keyring: str) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", HOW_TO.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    environment = _machine(server, home) | {"DBUS_SESSION_BUS_ADDRESS": keyring}
    for block in blocks:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            env=environment,
            cwd=home.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        assert JANE_TOKEN not in done.stdout + done.stderr


def test_the_python_works(server: ApiServer, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (program,) = re.findall(
        r"^```python\n(.*?)^```", HOW_TO.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    environment = _machine(server, home)
    monkeypatch.setenv("KUBECTL_CONNECTOR_PASSPHRASE", environment["KUBECTL_CONNECTOR_PASSPHRASE"])
    register = ["register", "prod", "--auto-configure", "--store", "file"]
    subprocess.run([PLUGIN, *register], env=environment, check=True, capture_output=True)
    found: dict[str, list[str]] = {}
    exec(program, found)  # noqa: S102 (it is our own page)
    assert "default" in found["names"]


def _machine(server: ApiServer, home: Home) -> dict[str, str]:
    """What the page assumes: two contexts in a kubeconfig, and a CI's secrets."""
    accounts = server.objects.list("serviceaccounts", "shop")
    if not any(one["metadata"]["name"] == "reader" for one in accounts):
        server.objects.create("serviceaccounts", "reader", "shop")
    write_kubeconfig(home.kubeconfig, server, token_user(JANE_TOKEN))
    other = write_kubeconfig(home.path / "prod", server, token_user(JANE_TOKEN), context="prod")
    _merge(other, into=home.kubeconfig)
    (home.path / "ca.crt").write_text(server.ca_pem)
    temporary = home.path / "runner"
    temporary.mkdir()
    path = f"{PLUGIN.parent}:{KUBECTL.parent}:{os.environ['PATH']}"
    return {
        **os.environ,
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "RUNNER_TEMP": str(temporary),
        "CLUSTER_SERVER": server.url,
        "CLUSTER_TOKEN": JANE_TOKEN,
        "KUBECTL_CONNECTOR_PASSPHRASE": "correct horse battery staple",
    }


def _merge(other: Path, into: Path) -> None:
    files = os.pathsep.join([str(into), str(other)])
    done = subprocess.run(
        [KUBECTL, "config", "view", "--flatten"],
        env={**os.environ, "KUBECONFIG": files},
        capture_output=True,
        check=True,
    )
    into.write_bytes(done.stdout)
