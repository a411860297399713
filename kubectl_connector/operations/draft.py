"""A connector that is not kept yet: what it is like, and its secret."""

from __future__ import annotations

from datetime import datetime

from kubectl_connector.auth import auth_method
from kubectl_connector.frozen import dataclass, fields, replace
from kubectl_connector.model.connector import Connector, Spec
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Item, Secret, earliest
from kubectl_connector.operations.workspace import full_cluster
from kubectl_connector.urls import has_password, without_password


@dataclass(frozen=True)
class Draft:
    """Both halves of a connector to be, before they are kept apart."""

    spec: Spec
    """Its cluster's proxy may hold a password."""
    secret: Secret = Secret()
    """The values of the authentication method's own fields that are secret."""
    note: str = ""
    """What people should know of how it came about; empty: nothing."""

    @property
    def proxy_has_password(self) -> bool:
        """Whether the address of the cluster's proxy is secret."""
        proxy = self.spec.cluster.proxy_url
        return bool(proxy and has_password(proxy))

    def connector(
        self, id_: str, name: str, owner: str, created_at: datetime, updated_at: datetime
    ) -> Connector:
        """The half that is not secret; it refers to no item yet."""
        proxy = self.spec.cluster.proxy_url
        shown = replace(self.spec.cluster, proxy_url=without_password(proxy) if proxy else None)
        configuration, secret = self.spec.configuration, self.secret
        begun = secret and auth_method(self.spec.auth_method).begins_at(configuration, secret)
        return Connector(
            **{**vars(self.spec), "cluster": shown},
            id=id_,
            name=name,
            owner=owner,
            created_at=created_at,
            updated_at=updated_at,
            valid_from=begun.replace(microsecond=0) if begun else None,
            secret_names=tuple(self.secret),
            proxy_has_password=self.proxy_has_password,
        )

    def item(self) -> Item:
        """The secret half, as a store keeps it."""
        spec = self.spec
        method = auth_method(spec.auth_method)
        ready = method.ready(spec.configuration, self.secret) if self.secret else None
        if ready:
            ready = replace(ready, expires_at=earliest(ready.expires_at, spec.expires_at))
        proxy = spec.cluster.proxy_url if self.proxy_has_password else None
        return Item(self.secret, proxy, ready)


def new_draft(store: str) -> Draft:
    """A draft of which nothing is known but its store."""
    return Draft(Spec(cluster=Cluster(""), cluster_name="", store=store, auth_method=""))


def draft_of(connector: Connector, item: Item) -> Draft:
    """The draft that would make an existing connector again."""
    spec = Spec(**{each.name: getattr(connector, each.name) for each in fields(Spec)})
    return Draft(replace(spec, cluster=full_cluster(connector, item)), item.secret)
