"""A change to kubeconfigs, as it is asked for and as it is made in one file. Pure.

The same type serves from the request to the splice: :func:`by_file` gives each file its part of an
edit, ``ours.memory`` completes the part, and ``apply`` makes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.document import Spelt
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.view import Kubeconfig
from kubectl_connector.model.kubeconfig import Entry


class Keep:
    """The type of :data:`KEEP`."""

    def __repr__(self) -> str:
        """Named as it is used."""
        return "KEEP"


KEEP = Keep()
"""Leave current-context as it is."""


@dataclass(frozen=True)
class Edit:
    """Entries to put in and to take out, and what is current afterwards.

    An upsert whose name exists replaces the body of that entry where it stands. A new one goes to
    the default file (semantics W1, W3).
    """

    upserts: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict, repr=False)
    """Whole bodies, by list and name; they may hold secrets."""
    removals: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Names, by list."""
    current_context: str | Keep = KEEP
    """Empty: none."""
    current_contexts: Mapping[str, str] = field(default_factory=dict)
    """What single files shall name as the current context, by path."""
    secret: Collection[tuple[str, str]] = ()
    """The upserts, by list and name, that hold a secret, which only the file's owner may read."""

    texts: Mapping[str, Mapping[str, Spelt]] = field(default_factory=dict, repr=False)
    """How to spell upserts, by list and name, where these texts fit in place."""
    spellings: Mapping[str, str | None] = field(default_factory=dict)
    """In one file: how to spell top-level fields that were there before; None: take it out."""
    remove_blank: bool = False
    """In one file: whether to remove it where it says nothing afterwards."""

    def puts(self, kind: str) -> Mapping[str, Entry]:
        """The bodies to put into a list, by name."""
        return self.upserts.get(kind, {})

    def text(self, kind: str, name: str) -> Spelt | None:
        """How to spell an upsert; None: as we spell entries."""
        return self.texts.get(kind, {}).get(name)

    def removes(self, kind: str) -> Collection[str]:
        """The names to take out of a list."""
        return self.removals.get(kind, ())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return (
            not any(self.upserts.values())
            and not any(self.removals.values())
            and self.current_context is KEEP
            and not self.current_contexts
        )


def by_file(kubeconfig: Kubeconfig, edit: Edit) -> dict[str, Edit]:
    """The part of an edit that each file gets (W1-W5); what is not there is not removed."""
    upserts: dict[str, dict[str, dict[str, Entry]]] = defaultdict(lambda: defaultdict(dict))
    removals: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind in LISTS:
        table = kubeconfig.table(kind)
        for name, body in edit.puts(kind).items():
            path = table[name].file if name in table else kubeconfig.files.default
            upserts[path][kind][name] = body
        for name in edit.removes(kind):
            if name in table:
                removals[table[name].file][kind].add(name)
    current = _current_contexts(kubeconfig, edit)
    return {
        path: Edit(
            upserts.get(path, {}),
            removals.get(path, {}),
            current.get(path, KEEP),
            texts=edit.texts,
            secret=[key for key in edit.secret if key[1] in upserts.get(path, {}).get(key[0], ())],
        )
        for path in {**upserts, **removals, **current}
    }


def _current_contexts(kubeconfig: Kubeconfig, edit: Edit) -> Mapping[str, str]:
    """The files whose current-context to set, and to what (M2, W4, W5)."""
    wanted = edit.current_context
    if isinstance(wanted, Keep):
        return edit.current_contexts
    before = {path: each.current_context for path, each in kubeconfig.documents.items()}
    after = {**before, **edit.current_contexts}
    if _first(after) == wanted:
        return edit.current_contexts
    if not wanted:
        return {**edit.current_contexts, _holder(after): ""}
    goes = kubeconfig.current_context in edit.removes("contexts")
    path = _holder(before) if goes else kubeconfig.files.default
    return {**edit.current_contexts, path: wanted}


def _first(values: Mapping[str, str]) -> str:
    """The current context of all files, empty for none (M2)."""
    return next(filter(None, values.values()), "")


def _holder(values: Mapping[str, str]) -> str:
    """The file that says which context is current."""
    return next(path for path, value in values.items() if value)
