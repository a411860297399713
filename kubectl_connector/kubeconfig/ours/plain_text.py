"""What stands in plain text in kubeconfigs, or in files that their users name. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.document import Document, broken
from kubectl_connector.kubeconfig.ours.mark import Mark, our_args, without_mark
from kubectl_connector.kubeconfig.ours.originals import (
    exec_has_secret,
    has_plaintext,
    original_has_plaintext,
)
from kubectl_connector.kubeconfig.resolve import resolved_path
from kubectl_connector.kubeconfig.schema import BODY
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.kubeconfig.view import Found, Kubeconfig
from kubectl_connector.model.kubeconfig import Context, Entry
from kubectl_connector.secret_looking import in_data


@dataclass(frozen=True)
class PlainText:
    """An entry of a kubeconfig with a secret in it, or in a file that it names."""

    found: Found
    holds: tuple[str, ...]
    """What that is, in a person's words, such as ``token`` or ``key file``."""
    files: tuple[str, ...] = ()
    """The files that its user names for a secret or a certificate, absolute."""
    hidden_by: str | None = None
    """The file whose entry of the same name is the one that kubectl reads; None: this one is."""

    @property
    def entry(self) -> str:
        """As in a sentence, such as ``user "lab-user"``."""
        return f'{BODY[self.found.kind]} "{self.found.name}"'


Scope = Collection[tuple[str, str]]
"""Entries, by list and name."""


def scope_of(kubeconfig: Kubeconfig, contexts: Collection[str]) -> Scope:
    """The contexts, which must be there, with their clusters and users; raises KubeconfigError."""
    scope: dict[tuple[str, str], None] = {}
    for name in contexts:
        body = Context.from_entry(kubeconfig.contexts[name].entry)
        for kind, each in (("users", body.user), ("clusters", body.cluster), ("contexts", name)):
            if each in kubeconfig.table(kind):
                scope[kind, each] = None
    return tuple(scope)


def plain_text(kubeconfig: Kubeconfig, scope: Scope | None = None) -> tuple[PlainText, ...]:
    """What stands in plain text in these entries; None: in all of all files.

    Users come first. Raises KubeconfigError for a file that can't be understood.
    """
    found = _every(kubeconfig) if scope is None else (kubeconfig.table(k)[n] for k, n in scope)
    order = ("users", "clusters", "contexts")
    entries = sorted(found, key=lambda each: order.index(each.kind))
    return tuple(filter(None, (_plain_text(kubeconfig, each) for each in entries)))


def files_of(found: Found) -> tuple[str, ...]:
    """The files that a user names for its credential, absolute; raises KubeconfigError."""
    named = filter(None, map(found.entry.get, ("client-certificate", "client-key", "tokenFile")))
    return tuple(resolved_path(path, found.file) for path in named)


def _every(kubeconfig: Kubeconfig) -> Iterator[Found]:
    for path, document in kubeconfig.documents.items():
        for kind, slots in document.entries.items():
            for name in slots:
                yield Found(name, path, kind, document)


def _plain_text(kubeconfig: Kubeconfig, found: Found) -> PlainText | None:
    first = kubeconfig.table(found.kind)[found.name].file
    hidden_by = None if first == found.file else first
    body, mark = without_mark(found.entry), Mark.from_entry(found.entry)
    text, beside = _around(found.document, found)
    if found.kind == "contexts":  # names of a cluster, a user and a namespace are no secrets
        body, text = {key: body[key] for key in body if key not in _NAMES}, ""
    stanza = body.get("exec")
    if mark and stanza and stanza.get("args") == our_args(mark.connector_name, mark.connector_id):
        # What stands beside our arguments in it is looked at: anybody may have written it.
        body = {**body, "exec": {key: value for key, value in stanza.items() if key != "args"}}
        text = ""  # it says no more than the stanza that we wrote
    if mark and found.kind != "users":
        text = ""
    holds = [word for key, word in _WORDS.items() if found.kind == "users" and body.get(key)]
    if found.kind == "users" and exec_has_secret(body.get("exec")):
        holds.append("secret of an exec plugin")
    if found.kind == "users" and in_data(body.get("auth-provider")):
        holds.append("auth-provider")
    if not set(holds) - _FILES and has_plaintext(found.kind, body, text, beside):
        holds.append(_OTHERWISE[found.kind])
    if mark and mark.original and original_has_plaintext(found.kind, mark.original):
        holds.append("secret in what login replaced")
    if not holds:
        return None
    files = files_of(found) if found.kind == "users" else ()
    return PlainText(found, tuple(holds), files, hidden_by)


def _around(document: Document, found: Found) -> tuple[str, Entry]:
    """An entry's text, and the fields beside its body; empty where the text alone says nothing."""
    spelt = document.spelt(found.kind, found.name)
    try:
        item: Mapping[str, Any] = document.item(found.kind, found.name)
    except TextError as error:
        raise broken(found.file, error) from None
    beside = {key: value for key, value in item.items() if key != BODY[found.kind]}
    return spelt.text if spelt else "", beside


_NAMES = {"cluster", "user", "namespace"}
_WORDS = {
    "token": "token",
    "password": "password",
    "client-key-data": "client key",
    "tokenFile": "token file",
    "client-key": "key file",
}
"""What fields of a user hold."""
_FILES = {"token file", "key file"}
_OTHERWISE = {
    "users": "what looks like a secret",
    "clusters": "password in a URL, or what looks like a secret",
    "contexts": "what looks like a secret",
}
