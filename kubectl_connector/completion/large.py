"""Large kubeconfigs, of which the TAB key needs little: they are read, and hardly parsed.

Parsing all of a file of 29 MB takes seconds. So the fields that are asked for are cut out by their
lines, and of the contexts only the names are built.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # typing's own would be imported at every press of a key
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

LARGE = 64 * 1024
"""Characters; a smaller text is parsed as a whole."""

_NEXT_FIELD = re.compile(r"\n(?=[^\s#-]|---)")


def cut(text: str, keys: Collection[str]) -> str:
    """A YAML text with no more than some top-level fields, or the whole one.

    It is cut where lines alone tell the fields apart: one document in block style, as kubectl
    writes it. What is cut out may still refer to an anchor elsewhere, and then is no valid YAML.
    """
    text = text.removeprefix("---\n")
    if "\n---" in text or "\n..." in text or text.startswith(("---", "%")):
        return text
    blocks = [block for key in keys if (block := _block(text, key))]
    return "".join(blocks) or text


def _block(text: str, key: str) -> str:
    """The lines of a top-level field, the last one of that name; empty where there is none."""
    start = text.rfind(f"\n{key}:") + 1
    if not start and not text.startswith(f"{key}:"):
        return ""
    end = _NEXT_FIELD.search(text, start)
    return text[start:] if end is None else text[start : end.start() + 1]


def contexts(text: str) -> dict[str, Any]:
    """A kubeconfig's ``current-context``, and its ``contexts`` by their names alone.

    ValueError where the text is no YAML.
    """
    from kubectl_connector.kubeconfig.text.outline import TextError, outline

    try:
        fields = outline(text, ("contexts",)).fields()
    except TextError as error:
        raise ValueError(error.problem) from None
    current, listed = fields.get("current-context"), fields.get("contexts")
    scalar = current.value.scalar if current else None
    names = [item.name.value for item in listed.value.items] if listed else []
    return {
        "current-context": scalar.value if scalar else "",
        "contexts": [{"name": name} for name in names],
    }
