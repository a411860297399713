"""Keys from passphrases (scrypt) and authenticated encryption (ChaCha20-Poly1305)."""

from __future__ import annotations

import functools
import os
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

CIPHER = "ChaCha20-Poly1305"
KDF = "scrypt"

_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 16


class SealError(Exception):
    """The key is not the one, or the sealed bytes or what they are bound to were altered."""


@dataclass(frozen=True)
class ScryptCost:
    """How dear a guess is: scrypt's n, r and p (RFC 7914). The default is OWASP's advice."""

    n: int = 2**17
    r: int = 8
    p: int = 1

    def is_reasonable(self) -> bool:
        """Not so cheap that guessing is easy, nor so dear (1 GiB, minutes) that it is an attack."""
        return (
            2**14 <= self.n <= 2**20
            and self.n.bit_count() == 1
            and 8 <= self.r <= 32
            and 1 <= self.p <= 16
            and 128 * self.n * self.r <= 2**30
        )


@dataclass(frozen=True)
class KeyRecipe:
    """What a passphrase has to be mixed with, and how, to give the key."""

    cost: ScryptCost
    salt: bytes

    @classmethod
    def fresh(cls, cost: ScryptCost) -> KeyRecipe:
        """A recipe with a salt of its own."""
        return cls(cost, os.urandom(_SALT_BYTES))


@functools.lru_cache(maxsize=8)
def derive_key(passphrase: str, recipe: KeyRecipe) -> bytes:
    """The key; once a process for each passphrase and recipe, as it takes half a second.

    MemoryError where there is not the memory that the recipe's cost asks for.
    """
    # One passphrase is typed as different code points on different systems.
    text = unicodedata.normalize("NFC", passphrase)
    cost = recipe.cost
    scrypt = Scrypt(salt=recipe.salt, length=_KEY_BYTES, n=cost.n, r=cost.r, p=cost.p)
    # An environment variable that is not UTF-8 reaches us with its bytes as surrogates.
    return scrypt.derive(text.encode("utf-8", "surrogateescape"))


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt under a random nonce (which leads the result), bound to ``bound_to``."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Decrypt what :func:`seal` made; SealError unless all three are what they were then."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, bound_to)
    except (InvalidTag, ValueError) as error:  # ValueError: cut short
        raise SealError from error
