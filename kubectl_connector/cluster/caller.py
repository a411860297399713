"""Send requests to an API server: JSON in and out, and the transport's failures explained.

The kubernetes package is not needed for it. Importing that takes several times as long as two
requests (docs/performance.md).
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as http_errors

from kubectl_connector import log
from kubectl_connector.cluster.clock import skew
from kubectl_connector.cluster.tls import presented_date, presented_issuer
from kubectl_connector.cluster.transport import AuthenticatedPool, proxy_for
from kubectl_connector.errors import (
    ClusterError,
    ConnectorError,
    NotFoundError,
    RefusedError,
    UnauthorizedError,
)
from kubectl_connector.frozen import dataclass
from kubectl_connector.model.kubeconfig import Cluster, Impersonation
from kubectl_connector.model.secret import Credential

MAX_BYTES = 8 * 1024 * 1024
"""What is read of an answer, unpacked, at most; an object of Kubernetes has 3 MiB at most."""
LONGEST_MESSAGE = 1000
"""Characters of what a server says that are shown."""


def mapping(value: object) -> Mapping[str, Any]:
    """``value`` if it is a JSON object, else an empty one: servers may answer anything."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """``value`` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else ()


def refused(status: int, answer: Mapping[str, Any], what: str, hint: str) -> ConnectorError:
    """The error for a cluster that did not do ``what`` it was asked; ``hint`` is for a 403."""
    why = str(answer.get("message") or f"it answered {status}")[:LONGEST_MESSAGE]
    message = f"the cluster did not {what}: {why}"
    if status == 401:
        return UnauthorizedError(
            "the cluster refused the credential that this one is made with (401 Unauthorized)",
            "renew it, then run the command again",
        )
    if status == 403:
        return RefusedError(message, hint)
    if status == 404:
        return NotFoundError(message, "check the names: kubectl api-resources, kubectl get ns")
    return ClusterError(message, "check what was asked for: kubectl connector describe NAME")


@dataclass(frozen=True)
class Peer:
    """What messages call a server, and the options that say how it is reached."""

    name: str = "a Kubernetes API server"
    server: str = "--server"
    authority: str = "--certificate-authority"
    proxy: str = "--proxy-url or HTTPS_PROXY"
    other_name: str = "give that with --tls-server-name NAME"
    """What to do where the certificate is for another name."""


KUBERNETES = Peer()


class Caller:
    """Sends requests to one server, and explains the transport's failures to the user."""

    def __init__(
        self,
        cluster: Cluster,
        pool: AuthenticatedPool,
        timeout: float,
        tell: Callable[[str], None] = log.info,
        peer: Peer = KUBERNETES,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """``timeout`` is in seconds, for each connection and each answer.

        ``tell`` is told the server's warnings, which kubectl shows too (KEP-1693). ``headers`` go
        out with each request.
        """
        self._peer = peer
        self._headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            **headers,
        }
        self._cluster = cluster
        self._pool = pool
        self._timeout = timeout
        self._tell = tell
        self._server = cluster.server.rstrip("/")
        self.date: str | None = None
        """When the server gave its last answer, by its own clock."""

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, Mapping[str, Any]]:
        """Send a request; the status and the JSON object of the answer, whatever the status.

        ``path`` begins with a slash. Raises ClusterError where the cluster can't be reached, is not
        trusted or does not answer in JSON, and whatever the pool's credential source raises.
        """
        try:
            response = self._pool.request(
                method,
                self._server + path,
                headers=self._headers,
                body=json.dumps(body) if body else None,
                timeout=urllib3.Timeout(connect=self._timeout, read=self._timeout),
                preload_content=False,
                retries=False,  # this follows no redirect either: a sign-in page is not a cluster
            )
            data = _read(response)
        except http_errors.HTTPError as error:
            self._explain(error)
        self.date = response.headers.get("Date")
        log.info("%s %s%s: %s", method, self._server, path, response.status)
        for warning in _WARNING.findall(response.headers.get("Warning", "")):
            self._tell("warning: " + _ESCAPED.sub(r"\1", warning))
        if response.status == 204:
            return 204, {}
        if data is None:
            self.not_kubernetes(f"{path} answered with more than {MAX_BYTES // 1024**2} MiB")
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            if response.status in (401, 403):
                return response.status, {}
            self.not_kubernetes(f"{path} answered {response.status}, not in JSON")
        return response.status, mapping(answer)

    def not_kubernetes(self, what: str) -> NoReturn:
        """Raise the error for a server that answers, but is not what it should be."""
        raise ClusterError(
            f"{self._server} does not answer like {self._peer.name} ({what})",
            f"check {self._peer.server}, and whether a proxy or a sign-in page is in between",
        )

    def _explain(self, error: http_errors.HTTPError) -> NoReturn:
        cause = _root_cause(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            self._explain_distrust(cause)
        if isinstance(cause, ssl.SSLError):
            raise ClusterError(
                f"{self._server} and this machine can't agree on TLS ({cause.reason})",
                f"check that {self._peer.server} names the server's https port",
            ) from error
        if isinstance(error, http_errors.ProxyError) or _is_of_socks(error):
            raise ClusterError(
                f"the proxy on the way to {self._server} does not let us through",
                f"check {self._peer.proxy}, and add the server to NO_PROXY where direct",
            ) from error
        if isinstance(cause, http_errors.TimeoutError | TimeoutError):
            raise ClusterError(
                f"{self._server} gave no answer in {self._timeout:g} s",
                "check the network or VPN; wait longer with --timeout SECONDS",
            ) from error
        raise ClusterError(
            f"{self._server} can't be reached: {_words(cause)}",
            "check the network or VPN, and the server's address",
        ) from error

    def _explain_distrust(self, cause: ssl.SSLCertVerificationError) -> NoReturn:
        why = cause.verify_message
        parts = urlsplit(self._server)
        host = parts.hostname or ""
        if proxy_for(self._cluster) is None and "match" not in why and "expired" not in why:
            name = self._cluster.tls_server_name or host
            issuer = presented_issuer(host, parts.port or 443, name, self._timeout)
            why = f"{why}; issuer: {issuer}" if issuer else why
        hints = {
            "match": f"the certificate is for another name: {self._peer.other_name}",
        }
        hint = f"give the server's CA, or that of a proxy in between: {self._peer.authority} FILE"
        hint = next((text for word, text in hints.items() if word in why), hint)
        if "yet valid" in why or "expired" in why:
            hint = (
                f"the server's certificate is good at another time{self._clock(host, parts.port)}"
            )
        raise ClusterError(
            f"{self._server} presents a certificate that is not trusted ({why})", hint
        ) from cause

    def _clock(self, host: str, port: int | None) -> str:
        """What there is to say of the clocks where a certificate is not good at this time."""
        date = None
        if proxy_for(self._cluster) is None:
            name = self._cluster.tls_server_name or host
            date = presented_date(host, port or 443, name, self._timeout)
        off = skew(date, datetime.now(timezone.utc))
        if off:
            return f": this machine's clock is {off}; set it"
        return ": it has to be renewed" if date else ": renew it, or set this machine's clock"


@contextmanager
def calling(
    cluster: Cluster,
    credential: Credential,
    as_whom: Impersonation,
    timeout: float,
    tell: Callable[[str], None] = log.info,
) -> Iterator[Caller]:
    """A caller with one credential, for a few requests; its connections are closed at the end."""
    pool = AuthenticatedPool(cluster, lambda: credential, as_whom)
    try:
        yield Caller(cluster, pool, timeout, tell)
    finally:
        pool.clear()


def _read(response: urllib3.BaseHTTPResponse) -> bytes | None:
    """An answer's body; None where it is larger than it may be."""
    data = response.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        response.close()
        return None
    response.release_conn()
    return data


_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
"""A warning of an API server in the header of RFC 7234, section 5.5; there may be several."""
_ESCAPED = re.compile(r"\\(.)")


def _root_cause(error: BaseException) -> BaseException:
    """The innermost error: urllib3 wraps the system's error in its own."""
    inner = error.__cause__ or getattr(error, "reason", None)
    if isinstance(inner, BaseException) and inner is not error:
        return _root_cause(inner)
    first = error.args[0] if error.args else None
    return _root_cause(first) if isinstance(first, BaseException) else error


def _is_of_socks(error: BaseException | None) -> bool:
    """Whether a SOCKS proxy's error is among the causes: urllib3 makes a timeout of its refusal."""
    while error is not None:
        if type(error).__module__ == "socks":
            return True
        error = error.__cause__ or error.__context__
    return False


def _words(cause: BaseException) -> str:
    text = getattr(cause, "strerror", None) or str(cause).rsplit(": ", 1)[-1]
    return str(text)[:200].lower()
