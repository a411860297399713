"""Which arguments and environment values of an exec plugin look like secrets.

This is a guess, made on the safe side. A value wrongly taken for a secret costs one read of the
secret store. A secret that this module misses stays readable in the catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

HIDDEN = "[HIDDEN]"
"""The text that replaces a value that went to the secret store."""

_SECRET_NAME = re.compile(
    r"(token|secret|passw|passphrase|pwd|credential|api[-_]?key|access[-_]?key|private[-_]?key)",
    re.IGNORECASE,
)
# Names that contain such a word but carry no secret: places, kinds and identifiers.
_HARMLESS_NAME = re.compile(
    r"(file|path|dir|cache|url|uri|endpoint|type|kind|name|mode|ttl|duration|store|storage"
    r"|provider|plugin|client[-_]?id|key[-_]?id)$",
    re.IGNORECASE,
)
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_RANDOM = re.compile(r"[A-Za-z0-9+_-]{32,}={0,2}")  # no dots or slashes: hosts, paths and ARNs
_WORDS = re.compile(r"[^\s\"',;=]+")
_NAMED = re.compile(
    r"(?<![\w./-])([\w.-]+)[\"'\\]*\s*[:=]\s*\S"
)  # a name that begins a word: linear
_SCHEME = re.compile(r"\b(bearer|basic)\s+\S", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"//[^\s/:@]*:[^\s/@]+@")
_TOLD = re.compile(rf"{_SECRET_NAME.pattern}\w{{0,20}}[\s\"':=]+\S", re.IGNORECASE)


def split_args(args: Sequence[str]) -> tuple[tuple[str, ...], dict[int, str]]:
    """The arguments with secrets replaced by :data:`HIDDEN`, and those secrets by position.

    In ``--flag=value`` the value is hidden. After a bare ``--flag`` the next word is hidden. An
    argument that says by itself that a secret follows, such as a shell command, is hidden whole.
    """
    shown, secrets = [], {}
    follows_secret_flag = False
    for position, arg in enumerate(args):
        flag, equals, value = arg.partition("=")
        is_flag = flag.startswith("-")
        if is_flag and equals and (_names_secret(flag) or in_text(value)):
            shown.append(f"{flag}={HIDDEN}")
            secrets[position] = arg
        elif says_so(arg) or (not is_flag and (follows_secret_flag or in_text(arg))):
            shown.append(HIDDEN)
            secrets[position] = arg
        else:
            shown.append(arg)
        follows_secret_flag = is_flag and not equals and _names_secret(flag)
    return tuple(shown), secrets


def split_env(
    env: Iterable[tuple[str, str]],
) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """The environment with secrets replaced by :data:`HIDDEN`, and those secrets by name."""
    shown, secrets = [], {}
    for name, value in env:
        hidden = bool(value) and (_names_secret(name) or in_text(value))
        shown.append((name, HIDDEN if hidden else value))
        if hidden:
            secrets[name] = value
    return tuple(shown), secrets


def _names_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def _is_secret_value(value: str) -> bool:
    """Whether the value is a JWT, or a long mix of letters and digits as machines generate it."""
    if _JWT.fullmatch(value):
        return True
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return bool(_RANDOM.fullmatch(value)) and mixed and not _is_uuid(value)


def _is_uuid(value: str) -> bool:
    """Whether the value is a UUID: tenant and client ids are UUIDs, and they are public."""
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value, re.IGNORECASE))


def in_data(data: object) -> bool:
    """Whether JSON-like data holds a text that looks like a secret, or a value called like one."""
    if isinstance(data, dict):
        return any(
            in_data(value)
            or (bool(value) and not isinstance(value, bool) and _names_secret(str(key)))
            for key, value in data.items()
        )
    if isinstance(data, (list, tuple)):
        return any(map(in_data, data))
    return isinstance(data, str) and in_text(data)


def in_text(text: str) -> bool:
    """Whether a word of a text looks like a secret, or the text says that there is one."""
    return says_so(text) or any(map(_is_secret_value, _WORDS.findall(text)))


def says_so(text: str) -> bool:
    """Whether a text says that a secret follows: ``token: x``, ``Bearer x``, ``//user:x@host``."""
    named = any(_names_secret(name) for name in _NAMED.findall(text))
    return named or bool(_SCHEME.search(text) or _URL_PASSWORD.search(text))


def in_prose(text: str) -> bool:
    """As :func:`in_text`, for what people write to each other, such as ``old password x``."""
    return in_text(text) or bool(_TOLD.search(text))


def is_surely_secret(word: str) -> bool:
    """Whether a word is a token for sure: then it is refused where it would be kept in the open.

    That is a JWT, a token of AWS, or a long run of digits, capitals and small letters in a mix that
    nobody types. UUIDs, digests and names in several parts, however long, are none.
    """
    runs = re.findall(r"[A-Za-z0-9]{32,}", word)
    return bool(_JWT.search(word)) or word.startswith("k8s-aws-v1.") or any(map(_is_mixed, runs))


def _is_mixed(run: str) -> bool:
    kinds = all(re.search(kind, run) for kind in ("[A-Z]", "[a-z]"))
    return kinds and len(re.findall("[0-9]+", run)) > 1 and not re.fullmatch("[0-9A-Fa-f]+", run)


def path_for_people(path: str) -> str:
    """What was given as the name of a file, for an error: cut, and hidden if it is a secret.

    People paste a token or a key where its file is asked for.
    """
    pasted = "\n" in path or "-----BEGIN" in path or in_text(path) or is_surely_secret(path)
    if pasted:
        return HIDDEN
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"


_LONGEST_PATH = 200


def without_tokens(text: str) -> str:
    """A text for people without the JWTs in it, in whatever place somebody put them."""
    return _JWT.sub(HIDDEN, text) if "eyJ" in text else text
