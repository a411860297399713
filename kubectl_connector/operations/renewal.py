"""What to call a credential, and how to get a fresh one."""

from __future__ import annotations

from kubectl_connector.model.connector import Connector


def renewal(connector: Connector) -> str:
    """What to type for a fresh credential."""
    if connector.auth_method == "exec":
        return "sign in again with the program that gives its credentials"
    update = f"kubectl connector update {connector.name}"
    if connector.origin:
        return f"sign in again there, then: {update} --auto-configure"
    options = {"password": "--password-stdin", "client-certificate": "--client-certificate FILE"}
    return f"{update} {options.get(connector.auth_method, '--token-stdin')}"


def noun(connector: Connector) -> str:
    """What to call the connector's credential."""
    return {"exec": "credential"}.get(
        connector.auth_method, connector.auth_method.replace("-", " ")
    )
