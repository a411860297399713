"""Read one secret from the Secret Service: D-Bus by hand, in three round trips.

The credential path, where kubectl waits for us at every call, and the keyring store read with it. A
D-Bus library takes longer to import than all the rest of the path together (docs/performance.md).
So this module speaks the part of D-Bus that it needs, and imports C modules only. It raises one of
:data:`ERRORS` at anything unexpected; the caller then takes the ordinary way, through ``keyring``.

Protocol: D-Bus Specification 0.42 (wire format, EXTERNAL authentication), Secret Service API 0.2
(the ``plain`` algorithm: the secret crosses the user's own bus socket as it is).
"""

import _socket
import os
import sys
import time

TYPE_CHECKING = False  # importing typing for it would cost time at every call of kubectl
if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS = (OSError, ValueError, LookupError)
"""What :func:`read` raises where the bus or the service does not answer as it should."""

TIMEOUT = 15.0
"""Seconds that :func:`read` may take before the caller tries the ordinary way.

A healthy service needs less, even on a busy machine. The ordinary way takes a hundred times longer
than this one, so :func:`read` waits for a busy service.
"""

_SERVICE = "org.freedesktop.secrets"
_INTERFACE = "org.freedesktop.Secret.Service"
_ROOT = "/org/freedesktop/secrets"
_RETURN, _ERROR = 2, 3
_REPLY_SERIAL = 5
_MAX_MESSAGE = 1 << 20


def is_chosen(environ: "Mapping[str, str]") -> bool:
    """Whether the Secret Service is the keyring to try first, as the user names no other.

    A file that may name another is not read here: where there is one, the answer is no.
    """
    if sys.platform != "linux" or "PYTHON_KEYRING_BACKEND" in environ or is_kde(environ):
        return False
    config = environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return not os.path.exists(f"{config}/python_keyring/keyringrc.cfg")


def is_kde(environ: "Mapping[str, str]") -> bool:
    """Whether this is a KDE desktop: there KWallet comes before the Secret Service."""
    return "KDE" in environ.get("XDG_CURRENT_DESKTOP", "").split(":")


def read(attributes: dict[str, str]) -> bytes | None:
    """The secret of the item with these attributes; None unless there is exactly one, unlocked.

    Where two collections hold such an item, ``keyring`` knows which one to use. This function never
    unlocks and never prompts. Raises one of :data:`ERRORS` where the bus or the service can't be
    reached, is too slow, or says something unexpected.

    The first call is ReadAlias, and we send nothing more before its reply. gnome-keyring (42.1, and
    its newest source) registers a new client in an idle callback, and aborts when it handles one of
    the other calls before that. ReadAlias needs no registered client. The alias and the answer do
    not matter. ``make soak`` tests this.
    """
    bus = _Bus(_address())
    try:
        bus.send(
            _call(1, "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")
            + _call(2, _ROOT, _INTERFACE, "ReadAlias", "s", _string("default"))
        )
        bus.reply(2)
        bus.send(
            _call(3, _ROOT, _INTERFACE, "OpenSession", "sv", _PLAIN)
            + _call(4, _ROOT, _INTERFACE, "SearchItems", "a{ss}", _dict(attributes))
        )
        session = _session_path(bus.reply(3))
        unlocked, locked = _two_arrays(bus.reply(4))
        if len(unlocked) != 1 or locked:
            return None
        bus.send(
            _call(5, unlocked[0], "org.freedesktop.Secret.Item", "GetSecret", "o", _string(session))
        )
        return _secret_value(bus.reply(5))
    finally:
        bus.close()


def _address() -> str:
    """The socket of the session bus; a leading NUL where it is in the abstract namespace."""
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if not address:
        runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
        return f"{runtime}/bus"
    for one in address.split(";"):
        transport, _, pairs = one.partition(":")
        keys = dict(pair.split("=", 1) for pair in pairs.split(",") if "=" in pair)
        if transport == "unix" and "%" not in pairs:
            if "path" in keys:
                return keys["path"]
            if "abstract" in keys:
                return "\0" + keys["abstract"]
    raise ValueError("no unix socket in the session bus's address")


class _Bus:
    """A connection that sends messages and finds their replies by serial."""

    def __init__(self, address: str) -> None:
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self._socket.settimeout(TIMEOUT)
        self._end = time.monotonic() + TIMEOUT
        self._received = b""
        self._replies: dict[int, bytes] = {}
        try:
            self._socket.connect(address)
            self._authenticate()
        except BaseException:
            self._socket.close()
            raise

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close(self) -> None:
        self._socket.close()

    def reply(self, serial: int) -> bytes:
        """The body of the reply to a call; ValueError where the reply is an error."""
        while serial not in self._replies:
            self._read_message()
        return self._replies.pop(serial)

    def _authenticate(self) -> None:
        """EXTERNAL: the kernel tells the bus who we are."""
        self.send(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        while b"\r\n" not in self._received:
            self._receive()
        line, _, self._received = self._received.partition(b"\r\n")
        if not line.startswith(b"OK "):
            raise ValueError("the bus does not take us")
        self.send(b"BEGIN\r\n")

    def _receive(self) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise OSError("the bus took too long")
        self._socket.settimeout(left)
        data = self._socket.recv(65536)
        if not data:
            raise OSError("the bus hung up")
        self._received += data
        if len(self._received) > _MAX_MESSAGE:
            raise ValueError("too long an answer")

    def _read_message(self) -> None:
        """Read one message; drop it if it is not a reply."""
        while len(self._received) < 16:
            self._receive()
        if self._received[:1] != b"l":
            raise ValueError("not little-endian")
        fields_end = 16 + _uint(self._received, 12)
        body_start = fields_end + -fields_end % 8
        end = body_start + _uint(self._received, 4)
        if end > _MAX_MESSAGE:
            raise ValueError("too long an answer")
        while len(self._received) < end:
            self._receive()
        message, self._received = self._received[:end], self._received[end:]
        kind = message[1]
        if kind not in (_RETURN, _ERROR):
            return
        serial = _reply_serial(message, fields_end)
        if kind == _ERROR and serial != 1:
            raise ValueError("the service answers with an error")
        self._replies[serial] = message[body_start:]


def _reply_serial(message: bytes, end: int) -> int:
    """The REPLY_SERIAL in the header's fields, which are an array of (byte, variant)."""
    at = 16
    while at < end:
        at += -at % 8
        code, signature_length = message[at], message[at + 1]
        signature = message[at + 2 : at + 2 + signature_length]
        at += 3 + signature_length
        if signature == b"g":
            at += 2 + message[at]
            continue
        at += -at % 4
        value = _uint(message, at)
        at += 4
        if signature in (b"s", b"o"):
            at += value + 1
        elif signature != b"u":
            raise ValueError("an unknown header field")
        elif code == _REPLY_SERIAL:
            return value
    raise ValueError("a reply to nothing")


def _call(
    serial: int, path: str, interface: str, member: str, types: str = "", body: bytes = b""
) -> bytes:
    """A method call, padded to where its body starts."""
    destination = _SERVICE if interface != "org.freedesktop.DBus" else interface
    fields = b""
    for code, kind, text in (
        (1, b"o", path),
        (2, b"s", interface),
        (3, b"s", member),
        (6, b"s", destination),
    ):
        fields = _pad(fields, 8) + bytes((code, 1)) + kind + b"\0" + _string(text)
    if types:
        fields = _pad(fields, 8) + b"\x08\x01g\0" + bytes((len(types),)) + types.encode() + b"\0"
    head = b"l\x01\0\x01" + _bytes4(len(body)) + _bytes4(serial) + _bytes4(len(fields))
    return _pad(head + fields, 8) + body


def _session_path(body: bytes) -> str:
    """The path in OpenSession's answer; before it stands a variant, empty under ``plain``."""
    if body[:3] != b"\x01s\0":
        raise ValueError("an unknown session")
    at = 4 + 4 + _uint(body, 4) + 1
    at += -at % 4
    return body[at + 4 : at + 4 + _uint(body, at)].decode()


def _two_arrays(body: bytes) -> tuple[list[str], list[str]]:
    """SearchItems' answer: the paths of the unlocked items, and of the locked ones."""
    unlocked, at = _array(body, 0)
    locked, _ = _array(body, at + -at % 4)
    return unlocked, locked


def _array(body: bytes, at: int) -> tuple[list[str], int]:
    """The paths in the array that begins at offset ``at``, and the offset of its end."""
    end = at + 4 + _uint(body, at)
    paths, at = [], at + 4
    while at < end:
        at += -at % 4
        length = _uint(body, at)
        paths.append(body[at + 4 : at + 4 + length].decode())
        at += 4 + length + 1
    return paths, end


def _secret_value(body: bytes) -> bytes:
    """The third field of (session path, parameters, value, content type)."""
    at = 4 + _uint(body, 0) + 1
    at += -at % 4
    at += 4 + _uint(body, at)
    at += -at % 4
    length = _uint(body, at)
    value = body[at + 4 : at + 4 + length]
    if len(value) != length:
        raise ValueError("half a secret")
    return value


def _dict(pairs: dict[str, str]) -> bytes:
    """An ``a{ss}``; the length does not count the padding before the first entry."""
    entries = b""
    for key, value in pairs.items():
        entries = _pad(entries, 8) + _string(key)
        entries = _pad(entries, 4) + _string(value)
    return _bytes4(len(entries)) + b"\0\0\0\0" + entries


def _string(text: str) -> bytes:
    data = text.encode()
    return _bytes4(len(data)) + data + b"\0"


def _bytes4(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _uint(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise ValueError("a message that ends early")
    return int.from_bytes(data[at : at + 4], "little")


def _pad(data: bytes, to: int) -> bytes:
    return data + bytes(-len(data) % to)


_PLAIN = _pad(_string("plain"), 1) + b"\x01s\0"
_PLAIN = _pad(_PLAIN, 4) + _string("")
