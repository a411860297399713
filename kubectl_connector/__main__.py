"""The ``kubectl-connector`` program."""

import sys


def main() -> None:
    """Run the command line; the process ends with its exit code.

    ``credential`` is what kubectl runs at every call: it is answered, where it can be, before
    anything of the command line is imported.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["credential"]:
        from kubectl_connector.credential import answer_fast

        answer_fast(arguments[1:])
    from kubectl_connector.cli.main import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
