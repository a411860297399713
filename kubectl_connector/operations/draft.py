"""A connector that is not yet one: checked, and made of a request or of a kubeconfig context."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from kubectl_connector.auth import auth_method, choose, recognise
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.kubeconfig.view import ResolvedContext
from kubectl_connector.model.connector import Connector, Origin, check_name
from kubectl_connector.model.credential import earliest
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster, Impersonation
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.workspace import full_cluster
from kubectl_connector.urls import PROXY_SCHEMES, has_password, split_url, without_password


@dataclass(frozen=True)
class Draft:
    """All that a person can say of a connector."""

    name: str
    auth_method: str
    cluster: Cluster
    cluster_name: str
    material: Material
    store: str
    namespace: str | None = None
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    """What the user said; what the credential says of itself is in the material."""
    impersonation: Impersonation = Impersonation()
    origin: Origin | None = None
    login_mode: str | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the credential ends: the earliest end that anybody knows, in UTC."""
        return earliest(self.expires_at, self.material.expires_at)

    def item(self) -> Item:
        """The secret half, as a store keeps it."""
        proxy = self.cluster.proxy_url
        return item_of(
            auth_method(self.auth_method),
            self.material,
            proxy if proxy and has_password(proxy) else None,
            self.ends_at,
        )

    def connector(self, id_: str, owner: str, created_at: datetime, now: datetime) -> Connector:
        """The half that is not secret, as of ``now``."""
        return Connector(
            id=id_,
            name=check_name(self.name),
            auth_method=self.auth_method,
            cluster_name=self.cluster_name,
            cluster=_without_proxy_password(check_cluster(self.cluster)),
            store=self.store,
            owner=owner,
            created_at=created_at,
            updated_at=now,
            configuration=self.material.configuration,
            secret_names=tuple(self.material.secret),
            proxy_has_password=bool(
                self.cluster.proxy_url and has_password(self.cluster.proxy_url)
            ),
            namespace=self.namespace,
            description=self.description,
            labels=dict(self.labels),
            expires_at=self.ends_at,
            impersonation=self.impersonation,
            origin=self.origin,
            login_mode=self.login_mode,
        )


def lift(name: str, resolved: ResolvedContext, store: str) -> Draft:
    """A draft of the connector that a kubeconfig context becomes.

    Raises UsageError where kubectl itself has no credential to send there, or where the user
    relies on a legacy auth-provider.
    """
    user = resolved.auth_info
    method = recognise(user)
    if method is None:
        raise _no_credential(resolved.name, user)
    return Draft(
        name=name,
        auth_method=method.name,
        cluster=resolved.cluster,
        cluster_name=resolved.context.cluster,
        material=method.lift(user),
        store=store,
        namespace=resolved.context.namespace,
        impersonation=user.impersonation,
        origin=Origin(os.path.abspath(resolved.file), resolved.name),
    )


def item_of(
    method: AuthMethod, material: Material, proxy_url: str | None, end: datetime | None
) -> Item:
    """What a store keeps of a method's material; ``end`` is when the credential ends, in UTC."""
    ready = method.ready(material.configuration, material.secret) if material.secret else None
    if ready:
        ready = replace(ready, expires_at=earliest(ready.expires_at, end))
    return Item(material.secret, proxy_url, ready)


def redraft(connector: Connector, item: Item) -> Draft:
    """The draft that would make an existing connector again."""
    return Draft(
        name=connector.name,
        auth_method=connector.auth_method,
        cluster=full_cluster(connector, item),
        cluster_name=connector.cluster_name,
        material=Material(connector.configuration, item.secret, connector.expires_at),
        store=connector.store,
        namespace=connector.namespace,
        description=connector.description,
        labels=connector.labels,
        impersonation=connector.impersonation,
        origin=connector.origin,
        login_mode=connector.login_mode,
    )


def check_cluster(cluster: Cluster) -> Cluster:
    """``cluster`` if kubectl would send credentials there; UsageError."""
    parts = split_url(cluster.server)
    if not parts or parts.scheme != "https" or not parts.hostname:
        raise UsageError(
            f'the server "{without_password(cluster.server)}" is not an https:// address:'
            " kubectl sends no credentials anywhere else",
            "give --server https://HOST:PORT",
        )
    if parts.username is not None:
        raise UsageError(
            "the server's address holds a username or password", "give them to --username instead"
        )
    if cluster.insecure_skip_tls_verify and cluster.certificate_authority_data:
        raise UsageError(
            "--insecure-skip-tls-verify and a certificate authority exclude each other",
            "leave one of them out; the certificate authority is the safe one",
        )
    if cluster.proxy_url:
        _check_proxy(cluster.proxy_url)
    if cluster.certificate_authority_data:
        from kubectl_connector import certificates

        certificates.facts(cluster.certificate_authority_data, "the certificate authority")
    return cluster


def _check_proxy(url: str) -> None:
    parts = split_url(url)
    if not parts or parts.scheme not in PROXY_SCHEMES or not parts.hostname:
        raise UsageError(
            f'the proxy "{without_password(url)}" is not the address of an http, https or socks5'
            " proxy",
            "give --proxy-url like http://proxy.example.com:3128",
        )


def _without_proxy_password(cluster: Cluster) -> Cluster:
    proxy = cluster.proxy_url
    return replace(cluster, proxy_url=without_password(proxy)) if proxy else cluster


def _no_credential(context: str, user: AuthInfo) -> UsageError:
    if user.auth_provider:
        return UsageError(
            f'context "{context}" relies on the auth-provider {user.auth_provider!r},'
            " which kubectl dropped in 1.26",
            _SUCCESSORS.get(user.auth_provider, _SUCCESSOR),
        )
    return UsageError(
        f'context "{context}" has no credential that kubectl could send',
        "sign in to the cluster first, or register by flags: kubectl connector register --help",
    )


_SUCCESSOR = "ask the cluster's provider for an exec credential plugin, then register again"
_SUCCESSORS = {
    "gcp": "install gke-gcloud-auth-plugin, then: gcloud container clusters get-credentials NAME",
    "azure": "install kubelogin, then: kubelogin convert-kubeconfig",
    "oidc": "install kubelogin (kubectl krew install oidc-login) and use its exec stanza",
}


@dataclass(frozen=True)
class Changes:
    """What a person said; None or empty means nothing was said."""

    server: str | None = None
    certificate_authority: str | None = None
    """PEM text; it ends --insecure-skip-tls-verify unless that is said too. Empty: none."""
    insecure_skip_tls_verify: bool | None = None
    tls_server_name: str | None = None
    proxy_url: str | None = None
    cluster_name: str | None = None
    namespace: str | None = None
    description: str | None = None
    labels: Mapping[str, str | None] = field(default_factory=dict)
    """By key; None takes a label away."""
    expires_at: datetime | None = None
    store: str | None = None
    login_mode: str | None = None
    auth_method: str | None = None
    auth_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values of the method's fields; they may be secret."""

    @property
    def only_words(self) -> bool:
        """Whether they change nothing that a cluster or a secret store would have to be asked."""
        said = Changes(
            cluster_name=self.cluster_name,
            namespace=self.namespace,
            description=self.description,
            labels=self.labels,
            login_mode=self.login_mode,
        )
        return self == said


NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""The end that takes what was said of an end away."""


def new_draft(name: str, store: str) -> Draft:
    """A draft of which nothing is known yet but its name and store."""
    return Draft(name, "", Cluster(""), "", Material(), store)


def apply(draft: Draft, changes: Changes) -> Draft:
    """The draft with the changes made. UsageError where they make no sense."""
    cluster = _apply_to_cluster(draft.cluster, changes)
    changed = replace(
        draft,
        **words(draft, changes),
        cluster=cluster,
        store=changes.store or draft.store,
    )
    if not changed.cluster_name:
        changed = replace(changed, cluster_name=_host(cluster))
    if changes.auth_values or changes.auth_method not in (None, draft.auth_method):
        changed = _apply_auth(changed, changes)
    if changes.expires_at is None:
        return changed
    if changes.expires_at == NEVER:
        return replace(
            changed, expires_at=None, material=replace(changed.material, expires_at=None)
        )
    return replace(changed, expires_at=changes.expires_at)


def words(thing: Draft | Connector, changes: Changes) -> dict[str, Any]:
    """The changed fields that neither cluster nor secret store knows of."""
    labels = {**thing.labels, **changes.labels}
    return {
        "cluster_name": changes.cluster_name or thing.cluster_name,
        "namespace": _or_none(changes.namespace, thing.namespace),
        "description": thing.description if changes.description is None else changes.description,
        "labels": {key: value for key, value in labels.items() if value is not None},
        "login_mode": _or_none(changes.login_mode, thing.login_mode),
    }


def known_values(draft: Draft, method: str) -> dict[str, str]:
    """What a draft already holds of a method's fields; nothing where its own is another."""
    if draft.auth_method != method:
        return {}
    secret, configuration = draft.material.secret, draft.material.configuration
    names = [f.name for f in auth_method(method).option_fields]
    values = {name: secret.get(name) or configuration.get(name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _apply_auth(draft: Draft, changes: Changes) -> Draft:
    method = choose(changes.auth_values.keys(), changes.auth_method)
    values = {**known_values(draft, method.name), **changes.auth_values}
    for wanted in method.option_fields:
        if wanted.required and not values.get(wanted.name):
            raise UsageError(
                f"authentication method {method.name} needs {wanted.option}", _how_to_give(wanted)
            )
    # The kubeconfig that it was once made from no longer knows its credential.
    return replace(draft, auth_method=method.name, material=method.build(values), origin=None)


def _how_to_give(wanted: Field) -> str:
    if wanted.kind is FieldKind.SECRET:
        return f"give it with {wanted.option}-stdin or {wanted.option}-file FILE"
    return f"give {wanted.option} {'FILE' if wanted.kind is FieldKind.FILE else 'VALUE'}"


def _apply_to_cluster(cluster: Cluster, changes: Changes) -> Cluster:
    insecure = changes.insecure_skip_tls_verify
    authority = changes.certificate_authority
    if changes.server == "" or changes.cluster_name == "":
        raise UsageError("server and cluster name can't be empty", "leave the option out")
    if changes.proxy_url and has_password(changes.proxy_url):
        raise UsageError(
            "a password in --proxy-url can be seen by every process on this machine",
            "register from a kubeconfig whose proxy-url holds it: --auto-configure",
        )
    if authority and insecure is None:
        insecure = False
    if authority == "" or (insecure and not authority):
        cluster = replace(cluster, certificate_authority_data=None)
    return replace(
        cluster,
        server=changes.server or cluster.server,
        certificate_authority_data=authority or cluster.certificate_authority_data,
        insecure_skip_tls_verify=cluster.insecure_skip_tls_verify if insecure is None else insecure,
        tls_server_name=_or_none(changes.tls_server_name, cluster.tls_server_name),
        proxy_url=_or_none(changes.proxy_url, cluster.proxy_url),
    )


def _or_none(said: str | None, before: str | None) -> str | None:
    """What was said; the empty text takes the value away."""
    return before if said is None else said or None


def _host(cluster: Cluster) -> str:
    return urlsplit(cluster.server).hostname or ""
