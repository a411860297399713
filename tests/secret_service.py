"""A private Secret Service: its own message bus and gnome-keyring, without a desktop.

The bus starts no other service, so a keyring that has to ask the user finds no prompter.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_PROMPTER = "org.gnome.keyring.SystemPrompter"
_PATIENCE = 10.0

_BUS_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def require_secret_service() -> None:
    """Skip the test if no Secret Service can be started here; fail it in CI."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@contextlib.contextmanager
def secret_service(*, collection: bool = True) -> Iterator[dict[str, str]]:
    """Run a Secret Service and yield the environment that leads to it.

    It has an unlocked default collection. With ``collection=False`` it has none, as before a user's
    first login. The environment is complete: a private HOME and XDG folders, the bus's address and
    PATH. A caller with a home of its own uses only ``DBUS_SESSION_BUS_ADDRESS``.
    """
    # Not below pytest's folders: a socket's path is 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="secrets-") as folder, contextlib.ExitStack() as stack:
        environment = _environment(Path(folder))
        stack.enter_context(_bus(Path(folder), environment))
        stack.enter_context(_keyring(Path(folder), environment, unlocked=collection))
        yield environment


def lock(environment: dict[str, str]) -> None:
    """Lock the default collection."""
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        secretstorage.Collection(connection).lock()


@contextlib.contextmanager
def silent_prompter(environment: dict[str, str]) -> Iterator[None]:
    """Take the place of the program that shows the keyring's dialogs, and never answer."""
    from jeepney.bus_messages import message_bus  # type: ignore[import-untyped]
    from jeepney.io.blocking import Proxy, open_dbus_connection

    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        Proxy(message_bus, connection).RequestName(_PROMPTER)
        yield


def missing() -> str:
    """Why no Secret Service can be started here; empty if one can."""
    if sys.platform != "linux":
        return "the Secret Service is Linux's"
    if not _has_name():
        return "dbus-daemon takes no user without a name"
    programs = [name for name in ("dbus-daemon", "gnome-keyring-daemon") if not shutil.which(name)]
    return f"not installed: {', '.join(programs)}" if programs else ""


def _has_name() -> bool:
    """Whether the system has an account for this user; a container may have none."""
    try:
        return bool(getpass.getuser())
    except (OSError, KeyError):
        return False


def _environment(folder: Path) -> dict[str, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_DATA_HOME": str(folder / "home/data"),
        "XDG_CONFIG_HOME": str(folder / "home/config"),
        "XDG_CACHE_HOME": str(folder / "home/cache"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder / 'bus'}",
    }
    for name in ("home", "run"):
        (folder / name).mkdir(mode=0o700)
    return environment


@contextlib.contextmanager
def _bus(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    configuration = folder / "bus.conf"
    configuration.write_text(_BUS_CONFIGURATION.format(socket=folder / "bus"))
    command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile"]
    with _running(command, folder / "bus.log", environment) as process:
        _wait(process, folder / "bus.log", lambda: _listens(folder / "bus"))
        yield


@contextlib.contextmanager
def _keyring(folder: Path, environment: dict[str, str], *, unlocked: bool) -> Iterator[None]:
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    password = b""
    if unlocked:
        command.append("--unlock")
        password = b"the login password"
    with _running(command, folder / "keyring.log", environment, password) as process:
        _wait(process, folder / "keyring.log", lambda: answers(environment))
        yield


def _listens(path: Path) -> bool:
    """Whether the socket takes connections; its file appears a moment earlier."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def answers(environment: dict[str, str]) -> bool:
    """Whether a Secret Service is on the bus."""
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        (owned,) = Proxy(message_bus, connection).NameHasOwner("org.freedesktop.secrets")
        return bool(owned)


@contextlib.contextmanager
def _running(
    command: list[str], log: Path, environment: dict[str, str], text: bytes = b""
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output
        )
    try:
        assert process.stdin
        process.stdin.write(text)
        process.stdin.close()
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{process.args!r} does not answer:\n{log.read_text()}")
        time.sleep(0.02)
