"""Clusters and users with the files that their entries name, and their conflicts (M10, F, X1).

A relative path counts from the directory of the file that owns the entry, as that was named.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from typing import TypeVar

from kubectl_connector.errors import KubeconfigError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster, Entry
from kubectl_connector.urls import PROXY_SCHEMES, scheme

MAX_BYTES = 1024 * 1024
"""The most that is read of a certificate or key file."""

T = TypeVar("T")

_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]+-----")
_INTERACTIVE_MODES = ("IfAvailable", "Never", "Always")


def cluster(name: str, entry: Entry, file: str) -> Cluster:
    """The cluster ``name`` that ``file`` owns, its CA file read; raises KubeconfigError."""
    entry = _inline(f'cluster "{name}"', entry, file, "certificate-authority")
    found = _read(Cluster.from_entry, f'cluster "{name}"', entry, file)
    if found.certificate_authority_data and found.insecure_skip_tls_verify:
        raise _conflict(
            f'cluster "{name}"',
            file,
            "has both a certificate-authority and insecure-skip-tls-verify",
            "take one of the two out",
        )
    if found.certificate_authority_data and not _PEM.search(found.certificate_authority_data):
        raise _conflict(
            f'cluster "{name}"',
            file,
            "has a certificate-authority that is not PEM",
            "it must begin with -----BEGIN CERTIFICATE-----",
        )
    if found.proxy_url and scheme(found.proxy_url) not in PROXY_SCHEMES:
        raise _conflict(
            f'cluster "{name}"',
            file,
            "has a proxy-url that is not http, https or socks5",
            "write it like http://proxy.example.com:3128",
        )
    return found


def auth_info(name: str, entry: Entry, file: str) -> AuthInfo:
    """The user ``name`` that ``file`` owns, certificate and key read; raises KubeconfigError."""
    what = f'user "{name}"'
    for field in ("client-certificate", "client-key"):
        entry = _inline(what, entry, file, field)
    if entry.get("tokenFile"):
        entry = {**entry, "tokenFile": resolved_path(entry["tokenFile"], file)}
    stanza = entry.get("exec")
    if stanza is not None:
        _check_exec(what, stanza, file)
        if _has_separator(stanza["command"]):
            command = resolved_path(stanza["command"], file)
            entry = {**entry, "exec": {**stanza, "command": command}}
    found = _read(AuthInfo.from_entry, what, entry, file)
    _check_user(what, found, file)
    return found


def _check_user(what: str, user: AuthInfo, file: str) -> None:
    """Raise KubeconfigError for what kubectl refuses to use (F6-F8, F13)."""
    impersonation = user.impersonation
    also = impersonation.uid or impersonation.groups or impersonation.extra
    for wrong, problem, hint in (
        (
            (user.token or user.token_file) and (user.username or user.password),
            "has both a token and a username or password",
            "take one of the two out",
        ),
        (
            user.client_certificate_data and not user.client_key_data,
            "has a client certificate without a client key",
            "add client-key or client-key-data",
        ),
        (
            also and not impersonation.user,
            "has as-uid, as-groups or as-user-extra without as",
            "add as",
        ),
        (user.auth_provider and user.exec, "has both auth-provider and exec", "take one out"),
    ):
        if wrong:
            raise _conflict(what, file, problem, hint)


def _check_exec(what: str, stanza: Entry, file: str) -> None:
    """Raise KubeconfigError for a stanza that kubectl refuses, also where it would not run (X1).

    A stanza without interactiveMode passes, although kubectl allows that in v1beta1 only.
    """
    unnamed = any(not item.get("name") for item in stanza.get("env") or ())
    mode = stanza.get("interactiveMode") or _INTERACTIVE_MODES[0]
    for wrong, problem, hint in (
        (not stanza.get("command"), "has no command in its exec stanza", "add command"),
        (not stanza.get("apiVersion"), "has no apiVersion in its exec stanza", "add apiVersion"),
        (unnamed, "sets a variable without a name in its exec stanza", "add its name"),
        (
            mode not in _INTERACTIVE_MODES,
            "has an unknown interactiveMode in its exec stanza",
            f"make it one of {', '.join(_INTERACTIVE_MODES)}",
        ),
    ):
        if wrong:
            raise _conflict(what, file, problem, hint)


def _inline(what: str, entry: Entry, file: str, field: str) -> Entry:
    """The entry with ``<field>-data`` in place of the file that ``field`` names."""
    named = entry.get(field)
    if not named:
        return entry
    if entry.get(f"{field}-data"):
        raise _conflict(what, file, f"has both {field} and {field}-data", "take one of the two out")
    path = resolved_path(named, file)
    try:
        with open(path, "rb") as source:
            data = source.read(MAX_BYTES)
    except OSError as error:
        raise KubeconfigError(
            f"{field} of {what} can't be read: {display_path(path)}: {error.strerror}",
            f"check the path in {display_path(file)}",
        ) from error
    inlined = {**entry, f"{field}-data": base64.b64encode(data).decode()}
    del inlined[field]
    return inlined


def _read(from_entry: Callable[[Entry], T], what: str, entry: Entry, file: str) -> T:
    try:
        return from_entry(entry)
    except ValueError as error:
        raise _conflict(what, file, f"is broken: {error}", "write it anew") from None


def _conflict(what: str, file: str, problem: str, hint: str) -> KubeconfigError:
    return KubeconfigError(f"{what} in {display_path(file)} {problem}", hint)


def resolved_path(path: str, file: str) -> str:
    """A path that an entry of ``file`` names, absolute."""
    folder = os.path.dirname(os.path.abspath(file))
    return os.path.normpath(os.path.join(folder, path))


def _has_separator(command: str) -> bool:
    return os.sep in command or (os.altsep is not None and os.altsep in command)
