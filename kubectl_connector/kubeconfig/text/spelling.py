"""How a top-level field is spelt: the text between the end of its key and the end of its value.

Pure functions, no I/O.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from kubectl_connector.kubeconfig.text.construct import construct
from kubectl_connector.kubeconfig.text.outline import TextError

_ONE_LINE = re.compile("[ \t]*:(?:[ \t][^\r\n\x85\u2028\u2029]*)?")


def can_put_back(spelling: str, flow: bool) -> bool:
    """Whether a spelling can stand after another key: on the key's line, unless in ``flow``."""
    return bool(_ONE_LINE.fullmatch(spelling)) or (flow and spelling.lstrip().startswith(":"))


def value_of(spelling: str | None) -> Any:
    """The value that a spelling means; None for a missing field and for what is no spelling."""
    if not spelling:
        return None
    for text in (f"key{spelling}", f'{{"key"{spelling}\n}}'):  # the second: ``:"x"`` in JSON
        with contextlib.suppress(TextError):
            data = construct(text)
            if isinstance(data, dict):
                return data.get("key")
    return None
