"""The half of a connector that is not secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from kubectl_connector.errors import UsageError
from kubectl_connector.model.kubeconfig import Cluster, Impersonation

TYPE = "kubernetes"
"""The only connector type there is, kept in documents so that there can be others."""

LOGIN_MODES = ("embed", "exec")
"""What login can put into a kubeconfig: the credential, or a program that gives it."""

RESOURCE_TYPE = "kubernetes-cluster"
"""What a connector gives access to, in ZenML's words."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,252}")


@dataclass(frozen=True)
class Origin:
    """The kubeconfig context that a connector was lifted from."""

    kubeconfig: str
    """The file that holds the context, absolute."""
    context: str


@dataclass(frozen=True)
class Connector:
    """A named way into a cluster, without its secrets. Times are aware, in UTC."""

    id: str
    name: str
    auth_method: str
    cluster_name: str
    """What people call the cluster: the resource name that the connector gives access to."""
    cluster: Cluster
    store: str
    """The secret store that holds the other half."""
    owner: str
    created_at: datetime
    updated_at: datetime
    configuration: Mapping[str, Any] = field(default_factory=dict)
    """What the authentication method keeps that is not secret; JSON-like data."""
    secret_names: tuple[str, ...] = ()
    """The names of the method's values in the secret half."""
    secret_ref: str | None = None
    """The reference of the secret half in the store; None: there is none to read."""
    issued_ref: str | None = None
    """The reference of the last credential that the method issued, where that is kept."""
    proxy_has_password: bool = False
    """Whether the secret half holds the proxy's URL, which then is shown without user and password
    here."""
    namespace: str | None = None
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    impersonation: Impersonation = Impersonation()
    origin: Origin | None = None
    login_mode: str | None = None
    """How login puts it into kubeconfigs, ``embed`` or ``exec``; None: as the settings say."""

    def expired(self, now: datetime) -> bool:
        """Whether the credential's known end has passed."""
        return self.expires_at is not None and self.expires_at <= now

    def to_document(self) -> dict[str, Any]:
        """JSON-like data in a stable order: the catalog's form and that of ``-o json|yaml``."""
        document: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "type": TYPE,
            "authMethod": self.auth_method,
            "description": self.description,
            "labels": dict(self.labels),
            "owner": self.owner,
            "clusterName": self.cluster_name,
            "cluster": self.cluster.to_entry(),
            "namespace": self.namespace,
            "impersonation": self.impersonation.to_entry(),
            "configuration": dict(self.configuration),
            "secretStore": self.store,
            "secretNames": list(self.secret_names),
            "secretRef": self.secret_ref,
            "issuedRef": self.issued_ref,
            "proxyHasPassword": self.proxy_has_password,
            "loginMode": self.login_mode,
            "expiresAt": format_time(self.expires_at) if self.expires_at else None,
            "createdAt": format_time(self.created_at),
            "updatedAt": format_time(self.updated_at),
            "origin": {"kubeconfig": self.origin.kubeconfig, "context": self.origin.context}
            if self.origin
            else None,
        }
        return {
            key: value for key, value in document.items() if value not in (None, "", False, {}, [])
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Connector:
        """Read what :meth:`to_document` wrote.

        Raises ValueError that names the field when one is missing, unknown or of a wrong type.
        """
        fields = _Fields(document)
        if fields.text("type") != TYPE:
            raise ValueError(f"unknown connector type {fields.text('type')!r}")
        origin = fields.optional("origin", dict)
        expires_at = fields.optional("expiresAt", str)
        connector = cls(
            id=fields.text("id"),
            name=check_name(fields.text("name")),
            auth_method=fields.text("authMethod"),
            cluster_name=fields.text("clusterName"),
            cluster=Cluster.from_entry(fields.get("cluster", dict)),
            store=fields.text("secretStore"),
            owner=fields.text("owner"),
            created_at=parse_time(fields.text("createdAt")),
            updated_at=parse_time(fields.text("updatedAt")),
            configuration=fields.optional("configuration", dict) or {},
            secret_names=tuple(fields.optional("secretNames", list) or ()),
            secret_ref=fields.optional("secretRef", str),
            issued_ref=fields.optional("issuedRef", str),
            proxy_has_password=fields.optional("proxyHasPassword", bool) or False,
            namespace=fields.optional("namespace", str),
            description=fields.optional("description", str) or "",
            labels=_labels(fields.optional("labels", dict) or {}),
            expires_at=parse_time(expires_at) if expires_at else None,
            impersonation=Impersonation.from_entry(fields.optional("impersonation", dict) or {}),
            origin=Origin(origin["kubeconfig"], origin["context"]) if origin else None,
            login_mode=_login_mode(fields.optional("loginMode", str)),
        )
        fields.refuse_unread()
        if connector.secret_names and not connector.secret_ref:
            raise ValueError("secretRef is missing")
        return connector

    @classmethod
    def from_document_v1(cls, document: Mapping[str, Any]) -> Connector:
        """Read what release 0.1 wrote, which kept the secret half under the connector's id.

        It had names of its own among those of the method's values. Raises ValueError.
        """
        names = _Fields(document).optional("secretNames", list)
        if names:
            document = {
                **document,
                "secretNames": [name for name in names if name not in _V1_OWN_NAMES],
                "secretRef": document.get("id"),
                "proxyHasPassword": _V1_PROXY_URL in names,
            }
        return cls.from_document(document)


_V1_PROXY_URL = "proxy_url"
_V1_OWN_NAMES = (_V1_PROXY_URL, "token_source")


def check_name(name: str) -> str:
    """``name`` if a connector may be called so: letters, digits and ``. _ @ + -``; UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"\"{name}\" can't be a connector's name",
            "use letters, digits and . _ @ + -, starting with a letter or digit",
        )
    return name


def check_login_mode(mode: str) -> str:
    """``mode`` if it is one of :data:`LOGIN_MODES`; UsageError."""
    if mode not in LOGIN_MODES:
        raise UsageError(f'no login mode "{mode}"', f"choose one of: {', '.join(LOGIN_MODES)}")
    return mode


def format_time(moment: datetime) -> str:
    """An aware moment as RFC 3339 in UTC, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """An RFC 3339 time with its zone, as UTC; ValueError where the zone is missing.

    A fraction of a second may have any length (Go prints nine digits); Python 3.10 reads six.
    """
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a time like 2026-01-31T12:00:00Z')
    date, clock, fraction, zone = found.groups()
    if zone is None:
        raise ValueError(f'"{text}" has no time zone: write it like 2026-01-31T12:00:00Z')
    zone = "+00:00" if zone in "Zz" else zone
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6]:0<6}{zone}")
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is not a time like 2026-01-31T12:00:00Z') from None


_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)


def _labels(labels: Mapping[Any, Any]) -> dict[str, str]:
    if not all(isinstance(text, str) for pair in labels.items() for text in pair):
        raise ValueError("labels must be text: quote them")
    return dict(labels)


def _login_mode(mode: str | None) -> str | None:
    return check_login_mode(mode) if mode is not None else None


class _Fields:
    """A mapping being read: says which field is wrong, and which was not expected."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._read: set[str] = set()

    def optional(self, name: str, kind: type) -> Any:
        self._read.add(name)
        value = self._document.get(name)
        if value is not None and not isinstance(value, kind):
            raise ValueError(f"{name} must be a {kind.__name__}")
        return value

    def get(self, name: str, kind: type) -> Any:
        value = self.optional(name, kind)
        if value is None:
            raise ValueError(f"{name} is missing")
        return value

    def text(self, name: str) -> str:
        value: str = self.get(name, str)
        return value

    def refuse_unread(self) -> None:
        unknown = sorted(str(name) for name in set(self._document) - self._read)
        if unknown:
            raise ValueError(f'unknown field "{unknown[0]}"')
