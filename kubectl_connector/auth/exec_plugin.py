"""An exec credential plugin (KEP-541): the stanza is kept, so that its credentials stay fresh."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from kubectl_connector import secret_looking
from kubectl_connector.auth.interface import (
    AuthMethod,
    Field,
    FieldKind,
    IssueRequest,
    Material,
)
from kubectl_connector.auth.programs import answer_of
from kubectl_connector.errors import ConnectorError, RefusedError, UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.model.connector import Connector, parse_time
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster, ExecConfig
from kubectl_connector.model.secret import Credential, Secret
from kubectl_connector.ready import API_VERSIONS, V1BETA1

_EXEC = "exec"


class _ExecPlugin(AuthMethod):
    name = "exec"
    title = "Exec plugin"
    summary = "A program that gives fresh credentials (GKE, EKS, AKS, OIDC); only from kubeconfigs."
    renews_itself = True
    fields = (
        Field("command", "the program", FieldKind.DERIVED),
        Field("args", "its arguments", FieldKind.DERIVED, required=False),
        Field("env", "its environment variables", FieldKind.DERIVED, required=False),
        Field(
            "hidden values",
            "args and env values that look like secrets",
            FieldKind.DERIVED,
            secret=True,
            required=False,
        ),
    )

    @property
    def noun(self) -> str:
        return "credential"

    def recognises(self, user: AuthInfo) -> bool:
        """Kubectl does not run the program of a user that has any other credential (X5)."""
        other = user.token or user.token_file or user.username or user.password
        return bool(user.exec and not other and not user.client_certificate_data)

    def from_auth_info(self, user: AuthInfo) -> Material:
        stanza = user.exec
        if not stanza or not stanza.command:
            raise UsageError("the exec stanza has no command", "add the command to the kubeconfig")
        if stanza.api_version not in API_VERSIONS:
            raise UsageError(
                f"kubectl no longer takes an exec stanza of {stanza.api_version or 'no version'}",
                _newer_stanza(stanza),
            )
        args, secret_args = secret_looking.split_args(stanza.args)
        env, secret_env = secret_looking.split_env(stanza.env)
        shown = replace(stanza, args=args, env=env).to_entry()
        hidden = {f"arg {i}": value for i, value in secret_args.items()}
        hidden |= {f"env {name}": value for name, value in secret_env.items()}
        return Material({_EXEC: shown}, Secret(hidden))

    def build(self, values: Mapping[str, str]) -> Material:
        raise UsageError(
            "an exec connector is made from a kubeconfig's exec stanza",
            "kubectl connector register NAME --auto-configure --context CONTEXT",
        )

    def auth_info(self, configuration: Mapping[str, Any], secret: Secret) -> AuthInfo:
        return AuthInfo(exec=_stanza(configuration, secret))

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        stanza = _stanza(configuration, secret)
        return _read_answer(_run(stanza, request), stanza)

    def runs(self, configuration: Mapping[str, Any]) -> ExecConfig | None:
        return ExecConfig.from_entry(configuration[_EXEC])

    def renewal(self, connector: Connector) -> str:
        return "sign in again with the program that gives its credentials"

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        """Whoever the program says; it is not asked."""
        return f"whoever {os.path.basename(configuration[_EXEC]['command'])} signs in"

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        stanza = ExecConfig.from_entry(configuration[_EXEC])
        shown = {"command": stanza.command, "args": " ".join(stanza.args)}
        shown["env"] = " ".join(f"{name}={value}" for name, value in stanza.env)
        return {name: value for name, value in shown.items() if value}


def _newer_stanza(stanza: ExecConfig) -> str:
    """How to come to a stanza that kubectl takes."""
    program = os.path.basename(stanza.command).removesuffix(".exe")
    own = _COMMANDS.get(program)
    if own:
        return f"upgrade {program}, then write the stanza anew: {own}"
    return (
        f"upgrade {program}, and say apiVersion: {V1BETA1} there in the kubeconfig;"
        " or let its provider's own command write the context anew"
    )


_COMMANDS = {
    "aws": "aws eks update-kubeconfig --name CLUSTER",
    "aws-iam-authenticator": "aws eks update-kubeconfig --name CLUSTER",
    "doctl": "doctl kubernetes cluster kubeconfig save CLUSTER",
    "gke-gcloud-auth-plugin": "gcloud container clusters get-credentials CLUSTER",
    "kubelogin": "kubelogin convert-kubeconfig",
}
"""The commands of providers that write a stanza for their programs."""


def _stanza(configuration: Mapping[str, Any], secret: Secret) -> ExecConfig:
    """The stanza with its secret values put back in."""
    stanza = ExecConfig.from_entry(configuration[_EXEC])
    args = tuple(secret.get(f"arg {i}", value) for i, value in enumerate(stanza.args))
    env = tuple((name, secret.get(f"env {name}", value)) for name, value in stanza.env)
    return replace(stanza, args=args, env=env)


def _run(stanza: ExecConfig, request: IssueRequest) -> bytes:
    """Run the program as kubectl does (X2 to X4, X10), and return what it printed."""
    interactive = request.interactive and stanza.interactive_mode != "Never"
    if stanza.interactive_mode == "Always" and not interactive:
        raise ConnectorError(
            f"the exec plugin {stanza.command} needs a terminal, and there is none",
            "run the command again at a terminal; nobody is asked twice in one",
        )
    info = {
        "apiVersion": stanza.api_version,
        "kind": "ExecCredential",
        "spec": {"interactive": interactive},
    }
    if stanza.provide_cluster_info:
        info["spec"]["cluster"] = _cluster_info(request.cluster)  # type: ignore[index]
    extra = {"KUBERNETES_EXEC_INFO": json.dumps(info)}
    code, output = answer_of(stanza, "exec plugin", interactive, request.timeout, extra)
    if code:
        raise RefusedError(
            f"the exec plugin {stanza.command} gave no credential (exit status {code})",
            "sign in with it again; what it printed stands above",
        )
    return output


def _cluster_info(cluster: Cluster) -> dict[str, Any]:
    """``spec.cluster`` of the plugin's input (X3)."""
    entry = cluster.to_entry()
    entry.pop("extensions", None)
    return {**entry, "config": cluster.exec_config}


def _read_answer(output: bytes, stanza: ExecConfig) -> Credential:
    """Read the credential from a plugin's output, and check what kubectl checks (X7 to X9)."""
    try:
        answer = json.loads(output)
        status = answer["status"]
        if answer["apiVersion"] != stanza.api_version:
            raise ValueError("another apiVersion")
        certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
        if bool(certificate) != bool(key) or not (certificate or status.get("token")):
            raise ValueError("half a credential")
        token, expiry = status.get("token"), status.get("expirationTimestamp")
        if token and not (token.isascii() and token.isprintable()):
            raise ValueError("no header can carry the token")
        return Credential(
            token=token,
            client_certificate=certificate,
            client_key=key,
            expires_at=None if expiry is None else parse_time(expiry),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # Not chained: a JSON error carries the text, and the text is a credential.
        raise ConnectorError(
            f"the exec plugin {stanza.command} printed no {stanza.api_version} ExecCredential",
            "run it by hand: it must print one JSON document and nothing else",
        ) from None


METHOD = _ExecPlugin()
