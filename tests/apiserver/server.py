"""The API server: its certificates, its users, and what a test may ask of it."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from cryptography import x509

from tests.apiserver import certificate_requests
from tests.apiserver.access import Rules, UnauthenticatedError, User, authenticate
from tests.apiserver.answers import Answer, unauthorized
from tests.apiserver.api import respond
from tests.apiserver.certificate_requests import Decision
from tests.apiserver.certificates import EXPIRED, TO_COME, Authority, KeyPair, Validity
from tests.apiserver.cluster import Cluster
from tests.apiserver.objects import Objects
from tests.apiserver.requests import Request
from tests.apiserver.sockets import HOSTS, Endpoint, server_context
from tests.apiserver.tokens import ISSUER, jwt

WRONG_HOSTS = ("api.lab.example", "203.0.113.7")

Presented = Literal["valid", "expired", "to-come", "wrong-host", "corporate-proxy"]
"""The server's certificate: good; expired; not good yet; for WRONG_HOSTS only; from an intermediate
of another CA, as a TLS-inspecting proxy presents it."""

_IGNORE_TIMES = 0x200000  # X509_V_FLAG_NO_CHECK_TIME


class ApiServer(Endpoint):
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
        self.answer: Answer | None = None
        """An answer to every request, instead of the real one."""
        self._authority = Authority("kubernetes")
        self._foreign = Authority("another-kubernetes")
        self._corporate_root = Authority("Example Corp Root CA")
        context = self._context(certificate, tls12_only=tls12_only) if tls else None
        super().__init__(context, port)

    def _now(self) -> datetime:
        return self.rules.now()

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
        context = server_context(self._server_pair(presented))
        if tls12_only:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cadata=self.ca_pem + self._foreign.ca_pem)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VerifyFlags(_IGNORE_TIMES)
        return context

    def _server_pair(self, presented: Presented) -> KeyPair:
        if presented == "expired":
            return self._authority.issue_server(HOSTS, EXPIRED)
        if presented == "to-come":
            return self._authority.issue_server(HOSTS, TO_COME)
        if presented == "wrong-host":
            return self._authority.issue_server(WRONG_HOSTS)
        if presented == "corporate-proxy":
            return Authority("corp-proxy CA", self._corporate_root).issue_server(HOSTS)
        return self._authority.issue_server(HOSTS)
