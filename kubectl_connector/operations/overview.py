"""What there is: the connectors, and where kubectl can use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_connector.errors import KubeconfigError, UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.logged_in import contexts_by_connector, holds_secret
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import Kubeconfig, load
from kubectl_connector.model.connector import Connector
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class Listed:
    """A connector and its contexts."""

    connector: Connector
    contexts: tuple[str, ...]
    """The contexts that login made, by name."""
    embedded: tuple[str, ...]
    """Those of them that hold the credential itself."""
    current: str | None
    """The one of them that is current, if any."""


@dataclass(frozen=True)
class Overview:
    """All connectors that matched, and why the kubeconfig could not be read, if it could not."""

    listed: tuple[Listed, ...]
    kubeconfig_error: KubeconfigError | None


def overview(
    workspace: Workspace, files: KubeconfigFiles, labels: Mapping[str, str | None]
) -> Overview:
    """The connectors that have every one of ``labels`` (a None value: whatever the value).

    They are also listed where the kubeconfig can't be read.
    """
    connectors = [c for c in workspace.catalog.load() if _matches(c, labels)]
    try:
        kubeconfig = load(files)
        contexts = contexts_by_connector(kubeconfig)
    except KubeconfigError as error:
        return Overview(tuple(Listed(c, (), (), None) for c in connectors), error)
    return Overview(tuple(_listed(c, kubeconfig, contexts.get(c.id, ())) for c in connectors), None)


def parse_labels(texts: list[str], bare: bool = False) -> dict[str, str | None]:
    """``k=v`` texts as a mapping; ``k`` alone too where ``bare``. UsageError for a bad one."""
    labels: dict[str, str | None] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not (equals or bare):
            raise UsageError(f'"{text}" is not a label', "write it like team=payments")
        labels[key] = value if equals else None
    return labels


def _matches(connector: Connector, labels: Mapping[str, str | None]) -> bool:
    return all(
        key in connector.labels and value in (None, connector.labels[key])
        for key, value in labels.items()
    )


def _listed(connector: Connector, kubeconfig: Kubeconfig, contexts: Sequence[str]) -> Listed:
    current = kubeconfig.current_context
    embedded = tuple(c for c in contexts if holds_secret(kubeconfig, c, connector.id))
    return Listed(connector, tuple(contexts), embedded, current if current in contexts else None)
