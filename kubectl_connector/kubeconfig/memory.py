"""What logout needs to give the same bytes back, remembered in the kubeconfig itself.

How an empty list was spelt, which keys were missing, how current-context was quoted: it stands in
the ``restore`` field of our mark in one of our entries, and moves to another of them when its
bearer goes. ``restore`` maps a top-level key to the text between it and its value's end, null
where the key was missing; ``created`` is true where the file was. Pure functions, no I/O.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from kubectl_connector.kubeconfig.construct import construct
from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.outline import OutlineError
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import MARK

RESTORE = "restore"
CREATED = "created"
_ONE_LINE = re.compile("[ \t]*:(?:[ \t][^\r\n\x85\u2028\u2029]*)?")

Memory = dict[str, Any]


def memory_of(document: Document) -> Memory:
    """What our entries in a document remember; of two, the first to say a thing is believed."""
    memory: Memory = {}
    for kind, name in document.marked():
        restore = _mark_data(document.body(kind, name)).get(RESTORE)
        for key, value in restore.items() if isinstance(restore, dict) else ():
            if value is None or value is True or isinstance(value, str):
                memory.setdefault(key, value)
    return memory


def with_memory(body: Entry, memory: Memory) -> Entry:
    """A marked body that remembers just ``memory``; one without our mark as it is."""
    if not body.get("extensions"):
        return body
    extensions = [
        {**item, "extension": _remembering(item["extension"], memory)}
        if isinstance(item, dict) and item.get("name") == MARK and item.get("extension")
        else item
        for item in body["extensions"]
    ]
    return {**body, "extensions": extensions}


def _remembering(data: dict[str, Any], memory: Memory) -> dict[str, Any]:
    others = {key: value for key, value in data.items() if key != RESTORE}
    return {**others, RESTORE: memory} if memory else others


def _mark_data(body: Entry) -> dict[str, Any]:
    for item in body.get("extensions") or ():
        if isinstance(item, dict) and item.get("name") == MARK:
            data = item.get("extension")
            return data if isinstance(data, dict) else {}
    return {}


def can_restore(raw: str, flow: bool) -> bool:
    """Whether a spelling can be put back: after its colon, on the key's line unless in ``flow``."""
    return bool(_ONE_LINE.fullmatch(raw)) or (flow and raw.lstrip().startswith(":"))


def value_of(raw: str | None) -> Any:
    """The value that a spelling means; None for a missing key and for what is no spelling."""
    for text in (f"key{raw}", f'{{"key"{raw}\n}}') if raw else ():  # the second: ``:"x"`` in JSON
        with contextlib.suppress(OutlineError):
            data = construct(text)
            if isinstance(data, dict):
                return data.get("key")
    return None


def remembered_context(document: Document) -> str | None:
    """The current context to give back; empty for none, None where nothing is remembered."""
    memory = memory_of(document)
    return value_of(memory["current-context"]) or "" if "current-context" in memory else None
