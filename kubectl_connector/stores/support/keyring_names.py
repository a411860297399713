"""What a connector's item is called in a keyring."""

from __future__ import annotations

USERNAME = "kubectl-connector"
"""The account of every item: what people look for in Seahorse or Keychain Access."""


def service_name(connector_id: str) -> str:
    """The service name of a connector's item (of its header, where it is in parts)."""
    return f"kubectl-connector/{connector_id}"
