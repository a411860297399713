"""What to call a credential, and how to get a fresh one."""

from __future__ import annotations

from kubectl_connector.auth import auth_method
from kubectl_connector.model.connector import Connector


def renewal(connector: Connector) -> str:
    """What to type for a fresh credential."""
    return auth_method(connector.auth_method).renewal(connector)


def noun(connector: Connector) -> str:
    """What to call the connector's credential."""
    return auth_method(connector.auth_method).noun
