"""The entries of a kubeconfig, in client-go's words (``k8s.io/client-go/tools/clientcmd/api/v1``).

``from_entry`` reads the mapping that stands under ``cluster:``, ``user:`` or ``context:`` after
YAML and paths have been resolved; ``to_entry`` gives the mapping to write. Unknown fields are
ignored when read (semantics M8). Certificates and keys are PEM text here and base64 there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass, field, fields
from kubectl_connector.model.field import CLUSTER, Field, FieldKind
from kubectl_connector.ready import API_VERSIONS, V1

Entry = dict[str, Any]
"""A kubeconfig entry's body: JSON-like data, keys as kubectl spells them."""

EXEC_EXTENSION = "client.authentication.k8s.io/exec"
"""The cluster extension that an exec plugin is handed as ``spec.cluster.config`` (X3)."""


def encode_data(pem: str) -> str:
    """PEM text as the base64 of a ``*-data`` field."""
    return base64.b64encode(pem.encode()).decode()


def decode_data(data: str, what: str) -> str:
    """The text in a ``*-data`` field: standard padded base64, line breaks allowed (M9).

    Raises ValueError naming ``what``, never quoting the data.
    """
    try:
        return base64.b64decode("".join(data.splitlines()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError(f"{what} is not base64 of PEM text") from None


def _option(
    name: str, text: str, metavar: str = "", kind: FieldKind = FieldKind.TEXT, **more: Any
) -> dict[str, Any]:
    """The metadata of an attribute that has an option of its own."""
    return {"option": Field(name, text, kind, group=CLUSTER, metavar=metavar, **more)}


def _with_scheme(server: str) -> str:
    return server if "://" in server else f"https://{server}"


@dataclass(frozen=True)
class Cluster:
    """Where an API server is and how to trust it. What a person can say of it is declared here."""

    server: str = field(
        metadata=_option(
            "server",
            "The API server, https://HOST:PORT.",
            "URL",
            question="Server (https://HOST:PORT)",
            completed=_with_scheme,
        )
    )
    certificate_authority_data: str | None = field(
        default=None,
        metadata=_option(
            "certificate_authority",
            "CA certificates to trust, PEM.",
            "FILE",
            FieldKind.FILE,
            question="CA certificate file (empty: the system's)",
        ),
    )
    """The CA bundle, PEM text."""
    insecure_skip_tls_verify: bool = field(
        default=False,
        metadata=_option(
            "insecure_skip_tls_verify",
            "Trust any certificate: whoever is in between can read everything.",
            kind=FieldKind.FLAG,
        ),
    )
    tls_server_name: str | None = field(
        default=None, metadata=_option("tls_server_name", "The name to verify instead.", "NAME")
    )
    proxy_url: str | None = field(
        default=None,
        metadata=_option("proxy_url", "Go through this http or socks5 proxy.", "URL"),
    )
    disable_compression: bool = False
    exec_config: Any = None
    """The cluster extension that exec plugins are handed (X3); JSON-like data."""

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Cluster:
        """Read a kubeconfig cluster whose CA file, if it had one, was already inlined."""
        ca_data = entry.get("certificate-authority-data")
        return cls(
            server=entry.get("server") or "",
            certificate_authority_data=decode_data(ca_data, "certificate-authority-data")
            if ca_data
            else None,
            insecure_skip_tls_verify=bool(entry.get("insecure-skip-tls-verify")),
            tls_server_name=entry.get("tls-server-name") or None,
            proxy_url=entry.get("proxy-url") or None,
            disable_compression=bool(entry.get("disable-compression")),
            exec_config=_extension(entry, EXEC_EXTENSION),
        )

    def to_entry(self) -> Entry:
        """The mapping to write under ``cluster:``; unset fields are left out."""
        ca = self.certificate_authority_data
        return _without_empty(
            {
                "server": self.server,
                "certificate-authority-data": encode_data(ca) if ca else None,
                "insecure-skip-tls-verify": self.insecure_skip_tls_verify,
                "tls-server-name": self.tls_server_name,
                "proxy-url": self.proxy_url,
                "disable-compression": self.disable_compression,
                "extensions": [{"name": EXEC_EXTENSION, "extension": self.exec_config}]
                if self.exec_config is not None
                else None,
            }
        )


EXEC_API_VERSIONS = {version.rpartition("/")[2]: version for version in API_VERSIONS}
"""The versions that an exec stanza may have, by what people call them: ``v1`` and ``v1beta1``."""


def api_version_called(name: str) -> str:
    """The apiVersion of an exec stanza that people call ``name``; UsageError."""
    if name not in EXEC_API_VERSIONS:
        raise UsageError(
            f'no version "{name}" of the exec stanza',
            f"choose one of: {', '.join(EXEC_API_VERSIONS)}",
        )
    return EXEC_API_VERSIONS[name]


@dataclass(frozen=True)
class ExecConfig:
    """An exec stanza: the program that gives a user's credential (KEP-541)."""

    command: str
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    api_version: str = V1
    interactive_mode: str = "IfAvailable"
    provide_cluster_info: bool = False
    install_hint: str | None = None

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> ExecConfig:
        """Read the mapping under ``exec:``; an absent interactiveMode means IfAvailable (X1)."""
        return cls(
            command=entry.get("command") or "",
            args=tuple(entry.get("args") or ()),
            env=tuple((item["name"], item.get("value") or "") for item in entry.get("env") or ()),
            api_version=entry.get("apiVersion") or "",
            interactive_mode=entry.get("interactiveMode") or "IfAvailable",
            provide_cluster_info=bool(entry.get("provideClusterInfo")),
            install_hint=entry.get("installHint") or None,
        )

    def to_entry(self) -> Entry:
        """The mapping to write under ``exec:``."""
        entry = _without_empty(
            {
                "apiVersion": self.api_version,
                "command": self.command,
                "args": list(self.args),
                "env": [{"name": name, "value": value} for name, value in self.env],
                "interactiveMode": self.interactive_mode,
                "installHint": self.install_hint,
                "provideClusterInfo": self.provide_cluster_info,
            }
        )
        entry.setdefault("provideClusterInfo", False)
        return entry


@dataclass(frozen=True)
class Impersonation:
    """The user and groups that requests act as (F8); empty: the user that signs in."""

    user: str | None = None
    uid: str | None = None
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Impersonation:
        """Read ``as``, ``as-uid``, ``as-groups`` and ``as-user-extra`` from a user."""
        extra: Mapping[str, list[str]] = entry.get("as-user-extra") or {}
        return cls(
            user=entry.get("as") or None,
            uid=entry.get("as-uid") or None,
            groups=tuple(entry.get("as-groups") or ()),
            extra=tuple((key, tuple(values or ())) for key, values in extra.items()),
        )

    def to_entry(self) -> Entry:
        """The fields to add to a kubeconfig user."""
        return _without_empty(
            {
                "as": self.user,
                "as-uid": self.uid,
                "as-groups": list(self.groups),
                "as-user-extra": {key: list(values) for key, values in self.extra},
            }
        )


@dataclass(frozen=True)
class AuthProvider:
    """The forerunner of an exec plugin, of which kubectl still has ``oidc``."""

    name: str
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Its settings, and what it keeps: tokens and secrets among them."""

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> AuthProvider:
        """Read the mapping under ``auth-provider:``."""
        return cls(entry.get("name") or "unnamed", dict(entry.get("config") or {}))


@dataclass(frozen=True)
class AuthInfo:
    """A kubeconfig user: how to say who one is. Secret fields stay out of its repr."""

    token: str | None = field(default=None, repr=False)
    token_file: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    client_certificate_data: str | None = field(default=None, repr=False)
    client_key_data: str | None = field(default=None, repr=False)
    exec: ExecConfig | None = field(default=None, repr=False)
    auth_provider: AuthProvider | None = None
    impersonation: Impersonation = Impersonation()

    @property
    def holds_secret(self) -> bool:
        """Whether a secret stands in it, rather than the name of a file or program that has one."""
        return bool(self.token or self.password or self.client_key_data)

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> AuthInfo:
        """Read a kubeconfig user whose certificate and key files were already inlined."""
        certificate, key = entry.get("client-certificate-data"), entry.get("client-key-data")
        stanza, provider = entry.get("exec"), entry.get("auth-provider")
        return cls(
            token=entry.get("token") or None,
            token_file=entry.get("tokenFile") or None,
            username=entry.get("username") or None,
            password=entry.get("password") or None,
            client_certificate_data=decode_data(certificate, "client-certificate-data")
            if certificate
            else None,
            client_key_data=decode_data(key, "client-key-data") if key else None,
            exec=ExecConfig.from_entry(stanza) if stanza else None,
            auth_provider=AuthProvider.from_entry(provider) if provider else None,
            impersonation=Impersonation.from_entry(entry),
        )

    def to_entry(self) -> Entry:
        """The mapping to write under ``user:``; unset fields are left out."""
        certificate, key = self.client_certificate_data, self.client_key_data
        return _without_empty(
            {
                "token": self.token,
                "tokenFile": self.token_file,
                "username": self.username,
                "password": self.password,
                "client-certificate-data": encode_data(certificate) if certificate else None,
                "client-key-data": encode_data(key) if key else None,
                "exec": self.exec.to_entry() if self.exec else None,
                **self.impersonation.to_entry(),
            }
        )


@dataclass(frozen=True)
class Context:
    """Which cluster, as which user, in which namespace; the first two are entry names."""

    cluster: str
    user: str
    namespace: str | None = None

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Context:
        """Read the mapping under ``context:``."""
        return cls(
            entry.get("cluster") or "", entry.get("user") or "", entry.get("namespace") or None
        )

    def to_entry(self) -> Entry:
        """The mapping to write under ``context:``."""
        return _without_empty(
            {"cluster": self.cluster, "user": self.user, "namespace": self.namespace}
        )


@dataclass(frozen=True)
class Extensions:
    """What other programs noted in a context, its cluster and its user: JSON-like data by name."""

    cluster: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Extensions:
        """Read what :meth:`to_document` gave; ValueError for anything else."""
        found = {each.name: document.get(each.name, {}) for each in fields(cls)}
        if not all(isinstance(each, dict) for each in found.values()):
            raise ValueError("extensions must be mappings")
        return cls(**found)

    def to_document(self) -> Entry:
        """JSON-like data; what is empty is left out."""
        return {key: dict(value) for key, value in vars(self).items() if value}


def extensions_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The extensions of an entry by name; of two with one name the first counts (M1)."""
    found: dict[str, Any] = {}
    for each in entry.get("extensions") or ():
        if each.get("name"):
            found.setdefault(each["name"], each.get("extension"))
    return found


def with_extensions(entry: Entry, extensions: Mapping[str, Any]) -> Entry:
    """An entry with further extensions, after its own."""
    added = [{"name": name, "extension": data} for name, data in extensions.items()]
    return {**entry, "extensions": [*entry.get("extensions", ()), *added]} if added else entry


def _extension(entry: Mapping[str, Any], name: str) -> Any:
    for extension in entry.get("extensions") or ():
        if extension.get("name") == name:
            return extension.get("extension")
    return None


def _without_empty(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if value not in (None, "", False, [], {})}
