"""Run the loopback API server in the foreground: ``python -m tests.apiserver``.

It ends at Ctrl-C or SIGTERM. With ``--write-kubeconfig`` it writes a kubeconfig as soon as it
listens; the context ``loopback`` in that file leads to it.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.apiserver import ApiServer, User
from tests.kubeconfigs import (
    Entry,
    client_certificate_user,
    password_user,
    token_user,
    write_kubeconfig,
)

JANE = User("jane@example.com", ("developers",))
CREDENTIALS = ("token", "client-certificate", "password")


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.apiserver", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default: any that is free")
    parser.add_argument("--write-kubeconfig", type=Path, metavar="FILE")
    parser.add_argument("--credential", choices=CREDENTIALS, default="token")
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ApiServer(port=arguments.port) as server:
        user = _user(server, arguments.credential)
        if arguments.write_kubeconfig:
            _write_when_whole(arguments.write_kubeconfig, server, user)
        print(f"Listening on {server.url}; Ctrl-C ends it", flush=True)  # noqa: T201
        while not stop.wait(3600):
            pass


def _user(server: ApiServer, credential: str) -> Entry:
    if credential == "password":
        password = server.issue_token(JANE)  # any random string will do
        server.rules.passwords[JANE.name] = password
        return password_user(JANE.name, password)
    if credential == "client-certificate":
        return client_certificate_user(server.issue_client_certificate(JANE.name, JANE.groups))
    tonight = datetime.now(timezone.utc) + timedelta(hours=12)
    return token_user(server.issue_token(JANE, tonight))


def _write_when_whole(path: Path, server: ApiServer, user: Entry) -> None:
    """Write the kubeconfig so that a process that waits for it never reads half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    write_kubeconfig(temporary, server, user, context="loopback")
    temporary.replace(path)


if __name__ == "__main__":
    main()
