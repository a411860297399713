"""Proxies for clusters that are reached through one: HTTP with CONNECT, and SOCKS5."""

from __future__ import annotations

import abc
import contextlib
import selectors
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, TypeVar

_AnyProxy = TypeVar("_AnyProxy", bound="_Proxy")


class _Proxy(abc.ABC):
    """A proxy that listens on loopback for as long as its context lasts."""

    scheme: str

    @abc.abstractmethod
    def _listen(self) -> socketserver.TCPServer: ...

    def __enter__(self: _AnyProxy) -> _AnyProxy:
        self._listener = self._listen()
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    @property
    def url(self) -> str:
        """Where it is, as a kubeconfig's ``proxy-url`` says it."""
        return f"{self.scheme}://127.0.0.1:{self._listener.server_address[1]}"


class ConnectProxy(_Proxy):
    """The HTTP proxy; a context manager. ``targets`` lists the ``host:port`` of every tunnel.

    With ``refuse``, the proxy answers every request with 403.
    """

    scheme = "http"

    def __init__(self, *, refuse: bool = False) -> None:
        self.targets: list[str] = []
        self.refuse = refuse

    def _listen(self) -> _Listener:
        return _Listener(self)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: ConnectProxy) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_CONNECT(self) -> None:
        """Open the tunnel and pass bytes until either end closes."""
        self.server.owner.targets.append(self.path)
        if self.server.owner.refuse:
            self.send_error(403, "Forbidden")
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as target:
            self.send_response(200, "Connection established")
            self.end_headers()
            with contextlib.suppress(OSError):
                _pump(self.connection, target)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Log nothing."""


class SocksProxy(_Proxy):
    """A SOCKS5 proxy without authentication (RFC 1928), which resolves names; a context manager."""

    scheme = "socks5"

    def _listen(self) -> _SocksListener:
        return _SocksListener(("127.0.0.1", 0), _SocksHandler)


class _SocksListener(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _SocksHandler(socketserver.StreamRequestHandler):
    rbufsize = 0  # what follows the greeting is the tunnel's

    def handle(self) -> None:
        """Agree on no authentication, open the tunnel, pass bytes until either end closes."""
        _, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.connection.sendall(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        if kind == 1:
            host = socket.inet_ntoa(self.rfile.read(4))
        else:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        port = int.from_bytes(self.rfile.read(2), "big")
        with socket.create_connection((host, port), timeout=10) as target:
            self.connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
            with contextlib.suppress(OSError):
                _pump(self.connection, target)


def _pump(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(65536)
                if not data:
                    return
                key.data.sendall(data)
