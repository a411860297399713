"""Short-lived tokens that Vault or OpenBao hands out (its Kubernetes secrets engine)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kubectl_connector import jwt
from kubectl_connector.auth._bearer import is_token
from kubectl_connector.auth._lifetime import duration_field, names_in, seconds_of
from kubectl_connector.auth._tokens import (
    AUDIENCE,
    CLUSTER_WIDE,
    audience_field,
    cluster_wide_field,
)
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, IssueRequest, Material
from kubectl_connector.auth.programs import answer_of
from kubectl_connector.errors import ClusterError, ConnectorError, RefusedError, UsageError
from kubectl_connector.model.connector import (
    Connector,
    check_namespace,
    format_time,
    parse_time,
)
from kubectl_connector.model.field import VAULT
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import Credential, Secret, earliest
from kubectl_connector.urls import split_url, without_password

if TYPE_CHECKING:
    from kubectl_connector.cluster.caller import Caller
    from kubectl_connector.cluster.vault import Lease

ADDRESS = "vault_address"
AUTHORITY = "vault_certificate_authority"
NAMESPACE = "vault_namespace"
MOUNT = "vault_mount"
ROLE = "vault_role"
ACCOUNT_NAMESPACE = "service_account_namespace"

SHORTEST = 600
"""Seconds; the API server refuses a shorter life."""
_MOUNT = "kubernetes"


class _Vault(AuthMethod):
    name = "vault"
    title = "Vault lease"
    summary = "Short-lived tokens that Vault or OpenBao hands out; its own token is not kept here."
    keeps_issued = True
    renews_itself = True
    leases = True
    fields = (
        Field(
            ROLE,
            "hand out short-lived tokens of this role of Vault's (or OpenBao's)",
            metavar="ROLE",
            question="Role of Vault's Kubernetes secrets engine",
            group=VAULT,
        ),
        Field(
            ADDRESS,
            "where Vault is; default: VAULT_ADDR now",
            required=False,
            metavar="URL",
            question="Address of Vault (empty: VAULT_ADDR)",
            group=VAULT,
        ),
        Field(
            AUTHORITY,
            "the CA of Vault's certificate, PEM; default: the file of VAULT_CACERT now",
            FieldKind.FILE,
            required=False,
            question="CA certificate file of Vault (empty: VAULT_CACERT, or the system's)",
            group=VAULT,
        ),
        Field(
            NAMESPACE,
            "the namespace in Vault; default: VAULT_NAMESPACE now",
            required=False,
            metavar="NAMESPACE",
            question="Namespace in Vault (empty: VAULT_NAMESPACE, or none)",
            group=VAULT,
        ),
        Field(
            MOUNT,
            f"where the secrets engine is mounted in Vault; default: {_MOUNT}",
            required=False,
            metavar="MOUNT",
            question=f"Mount of the secrets engine (empty: {_MOUNT})",
            group=VAULT,
        ),
        Field(
            ACCOUNT_NAMESPACE,
            "the cluster's namespace that the tokens are for, where the role has several",
            required=False,
            metavar="NAMESPACE",
            question="Namespace of the tokens (empty: the only one that the role has)",
            group=VAULT,
        ),
        duration_field(),
        audience_field(),
        cluster_wide_field(),
    )

    @property
    def noun(self) -> str:
        return "token"

    def build(self, values: Mapping[str, str]) -> Material:
        """Whatever was not said is taken from the environment, as ``vault`` does, and kept."""
        seconds_of(values, SHORTEST)
        names_in("--audience", values.get(AUDIENCE))
        said = {each.name: values.get(each.name) for each in self.fields}
        said[ADDRESS] = _address(said[ADDRESS] or _variable("ADDR"))
        said[AUTHORITY] = _authority(said[AUTHORITY])
        said[NAMESPACE] = _path("--vault-namespace", said[NAMESPACE] or _variable("NAMESPACE"))
        said[MOUNT] = _path("--vault-mount", said[MOUNT] or _MOUNT)
        said[ROLE] = _path("--vault-role", values[ROLE])
        if namespace := said[ACCOUNT_NAMESPACE]:
            check_namespace(namespace)
        return Material({name: text for name, text in said.items() if text})

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        """A new lease; it ends with Vault's own token, if that ends first."""
        from kubectl_connector.cluster import vault

        now = request.now()
        with _asking(configuration, request) as caller:
            # First: where this fails, no lease has been taken that nobody knows.
            left = vault.seconds_left(caller)
            lease = vault.lease(
                caller,
                configuration[MOUNT],
                configuration[ROLE],
                configuration.get(ACCOUNT_NAMESPACE),
                seconds_of(configuration),
                names_in("--audience", configuration.get(AUDIENCE)),
                CLUSTER_WIDE in configuration,
                request.tell,
            )
            try:
                return _credential(lease, left, request.last, now)
            except BaseException:
                with suppress(ConnectorError):
                    vault.revoke(caller, lease.id)
                raise

    def revokes(self, configuration: Mapping[str, Any]) -> str | None:
        return f"leases of {configuration[ADDRESS]}"

    def revoke(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> None:
        """Return every lease that has not ended."""
        from kubectl_connector.cluster import vault

        if request.last is None:
            raise ConnectorError(
                "the store does not give the lease", "it ends by itself, or: vault lease revoke"
            )
        leases = _leases(request.last, request.now())
        if leases:
            with _asking(configuration, request) as caller:
                for id_, _ in leases:
                    vault.revoke(caller, id_)

    def renewal(self, connector: Connector) -> str:
        return f"sign in to Vault: vault login -address={connector.configuration[ADDRESS]}"

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        """Whoever Vault makes: most roles have an account made for each lease."""
        return f"whoever Vault's role {configuration[ROLE]} stands for"

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        shown = {each.name: str(configuration.get(each.name, "")) for each in self.fields}
        if shown[AUTHORITY]:
            from kubectl_connector import certificates

            shown[AUTHORITY] = certificates.facts(shown[AUTHORITY]).subject
        return {name: text for name, text in shown.items() if text}


def _credential(
    lease: Lease, left: int | None, last: Credential | None, now: datetime
) -> Credential:
    """What a lease gives, with the lives (seconds) of its own and of Vault's token."""
    if not is_token(lease.token):
        raise ClusterError(
            "Vault gave a lease without a token that can be used",
            "look at what its role makes: --vault-role, --vault-mount",
        )
    ends = (now + timedelta(seconds=life) for life in (lease.seconds, left) if life)
    end = earliest(jwt.expiry(lease.token), *ends)
    leases = [*_leases(last, now), (lease.id, format_time(end) if end else "")]
    return Credential(token=lease.token, expires_at=end, handle=json.dumps(leases))


def _leases(last: Credential | None, now: datetime) -> list[tuple[str, str]]:
    """The leases that were taken earlier and may go on, by id, with their ends (RFC 3339)."""
    kept = json.loads(last.handle) if last and last.handle else []
    return [(id_, end) for id_, end in kept if not end or parse_time(end) > now]


@contextmanager
def _asking(configuration: Mapping[str, Any], request: IssueRequest) -> Iterator[Caller]:
    """Ask Vault as whoever is signed in to it."""
    from kubectl_connector.cluster import vault

    place = vault.Vault(
        configuration[ADDRESS],
        _vault_token(configuration, request),
        configuration.get(NAMESPACE, ""),
        configuration.get(AUTHORITY),
    )
    with vault.asking(place, request.timeout, request.tell) as caller:
        yield caller


def _variable(name: str) -> str:
    """A variable of OpenBao's or Vault's; OpenBao's own counts first, as it does for ``bao``."""
    return os.environ.get(f"BAO_{name}") or os.environ.get(f"VAULT_{name}") or ""


def _vault_token(configuration: Mapping[str, Any], request: IssueRequest) -> str:
    """Vault's own token, from where ``vault`` and ``bao`` have it; RefusedError where none is."""
    helper = _token_helper()
    token = _variable("TOKEN") or (
        _helped(helper, configuration, request) if helper else _read("~/.vault-token")
    )
    if is_token(token.strip()):
        return token.strip()
    place = helper or "~/.vault-token"
    raise RefusedError(
        f"there is no token for Vault, neither in VAULT_TOKEN nor from {place}",
        f"sign in: vault login -address={configuration[ADDRESS]}",
    )


_HELPER = re.compile(r'^[\s{]*"?token_helper"?\s*[=:]\s*("(?:[^"\\]|\\.)*")', re.MULTILINE)
"""The line that names the token helper in ``~/.vault`` or ``~/.bao``, which are HCL or JSON."""


def _token_helper() -> str | None:
    """The program that keeps Vault's token, where one is configured."""
    for variable, file in (("BAO_CONFIG_PATH", "~/.bao"), ("VAULT_CONFIG_PATH", "~/.vault")):
        found = _HELPER.search(_read(os.environ.get(variable) or file))
        if found:
            try:
                return str(json.loads(found[1]))
            except ValueError:
                return found[1].strip('"')
    return None


def _helped(helper: str, configuration: Mapping[str, Any], request: IssueRequest) -> str:
    """What the token helper prints; it may have a token for each address."""
    known = {"ADDR": configuration[ADDRESS], "NAMESPACE": configuration.get(NAMESPACE, "")}
    extra = {f"{kind}_{name}": text for name, text in known.items() for kind in ("BAO", "VAULT")}
    stanza = ExecConfig(helper, ("get",), install_hint="install it, or mend ~/.vault")
    code, output = answer_of(stanza, "token helper", request.interactive, request.timeout, extra)
    if code:
        raise RefusedError(
            f"the token helper {helper} gave no token for Vault (exit status {code})",
            f"sign in: vault login -address={configuration[ADDRESS]}",
        )
    return output.decode("ascii", "replace")


def _read(path: str) -> str:
    """A file's text; empty where it can't be had."""
    try:
        with open(os.path.expanduser(path), encoding="utf-8") as file:
            return file.read(100_000)
    except (OSError, UnicodeDecodeError):
        return ""


def _address(text: str) -> str:
    """An address that Vault's token may be sent to; UsageError."""
    example = "--vault-address https://vault.example.com:8200"
    if not text:
        raise UsageError("it is not said where Vault is", f"give {example}, or set VAULT_ADDR")
    parts = split_url(text)
    if not parts or parts.scheme not in ("https", "http") or not parts.hostname:
        raise UsageError(
            f'"{without_password(text)[:200]}" is not the address of a Vault', f"give {example}"
        )
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise UsageError(
            f"Vault's token would be sent to {parts.hostname} for all to read",
            f"give an https address: {example}",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(
            "the address of Vault has more than a host, a port and a path", f"give {example}"
        )
    return text.rstrip("/")


def _authority(said: str | None) -> str | None:
    """The CA of Vault's certificate, PEM; None: the system's. UsageError where it is none."""
    from kubectl_connector import certificates

    file = _variable("CACERT")
    pem = said or (_read(file) if file else None)
    if pem is None:
        return None
    certificates.check(pem, "Vault's certificate authority" if said else f"VAULT_CACERT ({file})")
    return pem


_NAME = re.compile(r"(?!\.)[\w.@:+-]+(?:/(?!\.)[\w.@:+-]+)*", re.ASCII)


def _path(option: str, text: str) -> str:
    """A name in Vault, which is a part of a path; UsageError for what can't be one."""
    name = text.strip("/")
    if name and not _NAME.fullmatch(name):
        raise UsageError(
            f'{option} "{text[:80]}" is not a name in Vault', "vault secrets list shows them"
        )
    return name


METHOD = _Vault()
