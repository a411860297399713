"""Read one secret again and again from a private gnome-keyring, which must not die.

    python -m tests.soak CALLS

gnome-keyring 42.1 can abort when many clients come and go; ``read`` in
``kubectl_connector/dbus.py`` says why. That may take thousands of calls to show, so this is not an
ordinary test: ``make soak`` runs it.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time

from kubectl_connector import dbus
from tests.secret_service import answers, missing, secret_service

AT_A_TIME = 4
ATTRIBUTES = {"service": "kubectl-connector/soak", "username": "kubectl-connector"}
SECRET = b'{"v":1,"values":{"token":"soak"}}'


def main(calls: int) -> None:
    """Make the calls; the program fails as soon as a call returns anything but the secret."""
    with secret_service() as environment:
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = environment["DBUS_SESSION_BUS_ADDRESS"]
        _keep()
        start = time.monotonic()
        with multiprocessing.get_context("fork").Pool(AT_A_TIME) as pool:
            for done, found in enumerate(pool.imap_unordered(_read, range(calls), 50)):
                if found != SECRET:
                    raise SystemExit(f"call {done} of {calls} read {found!r}")
        if not answers(environment):
            raise SystemExit("gnome-keyring is gone")
        took = time.monotonic() - start
    sys.stdout.write(f"{calls} calls in {took:.0f} s, {AT_A_TIME} at a time; the keyring lives\n")


def _keep() -> None:
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

    with open_dbus_connection(os.environ["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        collection = secretstorage.get_default_collection(connection)
        collection.create_item("soak", ATTRIBUTES, SECRET)


def _read(_: int) -> bytes | str | None:
    try:
        return dbus.read(ATTRIBUTES)
    except (OSError, ValueError) as error:
        return repr(error)


if __name__ == "__main__":
    if reason := missing():
        sys.stdout.write(f"skipped: {reason}\n")
        sys.exit(1 if os.environ.get("CI") else 0)
    main(int(sys.argv[1]))
