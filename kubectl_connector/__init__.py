"""Named, keyring-backed ways into Kubernetes clusters.

The public names are imported on first use, so that ``import kubectl_connector`` costs nothing.
:func:`connect` opens an authenticated API client. The other names are :class:`Connector` and the
errors that users see.
"""

TYPE_CHECKING = False  # importing typing for it would cost time at every start
if TYPE_CHECKING:
    from kubectl_connector.api import connect
    from kubectl_connector.errors import (
        ClusterError,
        ConnectorError,
        NotFoundError,
        RefusedError,
        StoreError,
    )
    from kubectl_connector.model.connector import Connector

__version__ = "0.1.0"
__all__ = [
    "ClusterError",
    "Connector",
    "ConnectorError",
    "NotFoundError",
    "RefusedError",
    "StoreError",
    "__version__",
    "connect",
]

_HOMES = {
    "connect": "kubectl_connector.api",
    "Connector": "kubectl_connector.model.connector",
    **dict.fromkeys(
        ("ClusterError", "ConnectorError", "NotFoundError", "RefusedError", "StoreError"),
        "kubectl_connector.errors",
    ),
}


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
