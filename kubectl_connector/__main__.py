"""The ``kubectl-connector`` program."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    from kubectl_connector.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
