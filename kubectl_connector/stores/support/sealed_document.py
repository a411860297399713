"""One document in a file of its own, in the form of the encrypted file: for export and import."""

from __future__ import annotations

from collections.abc import Callable

from kubectl_connector.stores.support.encrypted_file import EncryptedFile, FormError
from kubectl_connector.stores.support.sealing import KeyRecipe, ScryptCost, SealError, derive_key

__all__ = ["FormError", "SealError", "open_document", "seal_document"]

_REF = "export"
"""The reference of the one item; no store gives an item such a one."""


def seal_document(document: bytes, passphrase: str) -> bytes:
    """The bytes of a file that only ``passphrase`` opens. Raises StoreError."""
    recipe = KeyRecipe.fresh(ScryptCost())
    key = derive_key(passphrase, recipe)
    return EncryptedFile.create(recipe, key).with_item(key, _REF, document).dump()


def open_document(data: bytes, passphrase: Callable[[], str]) -> bytes:
    """The document. ``passphrase`` is only called for a file that is one of ours.

    Raises FormError for bytes that are none of ours, SealError for a wrong passphrase, StoreError.
    """
    file = EncryptedFile.parse(data)
    if set(file.items) != {_REF}:
        raise FormError("it was not made by export")
    return file.unseal(derive_key(passphrase(), file.recipe), _REF)
