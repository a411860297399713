"""Convert an Item to and from the JSON document that a store keeps.

Version 2 is ``{"v": 2, "secret": {…}, "proxyUrl": "…", "ready": {…}}``. ``ready`` is the ``status``
of an ExecCredential, which the credential path prints (``plugin.py``). Version 1, of release 0.1,
kept everything in one mapping, ``values``: the method's names and three reserved ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kubectl_connector.model import release_0_1
from kubectl_connector.model.secret import Credential, Item, Secret
from kubectl_connector.ready import ITEM_VERSION


def dump_item(item: Item) -> str:
    """The document, in ASCII only, so that each character is one byte (and one UTF-16 unit)."""
    document: dict[str, Any] = {"v": ITEM_VERSION, "secret": dict(item.secret)}
    if item.proxy_url:
        document["proxyUrl"] = item.proxy_url
    if item.ready:
        document["ready"] = item.ready.to_status()
    return json.dumps(document, separators=(",", ":"))


def load_item(document: str) -> Item:
    """Read a document that :func:`dump_item` or release 0.1 wrote.

    Raises ValueError for any other document; the error does not quote it.
    """
    try:
        content = json.loads(document)
    except (ValueError, RecursionError):
        content = None  # raise outside the except: the parser's error holds the document
    if not isinstance(content, dict) or content.get("v") not in (1, ITEM_VERSION):
        raise ValueError("it is not a document of a version that is known")
    return _item_of_v1(content) if content["v"] == 1 else _item(content)


def _item(content: Mapping[str, Any]) -> Item:
    proxy_url, status = content.get("proxyUrl"), content.get("ready")
    if not isinstance(proxy_url, str | None):
        raise ValueError("its proxy's URL is not text")
    ready = None if status is None else _credential(_texts(status))
    return Item(Secret(_texts(content.get("secret"))), proxy_url, ready)


def _credential(status: Mapping[str, str]) -> Credential:
    try:
        return Credential.from_status(status)
    except ValueError:
        pass  # raise outside the except: this error quotes the document
    raise ValueError("what it has ready is no credential")


def _item_of_v1(content: Mapping[str, Any]) -> Item:
    values = _texts(content.get("values"))
    secret = {name: text for name, text in values.items() if name not in release_0_1.OWN_NAMES}
    return Item(Secret(secret), values.get(release_0_1.PROXY_URL))


def _texts(values: object) -> dict[str, str]:
    if not isinstance(values, dict) or not all(isinstance(text, str) for text in values.values()):
        raise ValueError("it does not hold named texts")
    return dict(values)
