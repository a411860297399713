"""Log in and out many times: ``python -m tests.kubeconfig.writer KUBECONFIG NAME COUNT``.

Prints, as JSON, the names that are to be logged in at the end.
"""

from __future__ import annotations

import json
import sys

from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from tests.kubeconfig.edits import login, logout


def main(listed: str, name: str, count: str) -> None:
    """Log in many times, and log out again after every third login."""
    files = kubeconfig_files(None, {"KUBECONFIG": listed})
    there = []
    for number in range(int(count)):
        one = f"{name}-{number}"
        edit_kubeconfig(files, login(one), lock_timeout=30)
        if number % 3 == 0:
            edit_kubeconfig(files, logout(one), lock_timeout=30)
        else:
            there.append(one)
    json.dump(there, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
