"""An item of the encrypted file, opened with the key that the kernel still remembers.

The store (``stores/file.py``) leaves the key with the kernel when somebody gave the passphrase. The
credential path reads with it here, and imports no more than the cipher for it. What is not as the
store writes it is an error, for the ordinary way to explain.
"""

import os

from kubectl_connector import kernel_keyring

TYPE_CHECKING = False  # importing typing for it would cost time at every call of kubectl
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NOT_IN_THE_HEAD = {"verifier", "secrets"}


def key_name(path: str, salt: str) -> bytes:
    """What the kernel has a file's key under: the file's path, and its salt in base64.

    So a file that is copied elsewhere, and one with another passphrase, are other files.
    """
    return os.fsencode(f"kubectl-connector:{path}:{salt}")


def read(path: str, ref: str, loads: "Callable[[str], dict[str, Any]]") -> "bytes | None":
    """The item's document in the file; None where no key is remembered, or others can read it.

    ``loads`` parses JSON. Raises OSError, and all sorts of errors for another file.
    """
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            return None
        document = loads(file.read().decode("ascii"))
    key = kernel_keyring.recall(key_name(path, document["kdf"]["salt"]))
    if key is None:
        return None
    from binascii import a2b_base64

    from cryptography.hazmat.bindings._rust import openssl

    sealed = a2b_base64(document["secrets"][ref])
    head = {name: value for name, value in document.items() if name not in _NOT_IN_THE_HEAD}
    bound_to = _dump([head, "secret", ref]).encode("ascii")
    # Its public name in cryptography imports enough to take as long again as all the rest.
    cipher = openssl.aead.ChaCha20Poly1305(key)
    return bytes(cipher.decrypt(sealed[:12], sealed[12:], bound_to))


def _dump(value: object) -> str:
    """``json.dumps(value, sort_keys=True)``, for the head of a file."""
    from _json import encode_basestring_ascii as quote

    if isinstance(value, dict):
        pairs = (f"{quote(name)}: {_dump(value[name])}" for name in sorted(value))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return quote(value) if isinstance(value, str) else repr(int(value))  # type: ignore[call-overload]
