"""Auth-providers of kubeconfig users, which came before exec plugins.

kubectl still has one of them, ``oidc``. What it does, an exec plugin of today does too; the others
are gone from kubectl, and their providers have commands that write an exec stanza instead.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.model.kubeconfig import AuthInfo, AuthProvider, ExecConfig
from kubectl_connector.ready import V1BETA1

OIDC_LOGIN = "kubectl-oidc_login"
"""The program that kubectl runs as ``kubectl oidc-login`` (int128/kubelogin)."""

_INSTALL = "kubectl krew install oidc-login"
_SIGN_IN = {
    "gcp": "install gke-gcloud-auth-plugin, then: gcloud container clusters get-credentials NAME",
    "azure": "install kubelogin, then: kubelogin convert-kubeconfig",
}
_SIGN_IN_SOMEHOW = "ask the cluster's provider for an exec credential plugin, then register again"


def without_provider(user: AuthInfo) -> tuple[AuthInfo, str]:
    """The user with a credential of today in place of its auth-provider's, and a note for people.

    The note is empty where there is nothing to say. A user with another credential beside the
    provider keeps only that, as kubectl sends that. UsageError for a provider that kubectl no
    longer has, and where one has no credential.
    """
    provider = user.auth_provider
    if provider is None or user.token or user.token_file or user.username or user.password:
        return user, ""
    user = replace(user, auth_provider=None)
    if provider.name != "oidc":
        raise UsageError(
            f'there is no longer an auth-provider "{provider.name}" in kubectl (since 1.26)',
            _SIGN_IN.get(provider.name, _SIGN_IN_SOMEHOW),
        )
    if _can_run(provider):
        return replace(user, exec=_stanza(provider.config)), (
            "the auth-provider oidc becomes kubectl oidc-login, which asks you to sign in anew"
        )
    token = provider.config.get("id-token")
    if not token:
        raise UsageError(
            'the auth-provider "oidc" of the context has no id-token',
            f"install a plugin that gets one, then register again: {_INSTALL}",
        )
    return replace(user, token=token), (
        "the id-token of the auth-provider oidc is kept as a token, which will not renew itself;"
        f" for one that does, register again after: {_INSTALL}"
    )


def _can_run(provider: AuthProvider) -> bool:
    """Whether ``oidc-login`` is installed, and would know where to sign in."""
    known = provider.config.get("idp-issuer-url") and provider.config.get("client-id")
    return bool(known and shutil.which(OIDC_LOGIN))


def _stanza(config: Mapping[str, str]) -> ExecConfig:
    """The stanza of ``kubectl oidc-login`` that signs in where the provider did."""
    options = [
        ("oidc-issuer-url", config["idp-issuer-url"]),
        ("oidc-client-id", config["client-id"]),
        ("oidc-client-secret", config.get("client-secret")),
        *(("oidc-extra-scope", scope) for scope in config.get("extra-scopes", "").split(",")),
        ("certificate-authority", config.get("idp-certificate-authority")),
        ("certificate-authority-data", config.get("idp-certificate-authority-data")),
    ]
    return ExecConfig(
        "kubectl",
        ("oidc-login", "get-token", *(f"--{name}={value}" for name, value in options if value)),
        api_version=V1BETA1,  # which every release of it knows
    )
