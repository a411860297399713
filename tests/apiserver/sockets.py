"""The sockets: TLS, HTTP/1.1, and everything that can go wrong with a connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

from cryptography import x509

from tests.apiserver.answers import Answer
from tests.apiserver.certificates import KeyPair
from tests.apiserver.requests import Request

HOSTS = ("127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc")

Hang = Literal["handshake", "answer"]
"""When the server stops answering: at the handshake, or after it has read a request."""

Itself = TypeVar("Itself", bound="Endpoint")


class Endpoint(ABC):
    """A server at a port of the loopback interface; a context manager. A test may change
    ``latency`` and ``hang`` while it runs."""

    def __init__(self, tls: ssl.SSLContext | None, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        """How many connections were opened; each had a handshake of its own."""
        self.latency = 0.0
        """Seconds before an answer."""
        self.hang: Hang | None = None
        self.stopping = threading.Event()
        self._tls = tls
        self._port = port

    def __enter__(self: Itself) -> Itself:
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

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """The server's URL, as a kubeconfig's ``server``."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @abstractmethod
    def handle(self, request: Request) -> Answer:
        """Log the request and answer it."""


def server_context(pair: KeyPair) -> ssl.SSLContext:
    """A TLS context that presents this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_pair(context, pair)
    return context


class _Listener(ThreadingHTTPServer):
    """Accepts connections; a thread of its own serves each one, handshake included."""

    daemon_threads = True

    def __init__(self, owner: Endpoint, tls: ssl.SSLContext | None, port: int) -> None:
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
        if "x-vault-token" in headers:
            authorization = f"Bearer {headers.pop('x-vault-token')}"  # the same to Vault
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
