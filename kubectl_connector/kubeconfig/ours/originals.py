"""The entries that login replaces: what is kept of each, and how logout gives it back. Pure.

An entry's exact text goes into the mark of the entry of ours that takes its place. A text with a
secret in it goes to a secret store, and the mark refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from kubectl_connector import secret_looking
from kubectl_connector.errors import KubeconfigError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.document import Document, Spelt
from kubectl_connector.kubeconfig.ours.mark import Mark, Original
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.kubeconfig.schema import BODY, conform
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.kubeconfig.text.scalars import has_one_spelling, tokens
from kubectl_connector.kubeconfig.view import Found, Kubeconfig
from kubectl_connector.model.kubeconfig import Context, Entry
from kubectl_connector.urls import without_password


class Kept(NamedTuple):
    """A text that a secret store keeps."""

    text: str | None
    """None: the store has lost it."""
    files: frozenset[str] = frozenset()
    """The file that it stood in, as it is named now; empty: it is not among the kubeconfigs."""


Texts = Mapping[str, Kept]
"""By reference."""

_PUBLIC = {
    "clusters": {
        *("server", "tls-server-name", "proxy-url"),
        *("certificate-authority", "certificate-authority-data"),
    },
    "users": {
        *("tokenFile", "username", "as", "as-uid", "as-groups", "as-user-extra", "exec"),
        *("client-certificate", "client-certificate-data", "client-key", "client-key-data"),
    },
    "contexts": {"cluster", "user", "namespace"},
}
"""Fields that hold no secret, and those that are looked at by themselves."""
_COMMENT = re.compile(r"(?:^|\s)#(.*)")


class Unkept(NamedTuple):
    """A text with a secret in it, which must be in a secret store before it is replaced."""

    file: str
    """The file that holds it, as it was named."""
    text: str


@dataclass(frozen=True)
class Restored:
    """What logout gives back."""

    bodies: dict[str, dict[str, Entry]] = field(default_factory=lambda: {kind: {} for kind in BODY})
    """By list and name."""
    texts: dict[str, dict[str, Spelt]] = field(default_factory=lambda: {kind: {} for kind in BODY})
    unread: list[str] = field(default_factory=list)
    """References of texts that have to be read first."""
    lost: list[str] = field(default_factory=list)
    """The entries whose texts are lost, or don't fit any more, such as ``user "lab-user"``."""
    refs: list[str] = field(default_factory=list)
    """The references of the texts that are in it."""
    lost_refs: list[str] = field(default_factory=list)
    """The references of the texts that are lost, or don't fit any more."""
    strange: set[tuple[str, str]] = field(default_factory=set)
    """The entries, by list and name, whose texts a store has kept from another file than theirs.
    Anybody may have written the marks that refer to them."""


def original_of(found: Found, refs: Mapping[str, str]) -> Original | Unkept:
    """What to remember of an entry that is to be replaced.

    ``refs`` are the references of texts that are kept already. Raises KubeconfigError for an entry
    that can't be told by its text alone.
    """
    spelt = found.document.spelt(found.kind, found.name)
    if spelt is None:
        raise KubeconfigError(
            f'the {BODY[found.kind]} "{found.name}" in {display_path(found.file)} can\'t be kept:'
            " the file uses anchors or tags",
            "choose another name with --context",
        )
    try:
        beside = {key: value for key, value in spelt.item().items() if key != BODY[found.kind]}
    except TextError:
        beside = {}
    if not has_plaintext(found.kind, found.entry, spelt.text, beside):
        return Original(spelt.column, spelt.text)
    ref = refs.get(spelt.text)
    return Original(spelt.column, ref=ref) if ref else Unkept(found.file, spelt.text)


def has_plaintext(kind: str, body: Entry, text: str = "", beside: Entry | None = None) -> bool:
    """Whether a secret stands in an entry, as far as that can be told; rather yes than no.

    ``text`` is the entry's text: its comments count, and what a second key of a name hides.
    ``beside`` are the fields that stand beside its body.
    """
    rest = {key: value for key, value in body.items() if key not in _PUBLIC[kind]}
    if secret_looking.in_data([rest, beside]) or secret_looking.says_so(text):
        return True
    if kind == "users" and (body.get("client-key-data") or exec_has_secret(body.get("exec"))):
        return True
    if kind == "clusters" and any(
        map(_url_has_secret, (body.get("proxy-url"), body.get("server")))
    ):
        return True
    # A sentence may go on in the next line's comment.
    return secret_looking.in_prose(" ".join(_COMMENT.findall(text)))


def original_has_plaintext(kind: str, original: Original) -> bool:
    """Whether a secret stands in the text of an original; somebody may have written it there."""
    if original.text is None:
        return False
    try:
        item = Spelt(original.text, original.column).item()
        body = conform(kind, item.pop(BODY[kind], None))
    except (TextError, ValueError):
        return secret_looking.in_prose(original.text)
    return has_plaintext(kind, body, original.text, item)


def _url_has_secret(url: str | None) -> bool:
    """Also where there is a user without a password: that may be a token."""
    url = url or ""
    return without_password(url) != url or secret_looking.in_text(url)


def exec_has_secret(stanza: Any) -> bool:
    """Whether an exec stanza, if there is one, has a secret in it."""
    if not stanza:
        return False
    env = ((each.get("name") or "", each.get("value") or "") for each in stanza.get("env") or ())
    _, args = secret_looking.split_args(stanza.get("args") or ())
    return bool(args or secret_looking.split_env(env)[1]) or secret_looking.in_data(stanza)


def restore(
    kubeconfig: Kubeconfig,
    going: Mapping[str, Mapping[str, Mark]],
    texts: Texts,
    ours_too: bool = False,
) -> Restored:
    """The originals of the entries that go, given by list and name with their marks.

    An original can be an entry of ours, which ``secure`` has replaced. It is given back with
    ``ours_too``; else it goes as well, and its own original is given back.
    """
    restored = Restored()
    for kind, marks in going.items():
        for name, mark in marks.items():
            if mark.original:
                found = kubeconfig.table(kind)[name]
                _restore(restored, found, mark.original, texts, ours_too)
    return restored


def _restore(
    restored: Restored, found: Found, original: Original, texts: Texts, ours_too: bool
) -> None:
    kind, name, text = found.kind, found.name, original.text
    if original.ref is not None:
        if original.ref not in texts:
            restored.unread.append(original.ref)
            return
        text, files = texts[original.ref]
        if found.file not in files:
            restored.strange.add((kind, name))
    spelt = Spelt(text or "", original.column)
    try:
        item = spelt.item()
    except TextError:
        item = {}
    body = item.get(BODY[kind]) or {}
    fits = "name" in item and isinstance(body, dict)
    if original.ref is not None:
        (restored.refs if fits else restored.lost_refs).append(original.ref)
    if not fits:
        restored.lost.append(f'{BODY[kind]} "{name}"')
        return
    ours = None if ours_too else Mark.from_entry(body)
    if ours:
        if ours.original:
            _restore(restored, found, ours.original, texts, ours_too)
        return
    restored.bodies[kind][name] = body
    if item["name"] == name:  # else somebody has renamed it
        restored.texts[kind][name] = spelt


def users_of(kubeconfig: Kubeconfig, kind: str, name: str, but: str | None = None) -> list[str]:
    """The contexts that refer to a cluster or user, without the one called ``but``."""
    found = []
    for document in kubeconfig.documents.values():
        for each in _mentioning(document, name):
            context = kubeconfig.contexts[each]
            if each != but and context.document is document:
                body = Context.from_entry(context.entry)
                if (body.cluster if kind == "clusters" else body.user) == name:
                    found.append(each)
    return found


def _mentioning(document: Document, name: str) -> Collection[str]:
    """The contexts that may have a name in their text, found without parsing if it can be."""
    if not has_one_spelling(name):
        return list(document.entries["contexts"])
    keys = [key for key in document.entries_with(name) if key[0] == "contexts"]
    sources = {each: document.source(kind, each) for kind, each in keys}
    return [each for each, text in sources.items() if text is None or name in tokens(text)]
