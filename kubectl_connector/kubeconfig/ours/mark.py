"""The mark that our entries bear, and how they are found without parsing every other entry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.document import Document, Key, broken
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.kubeconfig.text.scalars import has_one_spelling, tokens
from kubectl_connector.kubeconfig.view import Found, Kubeconfig
from kubectl_connector.model.kubeconfig import Entry

MARK = "kubectl-connector"
"""The name of the ``extensions`` item that our clusters, users and contexts bear."""
SECURED = "secured"


@dataclass(frozen=True)
class Original:
    """What an entry of ours stands in the place of, for logout to give back."""

    column: int | None
    """Where its lines began in a block list; None: it stood in brackets."""
    text: str | None = field(default=None, repr=False)
    """Its exact text."""
    ref: str | None = None
    """Where a secret is in the text: the reference of the item that a secret store keeps it in."""

    @classmethod
    def from_data(cls, data: object) -> Original | None:
        """Read what :meth:`to_data` gave; None for anything else."""
        if not isinstance(data, dict):
            return None
        column, text, ref = data.get("column"), data.get("text"), data.get("ref")
        text = text if isinstance(text, str) else None
        ref = ref if isinstance(ref, str) and text is None else None
        fits = isinstance(column, int) and 0 <= column < _FAR_RIGHT
        return cls(column if fits else None, text, ref) if text or ref else None

    def to_data(self) -> dict[str, Any]:
        """JSON-like data."""
        values = {"column": self.column, "text": self.text, "ref": self.ref}
        return {key: value for key, value in values.items() if value is not None}


_FAR_RIGHT = 1_000


@dataclass(frozen=True)
class Mark:
    """Says in a kubeconfig entry that it is ours, and which connector's."""

    connector_id: str
    connector_name: str
    previous_context: str | None = None
    """On a context: the context that was current before login (None: there was none). Its own name:
    that was the original, which login replaced."""
    original: Original | None = None
    """What login replaced with the entry; None: nothing."""
    secured: bool = False
    """On a user: whether ``secure`` put it in the place of its original, for contexts that stay."""

    @classmethod
    def from_entry(cls, body: Mapping[str, Any]) -> Mark | None:
        """The mark that an entry's body bears, None where it is not ours."""
        data = mark_data(body)
        if not data.get("id"):
            return None
        name, previous = data.get("connector"), data.get("previous-context")
        return cls(
            data["id"],
            name if isinstance(name, str) else "",
            previous if isinstance(previous, str) else None,
            Original.from_data(data.get("original")),
            data.get(SECURED) is True,
        )

    def put_on(self, body: Entry) -> Entry:
        """A body with this mark, as its last extension, in place of the one that it bears."""
        others = without_mark(body).get("extensions") or ()
        data: Entry = {"id": self.connector_id, "connector": self.connector_name}
        if self.previous_context is not None:
            data["previous-context"] = self.previous_context
        if self.original:
            data["original"] = self.original.to_data()
        if self.secured:
            data[SECURED] = True
        return {**body, "extensions": [*others, {"name": MARK, "extension": data}]}


def our_args(connector_name: str, connector_id: str) -> list[str]:
    """The arguments of an exec stanza that runs us: we find the connector by its id."""
    return ["credential", connector_name, "--id", connector_id]


def without_mark(body: Mapping[str, Any]) -> Entry:
    """An entry's body without our mark."""
    others = [item for item in body.get("extensions") or () if item.get("name") != MARK]
    rest = {key: value for key, value in body.items() if key != "extensions"}
    return {**rest, "extensions": others} if others else rest


def mark_data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the mark of an entry's body holds; empty where it bears none."""
    for item in body.get("extensions") or ():
        data = item.get("extension")
        if item.get("name") != MARK or not isinstance(data, dict):
            continue
        if data.get("id") and isinstance(data["id"], str):  # others may have written anything
            return data
    return {}


def mark_of(found: Found | None) -> Mark | None:
    """The mark of an entry, None where it is not ours or not there; raises KubeconfigError."""
    return Mark.from_entry(found.entry) if found else None


def belongs_to(found: Found | None, connector_id: str) -> bool:
    """Whether an entry is there and is the connector's; raises KubeconfigError."""
    mark = mark_of(found)
    return mark is not None and mark.connector_id == connector_id


def marked(
    document: Document,
    kinds: Collection[str] = LISTS,
    mentioning: Collection[str] | None = None,
) -> Iterator[Key]:
    """The entries of a document that bear our mark, in order; raises TextError.

    ``mentioning``: only those with one of these strings in their text. The others are not parsed.
    """
    searchable = mentioning is not None and all(map(has_one_spelling, mentioning))
    wanted = set(mentioning or ())
    for kind, name in document.entries_with(MARK):
        source = document.source(kind, name) if searchable else None
        if kind not in kinds or (source is not None and wanted.isdisjoint(tokens(source))):
            continue
        if Mark.from_entry(document.body(kind, name)):
            yield kind, name


def our_contexts(
    kubeconfig: Kubeconfig, mentioning: Collection[str] | None = None
) -> dict[str, Mark]:
    """The marks of our contexts, as :func:`our_entries` finds them."""
    return our_entries(kubeconfig, "contexts", mentioning)


def our_entries(
    kubeconfig: Kubeconfig, kind: str, mentioning: Collection[str] | None = None
) -> dict[str, Mark]:
    """The marks of our clusters, users or contexts, by the entries' names; KubeconfigError.

    ``mentioning`` leaves out entries whose text has none of these strings, without parsing them.
    Every entry that has one as its name, or in its mark, is found; others may be found too.
    """
    marks = {}
    for path, document in kubeconfig.documents.items():
        try:
            names = [name for _, name in marked(document, (kind,), mentioning)]
        except TextError as error:
            raise broken(path, error) from None
        for name in names:
            found = kubeconfig.table(kind)[name]
            mark = mark_of(found)
            if mark and found.file == path:
                marks[name] = mark
    return marks
