"""A client certificate that the cluster signs (CSR API); its key is made here and stays here."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kubectl_connector.auth._lifetime import duration_field, names_in, seconds_of
from kubectl_connector.auth.derived import Base, DerivedMethod, asking
from kubectl_connector.auth.interface import (
    Field,
    FieldKind,
    HandleError,
    IssueRequest,
    Material,
    PendingError,
)
from kubectl_connector.durations import parse_span
from kubectl_connector.errors import ConnectorError, NotFoundError, RefusedError, UsageError
from kubectl_connector.frozen import dataclass, field, replace
from kubectl_connector.model.field import CERTIFICATES
from kubectl_connector.model.kubeconfig import Impersonation
from kubectl_connector.model.secret import Credential, Secret

if TYPE_CHECKING:
    from kubectl_connector.cluster.caller import Caller

Result = TypeVar("Result")

REQUEST = "request_certificate"
USER = "user"
GROUP = "group"
APPROVE = "approve"
WAIT = "wait"
NO_WAIT = "no_wait"

SHORTEST = 600
"""Seconds; the API server refuses a shorter life."""
_WAIT = "60s"
_SOON = timedelta(minutes=10)
"""After this, a request that was pending is looked at again, while the old certificate is good."""


class _CertificateRequest(DerivedMethod):
    name = "certificate-request"
    title = "Certificate request"
    summary = "A short-lived client certificate that the cluster signs; the key never leaves here."
    needs_approval = True
    fields = (
        Field(
            REQUEST,
            "hand out short-lived certificates that the cluster signs",
            FieldKind.FLAG,
            spelling="--request-certificate",
            group=CERTIFICATES,
        ),
        duration_field(),
        Field(
            USER,
            "the user's name in it (CN); default: who the given credential is",
            required=False,
            metavar="USER",
            question="User's name in the certificate (empty: who the credential is)",
            group=CERTIFICATES,
        ),
        Field(
            GROUP,
            "a group in it (O); repeatable",
            FieldKind.LIST,
            required=False,
            metavar="GROUP",
            question="Groups in the certificate, with commas (empty: none)",
            group=CERTIFICATES,
        ),
        Field(
            APPROVE,
            "approve the request too, where the credential may",
            FieldKind.FLAG,
            required=False,
            group=CERTIFICATES,
        ),
        Field(
            WAIT,
            f"how long to wait for somebody's approval; default: {_WAIT}",
            required=False,
            metavar="TIME",
            group=CERTIFICATES,
        ),
        Field(
            NO_WAIT,
            "do not wait: the next command that needs it fetches it",
            FieldKind.FLAG,
            spelling="--no-wait",
            required=False,
            group=CERTIFICATES,
        ),
    )

    @property
    def noun(self) -> str:
        return "client certificate"

    def build(self, values: Mapping[str, str]) -> Material:
        seconds_of(values, SHORTEST)
        names_in("--group", values.get(GROUP))
        if values.get(WAIT) and values.get(NO_WAIT):
            raise UsageError("--wait and --no-wait exclude each other", "leave one of them out")
        _seconds_to_wait(values)
        said = {field.name: values.get(field.name) for field in self.fields}
        return Material({name: text for name, text in said.items() if text})

    def derive(self, own: Mapping[str, Any], base: Base, request: IssueRequest) -> Credential:
        """The certificate that is good still, or a new one; asked for with the present one.

        Raises PendingError where nobody has approved it yet, and RefusedError where somebody has
        denied it.
        """
        last = request.last or Credential()
        if not _is_good(last, request.now()):
            return self._next(own, _either(base, request), request)
        pending = last.handle
        if request.anew or pending or _is_old(last, request.now()):
            try:
                return self._next(own, _either(base, request, last), request)
            except ConnectorError as error:
                if request.anew:
                    raise
                # The old one is good still, so whoever waits for it is served.
                request.tell(f"the certificate could not be renewed yet: {error.message}")
                pending = error.handle if isinstance(error, PendingError) else None
        return replace(last, expires_at=_end(last), handle=pending)

    def renewed_at(self, credential: Credential, now: datetime) -> datetime | None:
        """When a third of its life is left; while the next one is pending, every ten minutes."""
        from kubectl_connector import certificates

        start, end = certificates.validity(credential.client_certificate or "")
        third = end - (end - start) / 3
        return third if now < third else min(now + _SOON, end)

    def ends_at(self, configuration: Mapping[str, Any], secret: Secret) -> datetime | None:
        """It outlives its base: it is renewed with its own certificate."""
        return None

    def identity(self, configuration: Mapping[str, Any]) -> str | None:
        return configuration.get(USER)

    def _next(self, own: Mapping[str, Any], ask: _Ask, request: IssueRequest) -> Credential:
        """Fetch what was asked for before, else ask and wait."""
        pending = _Pending.read(request.last.handle if request.last else None)
        if pending:
            with contextlib.suppress(NotFoundError):  # the cluster has cleaned it up meanwhile
                return self._fetch(own, ask, request, pending, seconds=0.0)
        pending = ask(lambda caller: _submitted(own, caller, request))
        return self._fetch(own, ask, request, pending, _seconds_to_wait(own))

    def _fetch(
        self,
        own: Mapping[str, Any],
        ask: _Ask,
        request: IssueRequest,
        pending: _Pending,
        seconds: float,
    ) -> Credential:
        from kubectl_connector import certificates
        from kubectl_connector.cluster import certificate_request

        name, uid = pending.name, pending.uid
        if APPROVE in own:
            ask(lambda caller: certificate_request.approve(caller, name, uid, request.now()))
        approval = f"kubectl certificate approve {pending.name}"
        until = time.monotonic() + seconds
        with request.progress(f"waiting for an admin: {approval}"), _ended():
            while not (pem := ask(lambda caller: certificate_request.look(caller, name, uid))):
                if time.monotonic() >= until:
                    raise PendingError(
                        f"the certificate request {name} waits to be approved",
                        f"have an admin run: {approval}; then run the command again",
                        pending.text(),
                        waited=seconds > 0,
                    )
                time.sleep(_BETWEEN)
        with _ended():
            end = certificates.check_pair(pem, pending.key).not_after
        return Credential(client_certificate=pem, client_key=pending.key, expires_at=end)


@contextlib.contextmanager
def _ended() -> Iterator[None]:
    """Make a request that came to nothing one that is forgotten: the next one begins anew."""
    from kubectl_connector.cluster.certificate_request import DeniedError

    try:
        yield
    except DeniedError as error:
        raise HandleError(error.message, error.hint) from error
    except UsageError as error:
        raise HandleError(
            f"what the cluster signed can't be used: {error.message}",
            "run the command again, for a new request",
        ) from None


class _Ask(Protocol):
    """Asks the cluster one thing."""

    def __call__(self, step: Callable[[Caller], Result]) -> Result:
        """What the step gives."""


def _either(base: Base, request: IssueRequest, present: Credential | None = None) -> _Ask:
    """Ask as whoever the present certificate is, and as the base where that one may not."""

    def ask(step: Callable[[Caller], Result]) -> Result:
        from kubectl_connector.cluster.caller import calling

        if present:
            nobody = Impersonation()
            with (
                contextlib.suppress(RefusedError),
                calling(request.cluster, present, nobody, request.timeout, request.tell) as caller,
            ):
                return step(caller)
        with asking(base, request) as caller:
            return step(caller)

    return ask


_LONGEST_NAME = 64
"""Characters of a common name or an organization (RFC 5280, appendix A.1)."""
_BETWEEN = 1.0
"""Seconds between two looks at a request that waits."""


@dataclass(frozen=True)
class _Pending:
    """A request that was submitted."""

    name: str
    uid: str
    """Tells it from another of its name."""
    key: str = field(repr=False)
    """Of the certificate that is going to be, PEM."""

    def text(self) -> str:
        return json.dumps([self.name, self.uid, self.key])

    @classmethod
    def read(cls, handle: str | None) -> _Pending | None:
        return cls(*json.loads(handle)) if handle else None


def _submitted(own: Mapping[str, Any], caller: Caller, request: IssueRequest) -> _Pending:
    from kubectl_connector.cluster import certificate_request

    user = own.get(USER) or certificate_request.own_name(caller)
    groups = names_in("--group", own.get(GROUP))
    if not user:
        raise UsageError("the cluster does not say who we are", "give the user's name: --user NAME")
    for name, option in ((user, "--user"), *((each, "--group") for each in groups)):
        if len(name) > _LONGEST_NAME:
            raise UsageError(
                f'no certificate can hold the name "{name}": it has more than {_LONGEST_NAME}'
                " characters",
                f"give a shorter one: {option} NAME",
            )
    key, pem = certificate_request.new_pair(user, groups)
    prefix = f"kubectl-connector-{request.connector_id[:8]}-"
    name, uid = certificate_request.submit(caller, pem, seconds_of(own), prefix)
    return _Pending(name, uid, key)


def _seconds_to_wait(own: Mapping[str, Any]) -> float:
    if own.get(NO_WAIT):
        return 0.0
    try:
        return parse_span(own.get(WAIT) or _WAIT).total_seconds()
    except ValueError as error:
        raise UsageError(f"--wait: {error}", "give a number with s, m or h") from None


def _end(credential: Credential) -> datetime:
    from kubectl_connector import certificates

    return certificates.validity(credential.client_certificate or "")[1]


def _is_good(credential: Credential, now: datetime) -> bool:
    return credential.client_certificate is not None and now < _end(credential)


def _is_old(credential: Credential, now: datetime) -> bool:
    """Whether only a third of its life is left."""
    from kubectl_connector import certificates

    start, end = certificates.validity(credential.client_certificate or "")
    return now >= end - (end - start) / 3


METHOD = _CertificateRequest()
