"""Fixtures that every test may use, and the guard that keeps tests away from the real home."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.apiserver import ApiServer, User

ROOT = Path(__file__).resolve().parent.parent
VENV_BIN = Path(sys.executable).parent  # not resolved: the interpreter is a link out of the venv
PLUGIN = Path(os.environ.get("E2E_PLUGIN", VENV_BIN / "kubectl-connector"))
"""The installed program under test: the environment's, or an archive's (make e2e-archive)."""
KUBECTL = VENV_BIN / "kubectl"
OLDER = ROOT / ".cache" / "older"
"""Older releases of kubectl and PyYAML (packaging/locks/older.txt)."""
OLDER_KUBECTL = OLDER / "bin" / "kubectl"
KUBECTLS = {"kubectl-1.37": KUBECTL, "kubectl-1.36": OLDER_KUBECTL}

JANE = User("jane@example.com", ("developers",))
BOB = User("bob@example.com", ("visitors",))
JANE_TOKEN = "janes-token-7f3a9c"
BOB_TOKEN = "bobs-token-51d0e2"
ADMIN_PASSWORD = "admins-password-c0ffee"

_SCRUBBED = ("KUBE", "PYTHON", "XDG_")
_SCRUBBED_NAMES = {
    "COLUMNS",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "FORCE_COLOR",
    "GNOME_KEYRING_CONTROL",
    "NO_COLOR",
    "WAYLAND_DISPLAY",
}
_NO_HOME = ".no-test-may-use-this-home"
_HOME = os.path.expanduser("~")
REAL_HOME = os.path.dirname(_HOME) if os.path.basename(_HOME) == _NO_HOME else _HOME
"""The home of the person who runs the tests. In xdist's workers HOME ends in ``_NO_HOME``."""
_OURS_IN_REAL_HOME = tuple(
    os.path.join(REAL_HOME, *parts)
    for parts in (
        (".kube",),
        (".config", "kubectl-connector"),
        (".local", "share", "kubectl-connector"),
        (".local", "state", "kubectl-connector"),
        (".local", "share", "keyrings"),
        (".local", "share", "python_keyring"),
    )
)


@dataclass(frozen=True)
class Home:
    """A private home that holds only what the test puts there."""

    path: Path
    connector_home: Path
    kubeconfig: Path


def pytest_configure() -> None:
    """Leave the user's environment behind, before any test module is imported."""
    _hear_signals()
    if "E2E_PLUGIN" in os.environ and not os.access(PLUGIN, os.X_OK):
        pytest.exit(f"no program to test: {PLUGIN}", returncode=4)
    for name in list(os.environ):
        if _is_scrubbed(name):
            del os.environ[name]
    os.environ["HOME"] = os.path.join(REAL_HOME, _NO_HOME)
    sys.addaudithook(_guard)


def pytest_report_header() -> str:
    """Say which of the two versions of libyaml is tested."""
    return f"libyaml: {libyaml_version()}"


def libyaml_version() -> str:
    """The version of libyaml that PyYAML was built with."""
    import yaml._yaml

    return str(yaml._yaml.get_version_string())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An isolated home, connector home and kubeconfig path (no file there yet)."""
    found = Home(tmp_path / "home", tmp_path / "home/connectors", tmp_path / "home/.kube/config")
    found.path.mkdir()
    monkeypatch.setenv("HOME", str(found.path))
    monkeypatch.setenv("KUBECTL_CONNECTOR_HOME", str(found.connector_home))
    monkeypatch.setenv("KUBECONFIG", str(found.kubeconfig))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(found.path / "run"))
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    """A loopback API server: jane may read, bob is forbidden, ``admin`` has a password."""
    with ApiServer(
        tokens={JANE_TOKEN: JANE, BOB_TOKEN: BOB},
        passwords={"admin": ADMIN_PASSWORD},
        forbidden={BOB.name},
    ) as running:
        yield running


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """The newest kubectl."""
    return _existing(KUBECTL)


@pytest.fixture(scope="session", params=KUBECTLS.values(), ids=list(KUBECTLS))
def each_kubectl(request: pytest.FixtureRequest) -> Path:
    """Every version of kubectl that we test with, one after the other."""
    return _existing(request.param)


def require_kernel_keyring() -> None:
    """Skip where the kernel keeps nothing: elsewhere than on Linux, and in many containers."""
    from kubectl_connector import kernel_keyring

    name = b"kubectl-connector-test:probe"
    kernel_keyring.remember(name, b"probe", 60)
    found = kernel_keyring.recall(name)
    kernel_keyring.forget(name)
    if found != b"probe":
        pytest.skip("the kernel's keyring can't be used here")


def _existing(kubectl: Path) -> Path:
    if not kubectl.exists():
        pytest.skip(f"{kubectl} is missing: make test fetches it")
    return kubectl


def _is_scrubbed(name: str) -> bool:
    if name == "PYTHONPATH" and os.environ[name] == str(OLDER):  # make older-libyaml
        return False
    return (
        name.startswith(_SCRUBBED)
        or name in _SCRUBBED_NAMES
        # HTTPS_PROXY, no_proxy …; the cluster of E2E_KUBECONFIG may need them
        or (name.lower().endswith("_proxy") and "E2E_KUBECONFIG" not in os.environ)
    )


def _hear_signals() -> None:
    """Restore the signals: a process in the background, or under nohup, ignores them.

    Every program that the tests start would inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    """Fail a test that opens, makes, renames or removes one of our files in the real home."""
    if event not in ("open", "os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink"):
        return
    for argument in arguments[:2]:
        path = os.fsdecode(argument) if isinstance(argument, (str, bytes)) else ""
        if path.startswith(_OURS_IN_REAL_HOME):
            raise RuntimeError(f"a test reached for the real home: {event} {path}")
