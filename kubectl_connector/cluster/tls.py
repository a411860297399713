"""How we speak TLS to an API server: by Go's rules, through OpenSSL."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.model.secret import Credential


def ssl_context(cluster: Cluster, credential: Credential) -> ssl.SSLContext:
    """A client context that trusts what kubectl trusts, and presents the client certificate.

    ``certificate_authority_data`` replaces the system's roots (semantics F4). Raises
    ConnectorError where the CA or the client certificate is unusable.
    """
    if not cluster.certificate_authority_data:
        context = _trusting_the_system()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cadata=cluster.certificate_authority_data)
        except (ssl.SSLError, ValueError):
            raise ConnectorError(
                "the certificate authority is not a certificate in PEM form",
                "give a file that holds -----BEGIN CERTIFICATE----- with --certificate-authority",
            ) from None
    # Go takes any certificate in the bundle as an anchor. Python 3.13 and newer set
    # VERIFY_X509_STRICT, which asks more of a cluster's home-made CA than Go does.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if cluster.insecure_skip_tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if credential.client_certificate and credential.client_key:
        _load_pair(context, credential.client_certificate, credential.client_key)
    return context


def _trusting_the_system() -> ssl.SSLContext:
    """A context with the system's roots, wherever the OpenSSL in use was built."""
    context = ssl.create_default_context()
    if ssl.get_default_verify_paths().cafile is None:
        found = next((path for path in _BUNDLES if os.path.exists(path)), None)
        if found:
            context.load_verify_locations(found)
    return context


_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""The files that Go tries, in its order (crypto/x509, root_linux.go)."""


def _load_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load a certificate and a key without writing the key to a file in plain text.

    Python's ``ssl`` only takes files. It gets a file that holds the key encrypted, under a
    passphrase that never leaves this process. The file is removed before this function returns.
    """
    from cryptography.hazmat.primitives import serialization

    passphrase = secrets.token_hex(32).encode()
    encryption = serialization.BestAvailableEncryption(passphrase)
    try:
        private_key = serialization.load_pem_private_key(key.encode(), None)
        sealed = private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )
        with tempfile.TemporaryDirectory(prefix="kubectl-connector-") as folder:
            path = os.path.join(folder, "pair.pem")
            with open(path, "wb", opener=_private) as file:
                file.write(sealed + certificate.encode())
            context.load_cert_chain(path, password=passphrase)
    except (ssl.SSLError, ValueError, TypeError):
        raise ConnectorError(
            "the client certificate and its key can't be used",
            "register them again: kubectl connector update NAME"
            " --client-certificate FILE --client-key FILE",
        ) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def presented_issuer(host: str, port: int, server_name: str, timeout: float) -> str | None:
    """The issuer of the certificate that a server presents; None where it can't be found out.

    This is for messages only: it verifies nothing and sends no data. ``timeout`` is in seconds.
    """
    from kubectl_connector import certificates

    try:
        with _unverified(host, port, server_name, timeout) as wrapped:
            der = wrapped.getpeercert(binary_form=True)
        return certificates.facts_of_der(der).issuer if der else None
    except (OSError, ValueError):
        return None


def presented_date(host: str, port: int, server_name: str, timeout: float) -> str | None:
    """The ``Date`` of a server's answer; None where it gives none.

    This is for messages only: it verifies nothing, and sends nothing but a bare request.
    """
    try:
        with _unverified(host, port, server_name, timeout) as wrapped:
            wrapped.sendall(b"HEAD /version HTTP/1.0\r\n\r\n")
            head = b""
            while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
                if not (part := wrapped.recv(4096)):
                    break
                head += part
    except OSError:
        return None
    lines = head.decode("latin-1").split("\r\n")
    return next((line[5:].strip() for line in lines if line[:5].lower() == "date:"), None)


_LONGEST_HEAD = 65_536


@contextmanager
def _unverified(host: str, port: int, server_name: str, timeout: float) -> Iterator[ssl.SSLSocket]:
    """A connection to whoever answers there; OSError."""
    import socket

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=timeout) as plain,
        context.wrap_socket(plain, server_hostname=server_name) as wrapped,
    ):
        yield wrapped
