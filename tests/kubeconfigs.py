"""Kubeconfigs that lead to the loopback API server, one kind of user each.

    write_kubeconfig(path, server, token_user("good"))

The files have comments, blank lines and an unusual indentation, as if a person had written them.
So a test notices a tool that rewrites them.
"""

from __future__ import annotations

import base64
import json
import shlex
import textwrap
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from tests.apiserver import ApiServer

Entry = dict[str, Any]


def write_kubeconfig(
    path: Path,
    server: ApiServer,
    user: Mapping[str, Any],
    *,
    context: str = "lab",
    namespace: str | None = None,
    cluster: Mapping[str, Any] | None = None,
) -> Path:
    """Write a kubeconfig with one context and return its path.

    The cluster is called ``<context>-cluster``, the user ``<context>-user``. ``cluster`` overrides
    fields of the cluster entry; None removes a field.
    """
    entry = cluster_entry(server) | dict(cluster or {})
    where = {"cluster": f"{context}-cluster", "user": f"{context}-user"}
    if namespace:
        where["namespace"] = namespace
    parts = [
        "# The kubeconfig of a test.\napiVersion: v1\nkind: Config\npreferences: {}\n",
        _entries("clusters", "cluster", f"{context}-cluster", entry),
        _entries("contexts", "context", context, where),
        f"current-context: {context}   # where we are\n",
        _entries("users", "user", f"{context}-user", user),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_private(path, "\n".join(parts))
    return path


def cluster_entry(server: ApiServer) -> Entry:
    """The cluster entry of the loopback server; without a CA if it speaks plain HTTP."""
    if server.url.startswith("http:"):
        return {"server": server.url}
    return {"server": server.url, "certificate-authority-data": _data(server.ca_pem)}


def token_user(token: str) -> Entry:
    """A bearer token in the file itself."""
    return {"token": token}


def token_file_user(path: Path, token: str) -> Entry:
    """A bearer token in a file of its own, which this function writes."""
    _write_private(path, token + "\n")
    return {"tokenFile": str(path)}


def client_certificate_user(pair: tuple[str, str]) -> Entry:
    """A client certificate and key (``ApiServer.issue_client_certificate``) in the file itself."""
    certificate, key = pair
    return {"client-certificate-data": _data(certificate), "client-key-data": _data(key)}


def client_certificate_file_user(folder: Path, pair: tuple[str, str]) -> Entry:
    """A client certificate and key in files of their own, which this function writes."""
    certificate, key = pair
    _write_private(folder / "client.crt", certificate)
    _write_private(folder / "client.key", key)
    return {
        "client-certificate": str(folder / "client.crt"),
        "client-key": str(folder / "client.key"),
    }


def token_and_certificate_user(token: str, pair: tuple[str, str]) -> Entry:
    """A token beside a client certificate; an API server checks the certificate first."""
    return token_user(token) | client_certificate_user(pair)


def password_user(username: str, password: str) -> Entry:
    """A user name and password."""
    return {"username": username, "password": password}


def exec_user(
    program: Path,
    *,
    token: str | None = None,
    certificate: tuple[str, str] | None = None,
    expires_at: datetime | None = None,
) -> Entry:
    """A credential plugin, which this function writes, in place of a cloud's login program.

    It answers with the token, the certificate or both, and counts its runs (:func:`exec_runs`).
    """
    status: Entry = {}
    if token is not None:
        status["token"] = token
    if certificate:
        status["clientCertificateData"], status["clientKeyData"] = certificate
    if expires_at:
        utc = expires_at.astimezone(timezone.utc)
        status["expirationTimestamp"] = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    api_version = "client.authentication.k8s.io/v1"
    answer = {"kind": "ExecCredential", "apiVersion": api_version, "status": status}
    _write_private(Path(f"{program}.json"), json.dumps(answer))
    here = shlex.quote(str(program))
    program.write_text(f"#!/bin/sh\necho run >>{here}.runs\ncat {here}.json\n")
    program.chmod(0o700)
    return {
        "exec": {
            "apiVersion": api_version,
            "command": str(program),
            "args": ["get-token", "--cluster", "lab"],
            "env": [{"name": "FAKE_CLOUD_PROFILE", "value": "dev"}],
            "interactiveMode": "Never",
            "provideClusterInfo": False,
        }
    }


def exec_runs(program: Path) -> int:
    """How often the plugin of :func:`exec_user` has run."""
    runs = Path(f"{program}.runs")
    return len(runs.read_text().splitlines()) if runs.exists() else 0


def _entries(plural: str, singular: str, name: str, body: Mapping[str, Any]) -> str:
    """A list of named entries, indented as no YAML library would indent it."""
    present = {key: value for key, value in body.items() if value is not None}
    document = yaml.safe_dump(present, sort_keys=False, default_flow_style=False, width=4096)
    return f'{plural}:\n   - name:   "{name}"\n     {singular}:   # of {name}\n' + textwrap.indent(
        document, " " * 9
    )


def _data(pem: str) -> str:
    return base64.b64encode(pem.encode()).decode()


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
