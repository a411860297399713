"""The exec credential plugin's fast way: from the Secret Service to kubectl's hands.

kubectl waits for this at every call, so nothing is imported but C modules and one module of ours,
no file of ours is read, and what the fast way can't answer well it does not answer at all: the
ordinary ``credential`` command (``cli/credential.py``) then does, with its errors and prompts.
"""

import os
import sys

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"


def answer_fast(arguments: list[str]) -> None:
    """Print the ExecCredential and end the process; return where that can't be done this way.

    ``arguments`` are what follows ``credential`` in the stanza that ``login --exec`` writes.
    """
    answer = _answer(arguments)
    if answer is not None:
        os._exit(_write(answer))  # nothing is left to tidy, and tidying nothing takes milliseconds


def _answer(arguments: list[str]) -> bytes | None:
    """The ExecCredential, or None."""
    if len(arguments) != 3 or arguments[1] != "--id" or not _is_secret_service_chosen():
        return None
    try:
        return _answer_for(arguments[2])
    except Exception:  # noqa: BLE001
        return None  # whatever it is, the ordinary way says it in two lines


def _answer_for(id_: str) -> bytes | None:
    """The ExecCredential of the connector with this id, or None; raises all sorts of things."""
    from _json import encode_basestring_ascii

    from kubectl_connector import secret_service

    api_version = _api_version(os.environ.get("KUBERNETES_EXEC_INFO"))
    if not api_version or not _is_in_catalog(id_):
        return None
    attributes = {"service": f"kubectl-connector/{id_}", "username": "kubectl-connector"}
    found = secret_service.read(attributes)
    values = _values(found) if found else None
    if values is None or not _is_good(values):
        return None
    pairs = ",".join(
        f"{encode_basestring_ascii(_STATUS[name])}:{encode_basestring_ascii(value)}"
        for name, value in values.items()
    )
    text = f'{{"apiVersion":"{api_version}","kind":"ExecCredential","status":{{{pairs}}}}}\n'
    return text.encode()


_STATUS = {
    "token": "token",
    "client_certificate": "clientCertificateData",
    "client_key": "clientKeyData",
    "expires_at": "expirationTimestamp",
}
"""The names of a secret's values, and those of ExecCredentialStatus."""


def _is_good(values: dict[str, str]) -> bool:
    """Whether the values make a credential that kubectl takes (semantics X7) and has not ended."""
    import time

    pair = ("client_certificate" in values) + ("client_key" in values)
    if not values.keys() <= _STATUS.keys() or pair == 1 or not (pair or "token" in values):
        return False  # not a credential, or only a part of one
    # Both are RFC 3339 in UTC to the second: they sort as they follow each other in time.
    end = values.get("expires_at")
    return end is None or end > time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _api_version(info: str | None) -> str | None:
    """The version to answer in; v1 where kubectl did not say, None for one that is unknown."""
    if not info:
        return V1
    version = _loads(info)["apiVersion"]
    return version if version in (V1, V1BETA1) else None


def _values(document: bytes) -> dict[str, str] | None:
    content = _loads(document.decode("ascii"))
    values = content["values"]
    if content["v"] != 1 or not all(type(value) is str for value in values.values()):
        return None
    return values  # type: ignore[no-any-return]


class _Decoder:
    """What json's C scanner reads off a decoder: the defaults."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def _loads(text: str) -> dict:  # type: ignore[type-arg]
    """json.loads without importing json, and with it re; ValueError or StopIteration."""
    from _json import make_scanner

    value, end = make_scanner(_Decoder())(text, 0)  # type: ignore[arg-type]
    if text[end:].strip() or type(value) is not dict:
        raise ValueError("not one JSON object")
    return value


def _is_secret_service_chosen() -> bool:
    """Whether ``keyring`` would take the Secret Service, where it has nothing else to go by."""
    if sys.platform != "linux" or "PYTHON_KEYRING_BACKEND" in os.environ:
        return False
    if "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", ""):
        return False  # KWallet is likely to be preferred
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return not os.path.exists(f"{config}/python_keyring/keyringrc.cfg")


def _is_in_catalog(id_: str) -> bool:
    """Whether there is a connector with this id whose secret is in the keyring.

    One that was deleted, or moved to another store, may have left its secret behind. The catalog is
    not parsed: what does not look as we write it is for the ordinary way.
    """
    from kubectl_connector.home import home_folder

    with open(f"{home_folder(os.environ)}/connectors.yaml", "rb") as file:
        _, found, rest = file.read().partition(f"\n- id: {id_}\n".encode())
    return bool(found) and b"\n  secretStore: keyring\n" in rest.partition(b"\n- ")[0]


def _write(data: bytes) -> int:
    """The exit code: a reader who has gone, or a full disk, is nobody to tell."""
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        return 1
    return 0
