"""What kubectl sees: the merge of all kubeconfig files (semantics M1-M6), each parsed once."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_connector import suggest
from kubectl_connector.errors import KubeconfigError, NotFoundError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.kubeconfig.disk import read_kubeconfig
from kubectl_connector.kubeconfig.document import Document, broken, parse
from kubectl_connector.kubeconfig.paths import (
    EMPTY,
    MISSING,
    NO_CONTEXTS,
    KubeconfigFiles,
    display_path,
)
from kubectl_connector.kubeconfig.resolve import auth_info, cluster
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.text.outline import TextError
from kubectl_connector.model.kubeconfig import (
    AuthInfo,
    Cluster,
    Context,
    Entry,
    Extensions,
    extensions_of,
)


@dataclass(frozen=True)
class Found:
    """A cluster, user or context, and the file that owns it (M1)."""

    name: str
    file: str
    """As it was named in KUBECONFIG or ``--kubeconfig``."""
    kind: str
    """clusters, users or contexts."""
    document: Document = field(repr=False, compare=False)

    @property
    def entry(self) -> Entry:
        """Its body, parsed at the first call; KubeconfigError for a field of a wrong type."""
        try:
            return self.document.body(self.kind, self.name)
        except TextError as error:
            raise broken(self.file, error) from None


@dataclass(frozen=True)
class ResolvedContext:
    """A context with all that it refers to; certificate and key files have been read (M10)."""

    name: str
    file: str
    """The file that owns the context."""
    context: Context
    cluster: Cluster
    auth_info: AuthInfo
    extensions: Extensions = field(default_factory=Extensions)
    """All that stand in the three entries, ours too."""


class Kubeconfig:
    """The merged view. An entry is parsed when it is first asked for."""

    def __init__(self, files: KubeconfigFiles, documents: Mapping[str, Document]) -> None:
        self.files = files
        self.documents = documents
        """The files that exist, by path, in order of precedence."""
        current = ((d.current_context, path) for path, d in documents.items() if d.current_context)
        self.current_context: str | None
        """The first that is not empty (M2)."""
        self.current_context, self._says_current = next(current, (None, ""))
        self._tables: dict[str, dict[str, Found]] = {kind: {} for kind in LISTS}
        for path, document in documents.items():
            for kind, table in self._tables.items():
                for name in document.entries[kind]:
                    table.setdefault(name, Found(name, path, kind, document))
        self.clusters: Mapping[str, Found] = self._tables["clusters"]
        self.users: Mapping[str, Found] = self._tables["users"]
        self.contexts: Mapping[str, Found] = self._tables["contexts"]

    def table(self, kind: str) -> Mapping[str, Found]:
        """The entries of a list, by name: clusters, users or contexts."""
        return self._tables[kind]

    def resolve(self, context: str | None = None) -> ResolvedContext:
        """A context (None: the current one) with its cluster and user.

        Raises NotFoundError where there is no such context, or none is current (F11). Raises
        KubeconfigError where there is no context at all, where the context names a cluster or user
        that is missing, where a file that they refer to can't be read, or where their fields
        conflict (F2-F4, F6-F8, F13).
        """
        if not self.contexts:
            raise self.files.lack(*self._lack())
        name = context or self.current_context
        if not name:
            raise NotFoundError(
                "the kubeconfig has no current context",
                f"name one with --context; {self.files.listing}",
            )
        found = self.contexts.get(name)
        if not found and not context:
            file = display_path(self._says_current)
            raise NotFoundError(
                f'the current context "{name}" of {file} does not exist',
                f"name another one with --context; {self.files.listing}",
            )
        if not found:
            raise NotFoundError(
                f'no context named "{name}"',
                suggest.did_you_mean(name, self.contexts, self.files.listing),
            )
        body = Context.from_entry(found.entry)
        cluster_entry = self._referred(self.clusters, found, "cluster", body.cluster)
        user_entry = self._referred(self.users, found, "user", body.user) if body.user else None
        return ResolvedContext(
            name,
            found.file,
            body,
            cluster(cluster_entry.name, cluster_entry.entry, cluster_entry.file),
            auth_info(user_entry.name, user_entry.entry, user_entry.file)
            if user_entry
            else AuthInfo(),
            Extensions(
                extensions_of(cluster_entry.entry),
                extensions_of(user_entry.entry if user_entry else {}),
                extensions_of(found.entry),
            ),
        )

    def _lack(self) -> tuple[str, str]:
        """What is wrong with files that have no context."""
        if not self.documents:
            return MISSING
        return NO_CONTEXTS if any(self._tables.values()) else EMPTY

    def _referred(self, table: Mapping[str, Found], found: Found, what: str, name: str) -> Found:
        if name in table:
            return table[name]
        problem = f'refers to a {what} "{name}" that does not exist' if name else f"names no {what}"
        raise KubeconfigError(
            f'context "{found.name}" {problem}',
            f"see what it should be: kubectl config get-{what}s{self.files.option}",
        )


def load(files: KubeconfigFiles) -> Kubeconfig:
    """Read and merge the files. Missing ones are empty, but an explicit one must exist (D5, D6).

    Raises KubeconfigError; the error names every file that is bad (M5).
    """
    contents = {path: read_kubeconfig(files.source(path)) for path in files.paths}
    if None in contents.values():
        files.check_named()
    return merge(files, contents)


def merge(
    files: KubeconfigFiles,
    contents: Mapping[str, bytes | None],
    known: Mapping[str, Document] | None = None,
) -> Kubeconfig:
    """The merged view of contents that have been read (None: missing); KubeconfigError.

    ``known`` are documents whose contents have been parsed before.
    """
    documents: dict[str, Document] = {}
    errors: list[KubeconfigError] = []
    for path, data in contents.items():
        if data is not None:
            try:
                documents[path] = (known or {}).get(path) or parse(path, data)
            except KubeconfigError as error:
                errors.append(error)
    if errors:
        raise KubeconfigError("; ".join(error.message for error in errors), errors[0].hint)
    return Kubeconfig(files, documents)
