"""The ``kubectl-connector`` program."""

import sys


def main() -> None:
    """Run the command line, and end the process with its exit code.

    kubectl runs ``credential`` at every call. Where possible we answer it before we import
    anything of the command line.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["credential"]:
        from kubectl_connector.plugin import answer_fast

        answer_fast(arguments[1:])
    if arguments[:1] == ["__complete"]:
        _complete(arguments[1:])
    _run(arguments)


def complete() -> None:
    """Run ``kubectl_complete-connector``, which kubectl calls at ``kubectl connector <TAB>``."""
    _complete(sys.argv[1:])


def _complete(words: list[str]) -> None:
    """Answer a shell without the command line's imports, and end the process."""
    import gc

    gc.disable()
    from kubectl_connector.completion.answer import answer

    answer(words)


def _run(arguments: list[str]) -> None:
    """Run a command that people type, and end without Python's own cleanup.

    Garbage collection is not worth its time in so short a process. It and the cleanup of modules at
    the end take a quarter of the time of ``list`` (docs/performance.md). The code that takes a lock
    or opens a file also releases it, so nothing is left to do at exit.
    """
    import gc
    import os

    gc.disable()
    from kubectl_connector.cli.main import run

    os._exit(run(arguments))


if __name__ == "__main__":
    main()
