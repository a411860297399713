"""The program's side of completion: one answer on stdout, and the end of the process."""

from __future__ import annotations

import os
import sys

from kubectl_connector.completion.complete import NO_FILES, complete
from kubectl_connector.completion.tree import TREE
from kubectl_connector.completion.values import UserValues

TYPE_CHECKING = False  # typing's own would be imported at every press of a key
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def answer(words: Sequence[str]) -> NoReturn:
    """Print the candidates for the last of ``words``, one a line, and the directive; then end.

    kubectl and the shells' scripts read ``name<TAB>meaning`` and a last line ``:directive``.
    """
    try:
        candidates, directive = complete(words, TREE, UserValues(os.environ))
    except Exception:  # noqa: BLE001 (somebody is typing: this is no place for an error)
        candidates, directive = [], NO_FILES
    lines = [f"{name}\t{meaning}" if meaning else name for name, meaning in candidates]
    _write("\n".join([*lines, f":{directive}", ""]).encode("utf-8", "replace"))
    os._exit(0)  # nothing is left to tidy, and tidying nothing takes milliseconds


def _write(data: bytes) -> None:
    """All of it, unless nobody listens any more."""
    try:
        if sys.stdout is not None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError:
        pass
