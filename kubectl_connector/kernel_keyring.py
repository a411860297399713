"""Bytes that the Linux kernel keeps for a login session, for a while: its keyring, by hand.

There is no library for it that has been kept up for long, and the credential path could not afford
one. Elsewhere, and where the kernel or a container's filter refuses these calls, nothing is kept,
and nothing is an error.

The bytes go to the session's own keyring, which the kernel ends with the session. A login by PAM,
a systemd service and a container make one. Where a process has none (WSL, Alpine), they go to the
keyring that the user's other such processes share. Only processes of that session can read them:
a key gives all rights to who possesses it, that is, has the keyring, and none to others. The
payload begins with the seconds to keep it, four bytes, so that reading it can start them anew.
"""

import os
import sys

TYPE_CHECKING = False  # importing typing for it would cost time at every call of kubectl
if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBERS = {"x86_64": (248, 250), "aarch64": (217, 219), "riscv64": (217, 219)}
"""add_key and keyctl, by machine."""

_PROCESS, _SESSION, _USERS = -2, -3, -5
"""Special keyrings: the process's, its session's, and the one that a user's processes share."""
_GET_ID, _DESCRIBE, _LINK, _UNLINK, _SEARCH, _READ, _SET_TIMEOUT = 0, 6, 8, 9, 10, 11, 15
"""Operations of keyctl."""

_LONGEST = 4096


def remember(name: bytes, data: bytes, seconds: int) -> None:
    """Keep ``data`` under a name until ``seconds`` after it was last read, or not at all."""
    call, ring = _kernel()
    if not ring:
        return
    payload = seconds.to_bytes(4, "big") + data
    # Only a key that has its timeout already gets where it stays when this process ends.
    key = call("add_key", b"user", name, payload, len(payload), _PROCESS)
    if key > 0 and call("keyctl", _SET_TIMEOUT, key, seconds) == 0:
        call("keyctl", _LINK, key, ring)


def recall(name: bytes) -> "bytes | None":
    """What is kept under a name, if it still is; the time that it is kept starts anew."""
    call, ring = _kernel()
    key = call("keyctl", _SEARCH, ring, b"user", name, 0) if ring else -1
    if key <= 0:
        return None
    payload = bytearray(_LONGEST)
    length = call("keyctl", _READ, key, payload, _LONGEST)
    if not 4 < length <= _LONGEST:
        return None
    call("keyctl", _SET_TIMEOUT, key, int.from_bytes(payload[:4], "big"))
    return bytes(payload[4:length])


def forget(name: bytes) -> None:
    """Keep nothing under a name any more."""
    call, ring = _kernel()
    key = call("keyctl", _SEARCH, ring, b"user", name, 0) if ring else -1
    if key > 0:
        call("keyctl", _UNLINK, key, ring)


def _kernel() -> "tuple[Callable[..., int], int]":
    """How to call the kernel, and the keyring to use; 0 where there is none."""
    numbers = _NUMBERS.get(os.uname().machine) if sys.platform == "linux" else None
    if numbers is None or sys.maxsize < 2**32:
        return _refuse, 0
    try:
        import ctypes

        syscall = ctypes.CDLL(None).syscall
    except (ImportError, OSError, AttributeError):  # a Python that was built without it
        return _refuse, 0
    syscall.restype = ctypes.c_long
    by_name = dict(zip(("add_key", "keyctl"), numbers, strict=True))

    def call(name: str, *arguments: "int | bytes | bytearray") -> int:
        given = (
            (ctypes.c_char * len(each)).from_buffer(each)
            if isinstance(each, bytearray)
            else ctypes.c_long(each)
            if isinstance(each, int)
            else each
            for each in arguments
        )
        return int(syscall(ctypes.c_long(by_name[name]), *given))

    own, shared = (call("keyctl", _GET_ID, ring, 0) for ring in (_SESSION, _USERS))
    if own <= 0 or own == shared:
        return call, max(shared, 0)
    return call, own if _is_ours(call, own) else 0


def _is_ours(call: "Callable[..., int]", ring: int) -> bool:
    """Whether a keyring is this user's; under sudo the session's is another user's."""
    text = bytearray(256)
    length = call("keyctl", _DESCRIBE, ring, text, len(text))
    return 0 < length <= len(text) and text.split(b";")[1] == b"%d" % os.geteuid()


def _refuse(*_: object) -> int:
    return -1
