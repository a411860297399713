"""The kubeconfig user that runs us: kubectl then asks us for the credential at every call."""

from __future__ import annotations

from kubectl_connector.errors import ConnectorError
from kubectl_connector.kubeconfig.ours.mark import our_args
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import AuthInfo, ExecConfig


def exec_user(
    connector: Connector, program: str | None, env: tuple[tuple[str, str], ...], api_version: str
) -> AuthInfo:
    """A user whose stanza names the connector; we find it by its id, under any name.

    ``program`` is the command to name us by, ``env`` what it needs to find our files. Raises
    ConnectorError where there is no command.
    """
    stanza = ExecConfig(
        command=known_program(program),
        args=tuple(our_args(connector.name, connector.id)),
        env=env,
        api_version=api_version,
        install_hint=_INSTALL_HINT.format(connector.name),
    )
    return AuthInfo(exec=stanza, impersonation=connector.impersonation)


def known_program(program: str | None) -> str:
    """The command to name us by; ConnectorError where there is none."""
    if not program:
        raise ConnectorError(
            "kubectl-connector is not on the PATH, so kubectl could not run it",
            "put it on the PATH, or name it all the same: --exec-command name",
        )
    return program


_INSTALL_HINT = """\
This context's credential is kept by kubectl-connector, which is not installed here.
Install it: https://github.com/kubectl-connector/kubectl-connector
If it is elsewhere now: kubectl connector login {} --exec"""
