"""A loopback API server that answers as Kubernetes does, for tests and for the demo.

    with ApiServer(tokens={"good": User("jane@example.com", ("dev",))}) as server:
        server.url, server.ca_pem, server.requests

It speaks real TLS and HTTP to real clients. It knows tokens, passwords and client certificates, and
refuses with the Status objects that a cluster sends. A test can make it misbehave: be slow, hang,
present a certificate that nobody trusts, or answer with a proxy's error page.

It keeps objects (``server.objects``), and mints tokens of the service accounts among them
(TokenRequest), which end by ``rules.now``, with their account, and with the Secret that they are
bound to. It signs certificate requests once they are approved: by kubectl, by ``server.decide``,
or at once (``rules.certificate_decision``). ``rules.allowed[user] = [Allowed(...)]`` gives a user
a narrow role.
"""

from tests.apiserver.access import Rules, User
from tests.apiserver.answers import BAD_GATEWAY, PROXY_LOGIN_PAGE, Answer, redirect_to
from tests.apiserver.certificates import Authority, KeyPair
from tests.apiserver.kinds import CERTIFICATES, RBAC
from tests.apiserver.paths import SELF_SUBJECT_REVIEWS
from tests.apiserver.proxy import ConnectProxy, SocksProxy
from tests.apiserver.rbac import Allowed
from tests.apiserver.requests import Request
from tests.apiserver.server import ApiServer
from tests.apiserver.vault import Vault, VaultRole

__all__ = [
    "BAD_GATEWAY",
    "CERTIFICATES",
    "PROXY_LOGIN_PAGE",
    "RBAC",
    "SELF_SUBJECT_REVIEWS",
    "Allowed",
    "Answer",
    "ApiServer",
    "Authority",
    "ConnectProxy",
    "KeyPair",
    "Request",
    "Rules",
    "SocksProxy",
    "User",
    "Vault",
    "VaultRole",
    "redirect_to",
]
