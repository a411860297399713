"""The format of the encrypted secrets file, and what each value in it is bound to."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from kubectl_connector.frozen import dataclass, field
from kubectl_connector.stores.support.sealing import (
    CIPHER,
    KDF,
    KeyRecipe,
    ScryptCost,
    seal,
    unseal,
)

API_VERSION = "kubectl-connector/v1"
KIND = "EncryptedSecrets"


class FormError(Exception):
    """The file is not one of ours; the text says why."""


class NewerFormError(FormError):
    """The file has a version that we do not know."""


@dataclass(frozen=True)
class EncryptedFile:
    """How to derive the key, a value that verifies a key, and sealed items by their references."""

    recipe: KeyRecipe
    verifier: bytes
    items: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def create(cls, recipe: KeyRecipe, key: bytes) -> EncryptedFile:
        """A file without secrets that only ``key`` opens."""
        return cls(recipe, seal(key, b"", _binding(recipe, "verifier")))

    def verify(self, key: bytes) -> None:
        """Raise SealError when ``key`` is not this file's, or when the file's head was altered."""
        unseal(key, self.verifier, _binding(self.recipe, "verifier"))

    def unseal(self, key: bytes, ref: str) -> bytes:
        """An item's document; SealError when it was altered, or belongs to another reference."""
        return unseal(key, self.items[ref], _binding(self.recipe, "secret", ref))

    def with_item(self, key: bytes, ref: str, document: bytes) -> EncryptedFile:
        """The file with one more item."""
        sealed = seal(key, document, _binding(self.recipe, "secret", ref))
        return EncryptedFile(self.recipe, self.verifier, {**self.items, ref: sealed})

    def without_item(self, ref: str) -> EncryptedFile:
        """The file without one of its items."""
        kept = {other: sealed for other, sealed in self.items.items() if other != ref}
        return EncryptedFile(self.recipe, self.verifier, kept)

    def dump(self) -> bytes:
        """The file's bytes."""
        document = {
            **_head(self.recipe),
            "verifier": _encode(self.verifier),
            "secrets": {ref: _encode(sealed) for ref, sealed in sorted(self.items.items())},
        }
        return json.dumps(document, indent=2).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> EncryptedFile:
        """Read what :meth:`dump` wrote; FormError for anything else."""
        try:
            document = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise FormError("it is not JSON") from error
        if not isinstance(document, dict) or document.get("kind") != KIND:
            raise FormError(f"its kind is not {KIND}")
        if document.get("apiVersion") != API_VERSION:
            raise NewerFormError(f"its apiVersion is {document.get('apiVersion')}")
        try:
            recipe = _parse_recipe(document["kdf"])
            file = cls(
                recipe,
                _decode(document["verifier"]),
                {name: _decode(text) for name, text in document["secrets"].items()},
            )
            if {key: document[key] for key in _head(recipe)} != _head(recipe):
                raise FormError("it uses a cipher or key derivation that is not known")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormError("a field is missing or of a wrong type") from error
        return file


def _parse_recipe(kdf: Mapping[str, Any]) -> KeyRecipe:
    numbers = [kdf[name] for name in ("n", "r", "p")]
    if any(type(number) is not int for number in numbers):
        raise FormError("its key derivation's numbers are not whole")
    cost = ScryptCost(*numbers)
    if not cost.is_reasonable():
        raise FormError("its key derivation is too cheap to be safe or too dear to be meant")
    return KeyRecipe(cost, _decode(kdf["salt"]))


def _head(recipe: KeyRecipe) -> dict[str, Any]:
    cost = recipe.cost
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "cipher": CIPHER,
        "kdf": {
            "name": KDF,
            "n": cost.n,
            "r": cost.r,
            "p": cost.p,
            "salt": _encode(recipe.salt),
        },
    }


def _binding(recipe: KeyRecipe, *purpose: str) -> bytes:
    """What a sealed value is bound to: the whole head, and the value's purpose and reference."""
    return json.dumps([_head(recipe), *purpose], sort_keys=True).encode("ascii")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
