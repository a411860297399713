"""What to call a credential, and how to get a fresh one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kubectl_connector.durations import ago
from kubectl_connector.errors import RefusedError
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.credential import Credential


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


def check_end(connector: Connector, credential: Credential, now: datetime) -> Credential:
    """The credential with its end, which is what the user said, else what it says of itself.

    Raises RefusedError where it has come.
    """
    end = connector.expires_at or credential.expires_at
    if end is not None and end <= now:
        raise RefusedError(
            f'the {noun(connector)} of "{connector.name}" expired {ago(end, now)}',
            renewal(connector),
        )
    return replace(credential, expires_at=end)
