"""The sockets: TLS, HTTP/1.1, and everything that can go wrong with a connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from cryptography import x509

from tests.apiserver import certificate_requests
from tests.apiserver.access import Rules, UnauthenticatedError, User, authenticate
from tests.apiserver.answers import Answer, unauthorized
from tests.apiserver.api import respond
from tests.apiserver.certificate_requests import Decision
from tests.apiserver.certificates import EXPIRED, Authority, KeyPair, Validity
from tests.apiserver.cluster import Cluster
from tests.apiserver.objects import Objects
from tests.apiserver.requests import Request
from tests.apiserver.tokens import ISSUER, jwt

HOSTS = ("127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc")
WRONG_HOSTS = ("api.lab.example", "203.0.113.7")

Presented = Literal["valid", "expired", "wrong-host", "corporate-proxy"]
"""The server's certificate: good; expired; for WRONG_HOSTS only; from an intermediate of another
CA, as a TLS-inspecting proxy presents it."""

Hang = Literal["handshake", "answer"]
"""When the server stops answering: at the handshake, or after it has read a request."""

_IGNORE_TIMES = 0x200000  # X509_V_FLAG_NO_CHECK_TIME


class ApiServer:
    """The server; a context manager. A test may change ``rules``, ``latency``, ``hang`` and
    ``answer`` while it runs."""

    def __init__(
        self,
        *,
        tokens: Mapping[str, User] | None = None,
        passwords: Mapping[str, str] | None = None,
        anonymous: bool = True,
        forbidden: Iterable[str] = (),
        forbidden_paths: Iterable[str] = (),
        absent_paths: Iterable[str] = (),
        certificate: Presented = "valid",
        tls: bool = True,
        tls12_only: bool = False,
        port: int = 0,
    ) -> None:
        self.rules = Rules(
            tokens=dict(tokens or {}),
            passwords=dict(passwords or {}),
            anonymous=anonymous,
            forbidden=set(forbidden),
            forbidden_paths=set(forbidden_paths),
            absent_paths=set(absent_paths),
        )
        self.objects = Objects(self._now)
        """What the cluster keeps: ``objects.create("serviceaccounts", "reader", "shop")``."""
        self.requests: list[Request] = []
        self.connections = 0
        """How many connections were opened; each had a handshake of its own."""
        self.latency = 0.0
        """Seconds before an answer."""
        self.hang: Hang | None = None
        self.answer: Answer | None = None
        """An answer to every request, instead of the real one."""
        self.stopping = threading.Event()
        self._authority = Authority("kubernetes")
        self._foreign = Authority("another-kubernetes")
        self._corporate_root = Authority("Example Corp Root CA")
        self._tls = self._context(certificate, tls12_only=tls12_only) if tls else None
        self._port = port

    def __enter__(self) -> ApiServer:
        self._listener = _Listener(self, self._tls, self._port)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.drop_connections()

    def _now(self) -> datetime:
        return self.rules.now()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """The server's URL, as a kubeconfig's ``server``."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def ca_pem(self) -> str:
        """The cluster's CA, even if another CA issued the certificate that the server presents."""
        return self._authority.ca_pem

    @property
    def corporate_ca_pem(self) -> str:
        """The root that a client must trust when the certificate is ``corporate-proxy``."""
        return self._corporate_root.ca_pem

    def issue_client_certificate(
        self,
        common_name: str,
        organizations: Iterable[str] = (),
        not_after: datetime | None = None,
        *,
        foreign: bool = False,
    ) -> tuple[str, str]:
        """A client certificate and its key in PEM; a ``foreign`` one, of another CA, is refused."""
        authority = self._foreign if foreign else self._authority
        pair = authority.issue_client(common_name, organizations, Validity.until(not_after))
        return pair.certificate_pem, pair.key_pem

    def issue_token(self, user: User, expires_at: datetime | None = None) -> str:
        """A new token for ``user``, shaped as the JWT of a service account."""
        claims: dict[str, Any] = {"iss": ISSUER, "sub": user.name}
        if expires_at:
            claims["exp"] = int(expires_at.timestamp())
        token = jwt(claims)
        self.rules.tokens[token] = user
        if expires_at:
            self.rules.expiries[token] = expires_at
        return token

    def decide(self, name: str, decision: Decision) -> None:
        """Approve, deny or fail a certificate request; what is approved is signed."""
        certificate_requests.decide(self.cluster, name, decision)

    def revoke(self, credential: str) -> None:
        """Refuse a token, or a client certificate (PEM), from now on."""
        if credential.startswith("-----BEGIN CERTIFICATE"):
            certificate = x509.load_pem_x509_certificate(credential.encode())
            self.rules.revoked_serials.add(certificate.serial_number)
        else:
            del self.rules.tokens[credential]

    def handle(self, request: Request) -> Answer:
        """Log the request and answer it."""
        client_ca = x509.load_pem_x509_certificate(self.ca_pem.encode())
        try:
            user = authenticate(request, self.rules, client_ca, self.objects)
        except UnauthenticatedError:
            self.requests.append(request)
            return self.answer or unauthorized()
        self.requests.append(replace(request, user=user.name))
        return self.answer or respond(request, user, self.cluster)

    @property
    def cluster(self) -> Cluster:
        """What there is behind the sockets."""
        return Cluster(self.rules, self.objects, self.url, self._authority)

    def _context(self, presented: Presented, *, tls12_only: bool) -> ssl.SSLContext:
        """A TLS context that asks for a client certificate and lets bad ones through.

        Kubernetes refuses bad ones with 401, and not in the handshake. OpenSSL can do the same for
        expired certificates and for those of an authority that it knows.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls12_only:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        _load_pair(context, self._server_pair(presented))
        context.load_verify_locations(cadata=self.ca_pem + self._foreign.ca_pem)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VerifyFlags(_IGNORE_TIMES)
        return context

    def _server_pair(self, presented: Presented) -> KeyPair:
        if presented == "expired":
            return self._authority.issue_server(HOSTS, EXPIRED)
        if presented == "wrong-host":
            return self._authority.issue_server(WRONG_HOSTS)
        if presented == "corporate-proxy":
            return Authority("corp-proxy CA", self._corporate_root).issue_server(HOSTS)
        return self._authority.issue_server(HOSTS)


class _Listener(ThreadingHTTPServer):
    """Accepts connections; a thread of its own serves each one, handshake included."""

    daemon_threads = True

    def __init__(self, owner: ApiServer, tls: ssl.SSLContext | None, port: int) -> None:
        self.owner = owner
        self._tls = tls
        self._connections: set[socket.socket] = set()
        self._counting = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        self._connections.add(request)
        with self._counting:
            self.owner.connections += 1
        if self.owner.hang == "handshake":
            self.owner.stopping.wait()
            return
        # Many tests are about a client that does not trust us, or goes away.
        with contextlib.suppress(ssl.SSLError, ConnectionError), self._secured(request) as channel:
            self._connections.add(channel)
            _Handler(channel, client_address, self)

    def drop_connections(self) -> None:
        """Cut the connections that clients keep open."""
        for connection in self._connections.copy():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _secured(self, request: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(request, server_side=True) if self._tls else request


class _Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection."""

    server: _Listener
    protocol_version = "HTTP/1.1"
    server_version = "loopback-apiserver"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _serve(self) -> None:
        owner = self.server.owner
        request = self._request()
        if owner.hang == "answer":
            owner.requests.append(request)
            owner.stopping.wait()
            self.close_connection = True
            return
        owner.stopping.wait(owner.latency)
        self._send(owner.handle(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Log nothing: ``ApiServer.requests`` is the log."""

    def _request(self) -> Request:
        headers = {name.lower(): ",".join(self.headers.get_all(name, [])) for name in self.headers}
        authorization = headers.get("authorization", "")
        if authorization:
            headers["authorization"] = authorization.partition(" ")[0]
        body = self.rfile.read(int(headers.get("content-length", 0)))
        certificate = self._client_certificate()
        return Request(self.command, self.path, headers, None, authorization, certificate, body)

    def _client_certificate(self) -> x509.Certificate | None:
        if not isinstance(self.connection, ssl.SSLSocket):
            return None
        der = self.connection.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(der) if der else None

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.code)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _load_pair(context: ssl.SSLContext, pair: KeyPair) -> None:
    """Hand a pair to OpenSSL, which reads files only."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pair.pem")
        file.touch(mode=0o600)
        file.write_text(pair.key_pem + pair.certificate_pem)
        context.load_cert_chain(file)
