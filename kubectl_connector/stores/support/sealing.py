"""Keys from passphrases (scrypt) and authenticated encryption (ChaCha20-Poly1305)."""

from __future__ import annotations

import functools
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kubectl_connector.errors import StoreError
from kubectl_connector.frozen import dataclass

CIPHER = "ChaCha20-Poly1305"
KDF = "scrypt"

_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 16


class SealError(Exception):
    """The key is wrong, or the sealed bytes or what they are bound to were altered."""


@dataclass(frozen=True)
class ScryptCost:
    """The cost of a guess: scrypt's n, r and p (RFC 7914). The default is OWASP's advice."""

    n: int = 2**17
    r: int = 8
    p: int = 1

    def is_reasonable(self) -> bool:
        """Whether it makes guessing hard, but is not as high as in an attack (1 GiB, minutes)."""
        return (
            2**14 <= self.n <= 2**20
            and self.n.bit_count() == 1
            and 8 <= self.r <= 32
            and 1 <= self.p <= 16
            and 128 * self.n * self.r <= 2**30
        )


@dataclass(frozen=True)
class KeyRecipe:
    """What turns a passphrase into the key: a salt and a cost."""

    cost: ScryptCost
    salt: bytes

    @classmethod
    def fresh(cls, cost: ScryptCost) -> KeyRecipe:
        """A recipe with a salt of its own."""
        return cls(cost, os.urandom(_SALT_BYTES))


@functools.lru_cache(maxsize=8)
def derive_key(passphrase: str, recipe: KeyRecipe) -> bytes:
    """The key. It is cached for each passphrase and recipe, because it takes half a second.

    Raises StoreError where the machine lacks the memory that the recipe's cost needs.
    """
    # Systems differ in the code points that they give for one typed passphrase.
    text = unicodedata.normalize("NFC", passphrase)
    cost = recipe.cost
    scrypt = Scrypt(salt=recipe.salt, length=_KEY_BYTES, n=cost.n, r=cost.r, p=cost.p)
    # Python passes on an environment variable that is not UTF-8 with its bytes as surrogates.
    try:
        return scrypt.derive(text.encode("utf-8", "surrogateescape"))
    except MemoryError as error:
        raise StoreError(
            f"the encrypted file takes {128 * cost.n * cost.r // 2**20} MiB of memory to open,"
            " and there is not as much",
            "free some memory, then run the command again",
        ) from error


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt under a random nonce, bound to ``bound_to``; the result begins with the nonce."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Decrypt what :func:`seal` made; SealError unless all three are unchanged since then."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, bound_to)
    except (InvalidTag, ValueError) as error:  # ValueError: cut short
        raise SealError from error
