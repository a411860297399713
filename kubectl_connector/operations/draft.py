"""A connector that is not yet one: checked, and made of a request or of a kubeconfig context."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from datetime import datetime
from urllib.parse import urlsplit

from kubectl_connector.auth import auth_method, choose, recognise
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, Material
from kubectl_connector.errors import UsageError
from kubectl_connector.kubeconfig.load import ResolvedContext
from kubectl_connector.model.connector import Connector, Origin, Spec, check_name
from kubectl_connector.model.credential import earliest
from kubectl_connector.model.field import UNSET
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.spec import Changes, apply
from kubectl_connector.operations.workspace import full_cluster
from kubectl_connector.urls import PROXY_SCHEMES, has_password, split_url, without_password


@dataclass(frozen=True, kw_only=True)
class Draft(Spec):
    """A connector that is not kept yet, with its secret; its cluster may hold a proxy's password.

    ``expires_at`` is what the user said; what the credential says of itself is in the material.
    """

    name: str
    material: Material

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
        said = {each.name: getattr(self, each.name) for each in fields(Spec)}
        said["cluster"] = _without_proxy_password(check_cluster(self.cluster))
        said["configuration"] = self.material.configuration
        said["expires_at"] = self.ends_at
        proxy = self.cluster.proxy_url
        return Connector(
            **said,
            id=id_,
            name=check_name(self.name),
            owner=owner,
            created_at=created_at,
            updated_at=now,
            secret_names=tuple(self.material.secret),
            proxy_has_password=bool(proxy and has_password(proxy)),
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
    same = {each.name: getattr(connector, each.name) for each in fields(Spec)}
    return Draft(
        **{**same, "cluster": full_cluster(connector, item), "expires_at": None},
        name=connector.name,
        material=Material(connector.configuration, item.secret, connector.expires_at),
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


def new_draft(name: str, store: str) -> Draft:
    """A draft of which nothing is known yet but its name and store."""
    return Draft(
        name=name,
        auth_method="",
        cluster=Cluster(""),
        cluster_name="",
        material=Material(),
        store=store,
    )


def apply_to_draft(draft: Draft, changes: Changes) -> Draft:
    """The draft with the changes made. UsageError where they make no sense."""
    plain = {name: value for name, value in changes.fields.items() if name != "auth_method"}
    changed = apply(draft, plain)
    if not changed.cluster_name:
        changed = replace(changed, cluster_name=_host(changed.cluster))
    if changes.credential or changes.fields.get("auth_method") not in (None, draft.auth_method):
        changed = _apply_auth(changed, changes)
    if changes.fields.get("expires_at") is UNSET:
        return replace(changed, material=replace(changed.material, expires_at=None))
    return changed


def known_values(draft: Draft, method: str) -> dict[str, str]:
    """What a draft already holds of a method's fields; nothing where its own is another."""
    if draft.auth_method != method:
        return {}
    secret, configuration = draft.material.secret, draft.material.configuration
    names = [f.name for f in auth_method(method).option_fields]
    values = {name: secret.get(name) or configuration.get(name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _apply_auth(draft: Draft, changes: Changes) -> Draft:
    method = choose(changes.credential.keys(), changes.get("auth_method"))
    values = {**known_values(draft, method.name), **changes.credential}
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


def _host(cluster: Cluster) -> str:
    return urlsplit(cluster.server).hostname or ""
