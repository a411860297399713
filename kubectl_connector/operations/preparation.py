"""What a connector's method wants in the cluster: made before it is used, and taken away again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.derived import asking, base_of
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.connector import Connector, Made, Spec
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.draft import draft_of
from kubectl_connector.operations.issue import request_for
from kubectl_connector.operations.layers import layers_of
from kubectl_connector.operations.workspace import Workspace

Manifest = Mapping[str, Any]


def wanted(spec: Spec, before: Spec | None = None) -> tuple[Manifest, ...]:
    """The objects that a connector's method wants; without those that it wanted ``before``."""
    if not spec.auth_method or not spec.configuration:
        return ()
    method = auth_method(spec.auth_method)
    had = wanted(before) if before else ()
    return tuple(
        each for each in method.wants(spec.configuration, spec.namespace) if each not in had
    )


@contextmanager
def prepared(
    workspace: Workspace, connector: Connector, item: Item, manifests: tuple[Manifest, ...]
) -> Iterator[tuple[Made, ...]]:
    """The objects are there; gives those that were made for it. Where the rest fails, they go.

    Raises what the cluster answers, and what issuing the base's credential raises.
    """
    if not manifests:
        yield ()
        return
    from kubectl_connector.cluster import objects

    made: list[Made] = []
    base = base_of(connector.configuration, item.secret)
    with asking(base, request_for(workspace, connector, item)) as caller:
        try:
            for manifest in manifests:
                if one := objects.make(caller, manifest):
                    made.append(one)
            yield tuple(made)
        except BaseException:
            for one in reversed(made):
                try:
                    objects.remove(caller, one)
                except ConnectorError:
                    workspace.tell(f"the {one} that was made for it stays in the cluster")
            raise


def take_away(workspace: Workspace, connector: Connector, item: Item) -> tuple[Made, ...]:
    """Delete what was made in the cluster for a connector; gives what was still there.

    Raises RefusedError and ClusterError; what is left can be taken away again.
    """
    from kubectl_connector.cluster import objects

    if not connector.made:
        return ()
    base = layers_of(draft_of(connector, item)).base  # it may rest on none any more
    with asking(base, request_for(workspace, connector, item)) as caller:
        return tuple(one for one in reversed(connector.made) if objects.remove(caller, one))
