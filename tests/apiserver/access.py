"""Authentication and authorization, in a real API server's order and with its messages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from tests.apiserver.answers import Answer, forbidden
from tests.apiserver.attributes import Attributes
from tests.apiserver.objects import Objects
from tests.apiserver.paths import PUBLIC, SELF_REVIEWS
from tests.apiserver.rbac import Allowed
from tests.apiserver.requests import Request

AUTHENTICATED = "system:authenticated"


@dataclass(frozen=True)
class User:
    """A user as the cluster knows them."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, Sequence[str]] = field(default_factory=dict)


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))


@dataclass
class Rules:
    """Which users exist and what they may do; a test may change it while the server runs."""

    tokens: dict[str, User] = field(default_factory=dict)
    expiries: dict[str, datetime] = field(default_factory=dict)
    """The ends of the tokens that have one."""
    passwords: dict[str, str] = field(default_factory=dict)
    """Passwords by user name."""
    anonymous: bool = True
    """Whether a request without credentials may read what system:anonymous may read."""
    bound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The uids of the objects that a token of a service account ends with."""
    longest_token: int | None = None
    """The longest life of a service account's token, in seconds; None: as long as one asks for."""
    longest_certificate: int = 365 * 24 * 3600
    """The longest life of a certificate by request, in seconds."""
    signs_certificates: bool = True
    """Whether there is a controller that signs certificate requests once they are approved."""
    certificate_decision: Literal["Approved", "Denied", "Failed"] | None = None
    """What becomes of a certificate request at once; None: it waits for an admin."""
    forbidden: set[str] = field(default_factory=set)
    """Users that have only the roles of every authenticated user."""
    allowed: dict[str, Sequence[Allowed]] = field(default_factory=dict)
    """Users that may do this beside what every authenticated user may, and nothing else."""
    forbidden_paths: set[str] = field(default_factory=set)
    """Paths refused with 403 to everybody."""
    absent_paths: set[str] = field(default_factory=set)
    """Paths that this Kubernetes does not know: 404."""
    revoked_serials: set[int] = field(default_factory=set)
    """Serial numbers of client certificates that are refused."""
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    """The server's clock."""


class UnauthenticatedError(Exception):
    """The request's credential is not good, or the request needs a credential and has none."""


def authenticate(
    request: Request, rules: Rules, client_ca: x509.Certificate, objects: Objects
) -> User:
    """The user by certificate, else by token, else by password, else anonymous.

    The first good credential wins. A bad one is refused even if anonymous requests are allowed.
    """
    scheme, _, value = request.authorization.partition(" ")
    if request.certificate and _is_good(request.certificate, rules, client_ca):
        user = _certificate_user(request.certificate)
    elif scheme.lower() == "bearer":
        user = _token_user(value.strip(), rules, objects)
    elif scheme.lower() == "basic":
        user = _password_user(value.strip(), rules)
    elif request.certificate or not rules.anonymous:
        raise UnauthenticatedError
    else:
        return ANONYMOUS
    return replace(user, groups=(*user.groups, AUTHENTICATED))


def impersonated(request: Request, user: User, rules: Rules) -> User | Answer:
    """The user that the Impersonate-* headers name; a 403 if ``user`` may not impersonate them."""
    name = request.headers.get("impersonate-user")
    if name is None:
        return user
    if user == ANONYMOUS or not may(user, Attributes("impersonate", "", "users", name=name), rules):
        return forbidden(
            f'users "{name}" is forbidden: User "{user.name}" cannot impersonate resource '
            '"users" in API group "" at the cluster scope',
            {"name": name, "kind": "users"},
        )
    groups = request.headers.get("impersonate-group", "")
    prefix = "impersonate-extra-"
    return User(
        name,
        (*filter(None, groups.split(",")), AUTHENTICATED),
        request.headers.get("impersonate-uid", ""),
        {
            header.removeprefix(prefix): value.split(",")
            for header, value in request.headers.items()
            if header.startswith(prefix)
        },
    )


def refusal(request: Request, user: User, rules: Rules) -> Answer | None:
    """The 403 for a user who may not do this; None where they may."""
    path = request.path
    if path in rules.forbidden_paths:
        return _forbidden(request, user)
    if path in PUBLIC:
        return None
    if user == ANONYMOUS:
        return _forbidden(request, user)
    if path in SELF_REVIEWS or _is_discovery(path) or may(user, Attributes.of(request), rules):
        return None
    return _forbidden(request, user)


def permissions(user: User, rules: Rules) -> Sequence[Allowed] | None:
    """What the user may do beside what every authenticated user may; None: everything."""
    if user.name in rules.allowed:
        return rules.allowed[user.name]
    return () if user.name in rules.forbidden else None


def may(user: User, what: Attributes | None, rules: Rules) -> bool:
    """Whether the user may do this; None stands for a path that is no resource's."""
    held = permissions(user, rules)
    return held is None or (what is not None and any(one.covers(what) for one in held))


def _is_good(certificate: x509.Certificate, rules: Rules, client_ca: x509.Certificate) -> bool:
    now = rules.now()
    try:
        certificate.verify_directly_issued_by(client_ca)
    except (ValueError, InvalidSignature):
        return False
    in_time = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    return in_time and certificate.serial_number not in rules.revoked_serials


def _certificate_user(certificate: x509.Certificate) -> User:
    values = {
        oid: tuple(str(name.value) for name in certificate.subject.get_attributes_for_oid(oid))
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    }
    return User(values[NameOID.COMMON_NAME][0], values[NameOID.ORGANIZATION_NAME])


def _token_user(token: str, rules: Rules, objects: Objects) -> User:
    expiry = rules.expiries.get(token)
    if token not in rules.tokens or (expiry and expiry <= rules.now()):
        raise UnauthenticatedError
    if not all(objects.has_uid(uid) for uid in rules.bound.get(token, ())):
        raise UnauthenticatedError
    return rules.tokens[token]


def _password_user(value: str, rules: Rules) -> User:
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise UnauthenticatedError from None
    if rules.passwords.get(name) != password:
        raise UnauthenticatedError
    return User(name)


def _is_discovery(path: str) -> bool:
    """Whether the role system:discovery covers the path, and the path is not a resource."""
    parts = path.strip("/").split("/")
    return (parts[0] == "api" and len(parts) <= 2) or (parts[0] == "apis" and len(parts) <= 3)


def _forbidden(request: Request, user: User) -> Answer:
    """A 403 with the API server's message, which differs for resources and other paths."""
    what = Attributes.of(request)
    if what is None:
        verb = {"POST": "create", "PUT": "update"}.get(request.method, request.method.lower())
        text = f'forbidden: User "{user.name}" cannot {verb} path "{request.path}"'
        return forbidden(text, {})
    scope = f'in the namespace "{what.namespace}"' if what.namespace else "at the cluster scope"
    named = f'{what.qualified} "{what.name}"' if what.name else what.qualified
    return forbidden(
        f'{named} is forbidden: User "{user.name}" cannot {what.verb} resource "{what.what}" '
        f'in API group "{what.group}" {scope}',
        {"name": what.name, "group": what.group, "kind": what.resource},
    )
