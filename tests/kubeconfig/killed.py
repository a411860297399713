"""Change kubeconfigs in children that strace kills: ``python -m tests.kubeconfig.killed``.

Arguments: the system call, at which of its calls to kill, and SPECs, each ACTION=PATH. Everything
is imported, and has run once, before a child is made: so a child makes no system call but those of
the change. Prints one exit status a SPEC, negative for a signal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.write import MakeEdit, edit_kubeconfig
from tests.kubeconfig.edits import login, logout

ACTIONS: dict[str, MakeEdit[Any]] = {
    "login": login("ours", token="one"),
    "update": login("ours", token="two"),
    "logout": logout("ours"),
}


def main() -> None:
    """Make one child a SPEC, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        for make_edit in ACTIONS.values():
            edit_kubeconfig(kubeconfig_files(os.path.join(folder, "config"), {}), make_edit)
    call, number, *specs = sys.argv[1:]
    for spec in specs:
        action, _, path = spec.partition("=")
        options = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
        status = _killed(options, action, path)
        os.write(1, f"{status}\n".encode())


def _killed(options: list[str], action: str, path: str) -> int:
    """The exit status of a child that strace watches, from just before its change."""
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.read(ready, 1)
        _change(action, path)
    command = ["strace", "-p", str(child), "-o", os.devnull, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr
        attached = tracer.stderr.readline()
        os.write(go, b"!")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for end in (ready, go):
            os.close(end)
        assert b"attached" in attached, attached
    return status


def _change(action: str, path: str) -> None:
    try:
        edit_kubeconfig(kubeconfig_files(path, {}), ACTIONS[action], lock_timeout=0)
    except BaseException:  # noqa: BLE001 (the child of a fork goes no further)
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
