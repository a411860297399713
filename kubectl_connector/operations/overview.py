"""What there is: the connectors, and where kubectl can use them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubectl_connector.errors import KubeconfigError, UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.logged_in import contexts_by_connector, holds_secret
from kubectl_connector.kubeconfig.paths import MISSING, KubeconfigFiles
from kubectl_connector.kubeconfig.view import Kubeconfig, load
from kubectl_connector.model.connector import Connector
from kubectl_connector.operations.workspace import Workspace

if TYPE_CHECKING:  # most lists are of everything
    from kubectl_connector.model.selector import Selector


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
    """All connectors that matched, and what there is to say of the kubeconfig."""

    listed: tuple[Listed, ...]
    kubeconfig_error: KubeconfigError | None = None
    """Why nothing is known of it, if that is so."""
    missing: tuple[str, ...] = ()
    """The files that KUBECONFIG names, where none of them exists: there will be one with login."""


def overview(
    workspace: Workspace, files: KubeconfigFiles, selector: Selector | None = None
) -> Overview:
    """The connectors whose labels ``selector`` matches; None: all.

    They are also listed where the kubeconfig can't be read.
    """
    every = workspace.catalog.load()
    connectors = [c for c in every if not selector or selector.matches(c.labels)]
    try:
        kubeconfig = load(files)
        contexts = contexts_by_connector(kubeconfig)
    except KubeconfigError as error:
        return Overview(tuple(Listed(c, (), (), None) for c in connectors), error)
    listed = tuple(_listed(c, kubeconfig, contexts.get(c.id, ())) for c in connectors)
    if files.from_variable and not files.paths:
        return Overview(listed, files.lack(*MISSING))
    absent = files.from_variable and not kubeconfig.documents
    return Overview(listed, missing=files.paths if absent else ())


def parse_labels(texts: list[str]) -> dict[str, str]:
    """``k=v`` texts as a mapping; UsageError for one that Kubernetes would not take either."""
    from kubectl_connector.model.selector import check_label

    labels: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f'"{text}" is not a label', "write it like team=payments")
        several = value.split(",")
        if len(several) > 1 and all("=" in each for each in several[1:]):
            raise UsageError(
                f'"{text}" is more than one label',
                f"give --label once for each: --label {text.replace(',', ' --label ')}",
            )
        check_label(key, value)
        labels[key] = value
    return labels


def _listed(connector: Connector, kubeconfig: Kubeconfig, contexts: Sequence[str]) -> Listed:
    current = kubeconfig.current_context
    embedded = tuple(c for c in contexts if holds_secret(kubeconfig, c, connector.id))
    return Listed(connector, tuple(contexts), embedded, current if current in contexts else None)
