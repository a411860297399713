"""The exec credential plugin's fast way: hand kubectl a credential from the Secret Service.

kubectl waits for this at every call. So this module imports only C modules and three small modules
of ours, and parses no file of ours. (It reads the encrypted file too, while the kernel remembers
its key; that takes a cipher.) Where it has no good answer, it gives none: the ordinary
``credential`` command (``cli/credential.py``) answers instead, with its errors and prompts.
"""

import os

TYPE_CHECKING = False  # importing typing for it would cost time at every call of kubectl
if TYPE_CHECKING:
    from kubectl_connector.ready import Status


def answer_fast(arguments: list[str]) -> None:
    """Print the ExecCredential and end the process; return if there is no fast answer.

    ``arguments`` are those after ``credential`` in the stanza that ``login --exec`` writes.
    """
    answer = None if os.isatty(1) else _answer(arguments)  # a person is asked for --force first
    if answer is not None:
        os._exit(_write(answer))  # nothing is left to clean up, and Python's cleanup takes time


def _answer(arguments: list[str]) -> bytes | None:
    """The ExecCredential, or None."""
    if len(arguments) != 3 or arguments[1] != "--id":
        return None
    try:
        return _answer_for(arguments[2])
    except Exception:  # noqa: BLE001
        return None  # the ordinary way reports the error in two lines


def _answer_for(id_: str) -> bytes | None:
    """The ExecCredential of the connector with this id, or None; raises all sorts of things."""
    import time

    from kubectl_connector.ready import (
        API_VERSIONS,
        OPEN_END,
        TIME_FORMAT,
        V1,
        handed_out,
        is_good,
    )

    info = os.environ.get("KUBERNETES_EXEC_INFO")
    api_version = _loads(info)["apiVersion"] if info else V1
    seconds = time.time()
    now = time.strftime(TIME_FORMAT, time.gmtime(seconds))
    block = _block(id_)
    if _is_to_be_told(block, id_, now):
        return None
    ref = _reference(block, now)
    read = _READERS.get(_field(block, b"secretStore"))
    if api_version not in API_VERSIONS or not ref or not read:
        return None
    found = read(ref)
    status = _ready(found) if found else None
    if not status or not is_good(status, now):
        return None
    later = time.strftime(TIME_FORMAT, time.gmtime(seconds + OPEN_END))
    return _exec_credential(api_version, handed_out(status, later))


def _from_keyring(ref: str) -> bytes | None:
    """An item in the Secret Service; None where it has none, or another keyring is chosen."""
    from kubectl_connector import dbus
    from kubectl_connector.ready import USERNAME, service_name

    if not dbus.is_chosen(os.environ):
        return None
    return dbus.read({"service": service_name(ref), "username": USERNAME})


def _from_file(ref: str) -> bytes | None:
    """An item in the encrypted file; None where nobody has just given its passphrase."""
    from kubectl_connector import unlocked
    from kubectl_connector.home import home_folder

    return unlocked.read(f"{home_folder(os.environ)}/secrets.json", ref, _loads)


_READERS = {b"keyring": _from_keyring, b"file": _from_file}
"""How to get at an item, by the name of its store."""


def _reference(block: bytes, now: str) -> str | None:
    """The reference of the item that the catalog has for kubectl, in a connector's lines.

    That is the last credential that was issued, where one is kept, else the secret itself. None
    where there is no such connector, and where its credential has ended.
    """
    end = _field(block, b"expiresAt").strip(b"'").decode()
    if end and end <= now:
        return None
    return (_field(block, b"issuedRef") or _field(block, b"secretRef")).decode() or None


def is_to_be_told(id_: str, now: str) -> bool:
    """Whether a person at kubectl's terminal is to be told today that a credential ends soon.

    ``id_`` is its connector's, and ``now`` of :data:`~kubectl_connector.ready.TIME_FORMAT`.
    """
    try:
        return _is_to_be_told(_block(id_), id_, now)
    except Exception:  # noqa: BLE001
        return False  # what is wrong is told where it matters


def _is_to_be_told(block: bytes, id_: str, now: str) -> bool:
    start = _field(block, b"warnFrom").strip(b"'").decode()
    return bool(start) and start <= now and os.isatty(2) and not os.path.exists(told(id_, now))


def told(id_: str, now: str) -> str:
    """The file that says that a person has been told today."""
    from kubectl_connector.home import home_folder

    return f"{home_folder(os.environ)}/told/{now[:10]}-{id_}"


def _block(id_: str) -> bytes:
    """A connector's lines in the catalog; none where the file is not one that we wrote.

    The catalog is not parsed, as that takes longer than all the rest. So every line must begin as
    we write it: what somebody else may have written is for the ordinary way.
    """
    from kubectl_connector.home import home_folder

    with open(f"{home_folder(os.environ)}/connectors.yaml", "rb") as file:
        head, _, body = file.read().partition(b"connectors:")
    start = f"\n- id: {id_}\n".encode()
    ours = (
        head == b"apiVersion: kubectl-connector/v2\nkind: ConnectorList\n"
        and body.count(b"\n") == body.count(b"\n  ") + body.count(b"\n- id: ") + 1
        and body.endswith(b"\n")
        and body.count(start) == 1
        and id_.replace("-", "").isalnum()
    )
    return body.partition(start)[2].partition(b"\n- ")[0] + b"\n" if ours else b""


def _field(block: bytes, name: bytes) -> bytes:
    """The value of a field of a connector, empty where there is none; ValueError for two."""
    start = b"\n  " + name + b": "
    _, _, rest = (b"\n" + block).partition(start)
    if start in b"\n" + rest:
        raise ValueError("a field that stands twice")
    return rest.partition(b"\n")[0]


def _ready(document: bytes) -> dict[str, str] | None:
    """What an item has ready for kubectl; None where it has nothing, or has another version."""
    from kubectl_connector.ready import ITEM_VERSION

    content = _loads(document.decode("ascii"))
    status = content.get("ready")
    if content["v"] != ITEM_VERSION or type(status) is not dict:
        return None
    return status if all(type(value) is str for value in status.values()) else None


def _exec_credential(api_version: str, status: "Status") -> bytes:
    """The document for kubectl, made without json, which imports re."""
    from _json import encode_basestring_ascii as quote

    pairs = ",".join(f"{quote(name)}:{quote(value)}" for name, value in status.items())
    text = f'{{"apiVersion":"{api_version}","kind":"ExecCredential","status":{{{pairs}}}}}\n'
    return text.encode()


class _Decoder:
    """The attributes that json's C scanner reads from a decoder, with their defaults."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def _loads(text: str) -> dict:  # type: ignore[type-arg]
    """json.loads without importing json, which imports re. Raises ValueError or StopIteration."""
    from _json import make_scanner

    value, end = make_scanner(_Decoder())(text, 0)  # type: ignore[arg-type]
    if text[end:].strip() or type(value) is not dict:
        raise ValueError("not one JSON object")
    return value


def _write(data: bytes) -> int:
    """Write ``data`` to stdout; return the exit code, which alone reports a failure."""
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        return 1
    return 0
