"""A Secret as the one JSON document that a store keeps."""

from __future__ import annotations

import json

from kubectl_connector.model.secret import Secret

VERSION = 1
"""Stands in every document as ``v``, so that the form can change."""


def dump_secret(secret: Secret) -> str:
    """The document: ASCII only, so that a character is a byte (and one UTF-16 unit)."""
    return json.dumps({"v": VERSION, "values": dict(secret)}, separators=(",", ":"))


def load_secret(document: str) -> Secret:
    """Read what :func:`dump_secret` wrote; ValueError, which quotes nothing, for anything else."""
    try:
        content = json.loads(document)
    except (ValueError, RecursionError):
        content = None  # no raising in here: the parser's error carries the document
    if not isinstance(content, dict) or content.get("v") != VERSION:
        raise ValueError("it is not a document of a version that is known")
    values = content.get("values")
    if not isinstance(values, dict) or not all(isinstance(text, str) for text in values.values()):
        raise ValueError("it does not hold named texts")
    return Secret(values)
