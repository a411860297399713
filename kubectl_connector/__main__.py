"""The ``kubectl-connector`` program."""

import sys


def main() -> None:
    """Run the command line; the process ends with its exit code.

    ``credential`` is what kubectl runs at every call: it is answered, where it can be, before
    anything of the command line is imported.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["credential"]:
        from kubectl_connector.plugin import answer_fast

        answer_fast(arguments[1:])
    if arguments[:1] == ["__complete"]:
        _complete(arguments[1:])
    _run(arguments)


def complete() -> None:
    """``kubectl_complete-connector``: kubectl runs it at ``kubectl connector <TAB>``."""
    _complete(sys.argv[1:])


def _complete(words: list[str]) -> None:
    """Answer a shell, while somebody types: without the command line's imports; never returns."""
    import gc

    gc.disable()
    from kubectl_connector.completion.answer import answer

    answer(words)


def _run(arguments: list[str]) -> None:
    """Run a command that people type, and end without Python's own tidying.

    Collecting garbage that is never worth it in so short a life, and taking every module apart at
    the end, are a quarter of what ``list`` takes (docs/performance.md). Locks and files are given
    free where they are taken, so nothing is left to be done at exit.
    """
    import gc
    import os

    gc.disable()
    from kubectl_connector.cli.main import run

    os._exit(run(arguments))


if __name__ == "__main__":
    main()
