"""A urllib3 pool whose every request is authenticated, and stays so.

The kubernetes client and our own probe both send through it: tokens, basic auth, impersonation,
certificates and proxies are handled here once, whatever the client's version calls them.
"""

from __future__ import annotations

import base64
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3

from kubectl_connector.cluster.tls import ssl_context
from kubectl_connector.errors import ConnectorError
from kubectl_connector.frozen import dataclass
from kubectl_connector.model.kubeconfig import Cluster, Impersonation
from kubectl_connector.model.secret import Credential
from kubectl_connector.urls import PROXY_SCHEMES

CredentialSource = Callable[[], Credential]
"""Gives a credential that is good now; called again when the last one has ended."""


MAX_CONNECTIONS = 32
"""Idle connections that are kept for one host: as many as a ThreadPoolExecutor has threads at most.

urllib3 keeps one, so that of a burst of requests all others would shake hands anew.
"""


@dataclass(frozen=True)
class _Access:
    """A credential and the pool whose connections present its certificate: never one alone."""

    credential: Credential
    pool: urllib3.PoolManager


class AuthenticatedPool:
    """Sends requests to one cluster; has the part of urllib3's PoolManager that clients use.

    Raises whatever urllib3 raises, and ConnectorError from the credential source.
    """

    def __init__(
        self,
        cluster: Cluster,
        source: CredentialSource,
        impersonation: Impersonation = Impersonation(),
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """Nothing is sent or asked for yet."""
        self._cluster = cluster
        self._source = source
        self._impersonation = impersonation_headers(impersonation)
        self._now = now
        self._access: _Access | None = None
        self._refused: _Access | None = None
        """What the cluster answered with 401: the next request asks for a credential anew (X11)."""
        self._renewing = threading.Lock()

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        """Send one request; what the caller says of authorization is replaced by ours."""
        access = self._current_access()
        ours = self._headers(url, headers or {}, access.credential)
        response = access.pool.request(method, url, headers=ours, **options)
        if response.status == 401:
            self._refused = access
        return response

    def clear(self) -> None:
        """Close the idle connections."""
        if self._access:
            self._access.pool.clear()

    def _current_access(self) -> _Access:
        """The credential that is good now, with its pool."""
        with self._renewing:  # of many threads, one asks for the next credential
            if self._access is None or self._has_ended(self._access):
                self._access = self._renewed(self._access)
            return self._access

    def _has_ended(self, access: _Access) -> bool:
        end = access.credential.expires_at
        return access is self._refused or (end is not None and end <= self._now())

    def _renewed(self, old: _Access | None) -> _Access:
        """A new credential, in the same pool unless its certificate is another.

        The old pool is left to the requests that are still in it; the last one closes it.
        """
        new = self._source()
        if old and _pair(old.credential) == _pair(new):
            return _Access(new, old.pool)
        return _Access(new, _open_pool(self._cluster, new))

    def _headers(
        self, url: str, given: Mapping[str, str], credential: Credential
    ) -> urllib3.HTTPHeaderDict:
        """The caller's headers and ours; credentials go to the cluster's own origin only (F10).

        A dictionary of urllib3's own, since an Impersonate-Group a group is what servers expect.
        """
        headers = urllib3.HTTPHeaderDict(given)
        for name in ("Authorization", *self._impersonation):
            headers.discard(name)
        headers.extend(self._impersonation)
        secure = url.startswith("https://")
        if secure and _origin(url) == _origin(self._cluster.server):
            headers.extend(authorization_headers(credential))
        return headers


def authorization_headers(credential: Credential) -> dict[str, str]:
    """The Authorization header that a credential makes; empty for a certificate alone."""
    if credential.token:
        return {"Authorization": f"Bearer {credential.token}"}
    if credential.username is not None and credential.password is not None:
        pair = f"{credential.username}:{credential.password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    return {}


def impersonation_headers(impersonation: Impersonation) -> urllib3.HTTPHeaderDict:
    """The Impersonate headers (semantics F8). Repeated ones need urllib3's own dictionary."""
    headers = urllib3.HTTPHeaderDict()
    if impersonation.user:
        headers["Impersonate-User"] = impersonation.user
    if impersonation.uid:
        headers["Impersonate-Uid"] = impersonation.uid
    for group in impersonation.groups:
        headers.add("Impersonate-Group", group)
    for key, values in impersonation.extra:
        for value in values:
            headers.add(f"Impersonate-Extra-{quote(key.lower(), safe='')}", value)
    return headers


def _origin(url: str) -> tuple[str | None, int]:
    """Host and port of an https address."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or 443


def _pair(credential: Credential) -> tuple[str | None, str | None]:
    return credential.client_certificate, credential.client_key


def _open_pool(cluster: Cluster, credential: Credential) -> urllib3.PoolManager:
    options: dict[str, Any] = {"maxsize": MAX_CONNECTIONS}
    if cluster.server.startswith("https://"):
        options["ssl_context"] = ssl_context(cluster, credential)
        if cluster.insecure_skip_tls_verify:
            options["cert_reqs"] = "CERT_NONE"
        if cluster.tls_server_name:
            options["server_hostname"] = cluster.tls_server_name
    proxy = proxy_for(cluster)
    if proxy is None:
        return urllib3.PoolManager(**options)
    scheme = urlsplit(proxy).scheme
    if scheme not in PROXY_SCHEMES:
        raise ConnectorError(
            f'a proxy\'s scheme must be http, https or socks5, not "{scheme}"',
            "give --proxy-url like http://proxy.example.com:3128",
        )
    if scheme == "socks5":
        from urllib3.contrib.socks import SOCKSProxyManager

        # socks5h: the proxy resolves the name, as Go's client has it do.
        return SOCKSProxyManager(proxy.replace("socks5", "socks5h", 1), **options)
    return urllib3.ProxyManager(proxy, **options)


def proxy_for(cluster: Cluster) -> str | None:
    """The proxy to go through: the cluster's own, else the environment's (semantics F4).

    Loopback never goes through the environment's proxy, as in Go's net/http.
    """
    if cluster.proxy_url:
        return cluster.proxy_url
    parts = urlsplit(cluster.server)
    host = parts.hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return None
    if sys.platform == "linux" and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None  # urllib.request would look no further
    import urllib.request

    proxies = urllib.request.getproxies()
    if urllib.request.proxy_bypass(parts.netloc):
        return None
    proxy = proxies.get(parts.scheme)
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"
