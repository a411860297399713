"""What an authentication method is. One file beside this one makes one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from kubectl_connector import log
from kubectl_connector.errors import RefusedError, UsageError
from kubectl_connector.frozen import dataclass, field
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.field import Field, FieldKind
from kubectl_connector.model.kubeconfig import AuthInfo, Cluster, ExecConfig
from kubectl_connector.model.secret import Credential, Secret

Progress = Callable[[str], AbstractContextManager[object]]

__all__ = [
    "AuthMethod",
    "Field",
    "FieldKind",
    "IssueRequest",
    "Material",
    "user_of",
]


@dataclass(frozen=True)
class Material:
    """What a method makes of its fields: the two halves of a connector that are its own."""

    configuration: Mapping[str, Any] = field(default_factory=dict)
    """Not secret, JSON-like; kept in the catalog."""
    secret: Secret = Secret()


class HandleError(RefusedError):
    """Nothing was issued, and another ``handle`` is to be kept from now on."""

    def __init__(self, message: str, hint: str, handle: str | None = None) -> None:
        """``handle`` is what the method needs to go on later; None: it begins anew."""
        super().__init__(message, hint)
        self.handle = handle


class PendingError(HandleError):
    """What was asked for has to be approved by somebody first."""

    def __init__(self, message: str, hint: str, handle: str, waited: bool) -> None:
        """Whether it has ``waited`` already; the rest is as in :class:`HandleError`."""
        super().__init__(message, hint, handle)
        self.waited = waited


@dataclass(frozen=True)
class IssueRequest:
    """The circumstances in which a credential is wanted."""

    cluster: Cluster
    interactive: bool = False
    """Whether a person is there to be asked (stdin is a terminal)."""
    timeout: float = 30.0
    """How long a program that gives credentials may take, or a cluster, in seconds."""
    connector_id: str = ""
    """Whom it is for, to name what is made in the cluster for it."""
    tell: Callable[[str], None] = log.info
    """What people should know of how it goes, such as a server's warning."""
    progress: Progress = nullcontext
    """Shows a text while somebody else is being waited for."""
    last: Credential | None = None
    """What was issued before and kept, though it may have ended; only a handle where it is pending.
    """
    anew: bool = False
    """Whether another credential is wanted though the last one is good."""
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)


class AuthMethod(ABC):
    """One way to sign in: its fields, how a kubeconfig shows it, and how a credential is issued.

    Whoever uses a method asks it what it can do. Nothing outside this package compares its name,
    or knows its fields.
    """

    name: ClassVar[str]
    """As in ``--auth-method`` and in documents."""
    title: ClassVar[str]
    summary: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    """Of kind TEXT, FILE, SECRET or DERIVED: a method is given texts."""
    keeps_issued: ClassVar[bool] = False
    """Whether what :meth:`issue` gives is kept in the store, and handed out until it ends."""
    needs_base: ClassVar[bool] = False
    """Whether its credentials are made with another method's (``auth/derived.py``)."""
    renews_itself: ClassVar[bool] = False
    """Whether :meth:`issue` alone gives a fresh credential, without a person."""
    needs_approval: ClassVar[bool] = False
    """Whether :meth:`issue` takes somebody's approval: then what is good is used to its end."""
    leases: ClassVar[bool] = False
    """Whether somebody counts what is issued until it ends: then logout revokes it."""
    can_exec: ClassVar[bool] = True
    """Whether an exec plugin can hand the credential to kubectl (``login --exec``)."""
    can_embed: ClassVar[bool] = True
    """Whether a kubeconfig may hold the credential (``login --embed``)."""

    @property
    def noun(self) -> str:
        """What messages call the credential, such as "client certificate"."""
        return self.title.lower()

    @property
    def option_fields(self) -> tuple[Field, ...]:
        """The fields that can be given on the command line."""
        return tuple(f for f in self.fields if f.kind is not FieldKind.DERIVED)

    @property
    def from_options(self) -> bool:
        """Whether a connector of this method can be made from options."""
        return any(f.required for f in self.option_fields)

    def recognises(self, user: AuthInfo) -> bool:
        """Whether kubectl would use this method for a kubeconfig user; one method at most does.

        False, the default, is for a method that no kubeconfig can tell of.
        """
        return False

    def from_auth_info(self, user: AuthInfo) -> Material:
        """What a recognised kubeconfig user becomes. UsageError where it is unusable."""
        raise UsageError(f"no kubeconfig tells of {self.title}", "register with options")

    @abstractmethod
    def build(self, values: Mapping[str, str]) -> Material:
        """What the fields' values become; every required one is there. UsageError where bad."""

    @abstractmethod
    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        """A credential to use now. RefusedError, UsageError or ConnectorError where none."""

    def renewed_at(self, credential: Credential, now: datetime) -> datetime | None:
        """When another credential is issued in the place of this one; None: its end is not known.

        That is a minute before its end, or a tenth of its life, the shorter: no request is on its
        way with a credential that ends before it arrives.
        """
        end = credential.expires_at
        return end and end - min(timedelta(minutes=1), max((end - now) / 10, timedelta(0)))

    def revokes(self, configuration: Mapping[str, Any]) -> str | None:
        """What :meth:`revoke` ends, such as ``Secret in shop``; None, the default: it can't.

        Where a change of the configuration changes it, what was issued before is revoked.
        """
        return None

    def revoke(  # noqa: B027 (a method that can not revoke has nothing to do)
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> None:
        """End what was issued, ``request.last`` and all before it.

        ``request.last`` may be missing where the method does not lease. It is no error where it has
        ended already. Raises what :meth:`issue` raises.
        """

    def ready(self, configuration: Mapping[str, Any], secret: Secret) -> Credential | None:
        """The credential that the secret itself is, to hand to kubectl as it is.

        None, the default, where :meth:`issue` has something to do first, and for what no exec
        plugin can hand on (KEP-541), such as a password.
        """
        return None

    def auth_info(self, configuration: Mapping[str, Any], secret: Secret) -> AuthInfo | None:
        """The kubeconfig user that renews its own credential, such as an exec stanza.

        None, the default: ``login --embed`` writes what :meth:`issue` gives.
        """
        return None

    def ends_at(self, configuration: Mapping[str, Any], secret: Secret) -> datetime | None:
        """When what is kept ends, as far as it says so itself; the default asks :meth:`ready`."""
        ready = self.ready(configuration, secret)
        return ready.expires_at if ready else None

    def begins_at(self, configuration: Mapping[str, Any], secret: Secret) -> datetime | None:
        """When the life of what is kept began, as far as it says so itself."""
        ready = self.ready(configuration, secret)
        return beginning_of(ready) if ready else None

    def wants(
        self, configuration: Mapping[str, Any], namespace: str | None
    ) -> tuple[Mapping[str, Any], ...]:
        """The objects that the cluster is to have for it, as manifests; the default wants none.

        ``namespace`` is the connector's.
        """
        return ()

    def runs(self, configuration: Mapping[str, Any]) -> ExecConfig | None:
        """The program that :meth:`issue` runs, as far as people may see it; None: none."""
        return None

    def renewal(self, connector: Connector) -> str:
        """What a person does for a fresh credential: usually a command to type."""
        renew = f"kubectl connector renew {connector.name}"
        if connector.origin and connector.origin.credential:
            context = f'context "{connector.origin.context}" of {connector.origin.kubeconfig}'
            return f"{renew}; if {context} has ended too, sign in to it first"
        return renew if self.asked_secrets else f"kubectl connector update {connector.name} --help"

    @property
    def asked_secrets(self) -> tuple[Field, ...]:
        """What a person gives for a fresh credential."""
        return tuple(f for f in self.option_fields if f.required and f.secret)

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        """Who a person is with it, as far as the configuration tells; None: it does not."""
        return None

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        """The configuration in a person's words, in the order of the fields."""
        return {name: str(value) for name, value in configuration.items()}


def beginning_of(credential: Credential) -> datetime | None:
    """When a credential's life began, as far as its token or else its certificate says it."""
    if credential.token:
        from kubectl_connector import jwt

        return jwt.beginning(credential.token)
    if credential.client_certificate:
        from kubectl_connector import certificates

        return certificates.validity(credential.client_certificate)[0]
    return None


def user_of(credential: Credential) -> AuthInfo:
    """The kubeconfig user for which kubectl sends this credential."""
    return AuthInfo(
        token=credential.token,
        username=credential.username,
        password=credential.password,
        client_certificate_data=credential.client_certificate,
        client_key_data=credential.client_key,
    )
