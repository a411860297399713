"""Names for connectors that are made without anybody giving one."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, count

from kubectl_connector.errors import UsageError
from kubectl_connector.operations.spec import check_new_name

_LONGEST = 240
"""Characters; a number still fits after them."""


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A connector's name that is like ``wanted``, and that none has: the same one every time.

    What a name can't have becomes ``-``. The second of a name gets ``-2``.
    """
    name = re.sub(r"[^A-Za-z0-9._@+-]+", "-", wanted).strip("-._@+")[:_LONGEST]
    try:
        check_new_name(name)
    except UsageError:  # nothing is left of it, or it looks like a token
        name = "kubernetes"
    numbered = (f"{name}-{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)
