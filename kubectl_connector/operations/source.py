"""A kubeconfig context as the source of a connector."""

from __future__ import annotations

import os

from kubectl_connector.auth import recognise
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.view import ResolvedContext, load
from kubectl_connector.model.connector import Connector, Origin, Spec
from kubectl_connector.model.kubeconfig import AuthInfo
from kubectl_connector.operations.draft import Draft


@dataclass(frozen=True)
class FromContext:
    """A context of a kubeconfig: it tells where a cluster is and how to sign in."""

    files: KubeconfigFiles
    name: str | None = None
    """None: the current one."""

    def draft(self, store: str) -> Draft:
        """What a connector made from the context is like.

        Raises KubeconfigError, NotFoundError, and what :func:`draft_from` raises.
        """
        return draft_from(load(self.files).resolve(self.name), store)


def draft_from(context: ResolvedContext, store: str) -> Draft:
    """What a connector made from a context is like.

    Raises UsageError where kubectl itself has no credential to send there, or where the user
    relies on a legacy auth-provider.
    """
    user = context.auth_info
    method = recognise(user)
    if method is None:
        raise _no_credential(context.name, user)
    material = method.from_auth_info(user)
    spec = Spec(
        cluster=context.cluster,
        cluster_name=context.context.cluster,
        namespace=context.context.namespace,
        store=store,
        auth_method=method.name,
        configuration=material.configuration,
        expires_at=method.ends_at(material.configuration, material.secret),
        impersonation=user.impersonation,
        origin=Origin(os.path.abspath(context.file), context.name),
    )
    return Draft(spec, material.secret)


def again(connector: Connector, name: str | None, files: KubeconfigFiles) -> FromContext:
    """The context that a connector was made from, or the one of another ``name`` beside it.

    ``files`` is where to look for ``name`` where the connector was made from no context. Raises
    UsageError where there is no name then.
    """
    origin = connector.origin
    if origin:
        return FromContext(kubeconfig_files(origin.kubeconfig, {}), name or origin.context)
    if name is None:
        raise UsageError(
            f'"{connector.name}" was not made from a kubeconfig',
            "name a context: --auto-configure --context NAME",
        )
    return FromContext(files, name)


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
