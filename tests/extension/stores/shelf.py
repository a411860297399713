"""A store that keeps each item in a file of its own, for all to read."""

from __future__ import annotations

import os

from kubectl_connector.errors import NotFoundError, StoreError
from kubectl_connector.model.secret import Item
from kubectl_connector.model.setting import Setting
from kubectl_connector.stores.interface import SecretStore, StoreOptions
from kubectl_connector.stores.support.item_document import dump_item, load_item

SETTINGS = {"shelf.folder": Setting("shelf", "The folder of the shelf.")}
"""The folder, relative to that of our own files."""


class _Shelf:
    name = "shelf"

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def put(self, ref: str, item: Item) -> None:
        os.makedirs(self._folder, exist_ok=True)
        try:
            with open(self._path(ref), "x", encoding="utf-8") as file:
                file.write(dump_item(item))
        except FileExistsError:
            raise StoreError("something stands there", "use another reference") from None

    def get(self, ref: str) -> Item:
        try:
            with open(self._path(ref), encoding="utf-8") as file:
                return load_item(file.read())
        except FileNotFoundError:
            raise NotFoundError("nothing stands there", "look elsewhere") from None

    def drop(self, ref: str) -> None:
        if os.path.exists(self._path(ref)):
            os.unlink(self._path(ref))

    def check(self, unlock: bool = False) -> None:
        """It can always be used."""

    def _path(self, ref: str) -> str:
        return os.path.join(self._folder, ref)


def open_store(options: StoreOptions) -> SecretStore:
    return _Shelf(os.path.join(options.folder, options.setting("shelf.folder")))
