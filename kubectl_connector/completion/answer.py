"""The program's side of completion: print one answer on stdout, then end the process."""

from __future__ import annotations

import os
import sys

from kubectl_connector.completion.complete import NO_FILES, complete
from kubectl_connector.completion.tree import ALIASES, TREE
from kubectl_connector.completion.values import UserValues

TYPE_CHECKING = False  # importing typing for it would cost time at every press of a key
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def answer(words: Sequence[str]) -> NoReturn:
    """Print the candidates for the last of ``words``, and the directive; then end the process.

    kubectl and the shell scripts read a line ``name<TAB>meaning`` for each candidate, and a last
    line ``:directive``.
    """
    try:
        if len(words) > 1:  # another name of a command is not offered, and is understood
            words = [ALIASES.get(words[0], words[0]), *words[1:]]
        candidates, directive = complete(words, TREE, UserValues(os.environ))
    except Exception:  # noqa: BLE001 (the user is typing: show no error)
        candidates, directive = [], NO_FILES
    lines = [f"{name}\t{meaning}" if meaning else name for name, meaning in candidates]
    _write("\n".join([*lines, f":{directive}", ""]).encode("utf-8", "replace"))
    os._exit(0)  # nothing is left to clean up, and Python's own cleanup takes milliseconds


def _write(data: bytes) -> None:
    """Write ``data`` to stdout; do nothing if the reader has closed it."""
    try:
        if sys.stdout is not None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError:
        pass
