"""Is the cluster there, is it trusted, and who am I? Two requests, without the kubernetes package.

Importing the package takes several times as long as both requests (docs/performance.md).
"""

from __future__ import annotations

import time

from kubectl_connector.cluster.caller import Caller, mapping, refused, sequence
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.errors import RefusedError
from kubectl_connector.frozen import dataclass
from kubectl_connector.model.kubeconfig import Cluster

_REVIEW_PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


@dataclass(frozen=True)
class Probe:
    """What a cluster answered."""

    version: str
    """Such as ``v1.33.2``; ``unknown`` where the cluster does not tell it."""
    username: str | None
    """None where the cluster is too old to tell it (before 1.28), or does not tell it."""
    groups: tuple[str, ...]
    milliseconds: int
    """How long the request for /version took, including the connection."""


def probe(cluster: Cluster, pool: AuthenticatedPool, timeout: float) -> Probe:
    """Ask a cluster for its version and for our name; ``timeout`` is in seconds, for each answer.

    Raises ClusterError where the cluster can't be reached or is not trusted, RefusedError where it
    refuses the credential, and whatever the pool's credential source raises.
    """
    caller = Caller(cluster, pool, timeout)
    started = time.monotonic()
    status, version = caller.call("GET", "/version")
    milliseconds = round((time.monotonic() - started) * 1000)
    if status == 401:
        raise _refused(caller, cluster, "it refused the credential (401)")
    if status not in (200, 403):  # 403: the cluster knows us, but does not let us see the version
        caller.not_kubernetes(f"/version answered {status}")
    status, review = caller.call("POST", _REVIEW_PATH, _REVIEW)
    if status == 401:
        raise _refused(caller, cluster, "it refused the credential (401)")
    user = mapping(mapping(review.get("status")).get("userInfo")) if status < 300 else {}
    # The cluster names the anonymous user in the answer, or forbids the request to
    # "User \"system:anonymous\"".
    if _ANONYMOUS in (user.get("username"), *str(review.get("message")).split('"')):
        raise _refused(caller, cluster, "it takes the credential for nobody's (anonymous)")
    return Probe(
        version=str(version.get("gitVersion") or "unknown"),
        username=user.get("username"),
        groups=tuple(map(str, sequence(user.get("groups")))),
        milliseconds=milliseconds,
    )


def own_name(caller: Caller) -> str | None:
    """Who the cluster takes the caller for; None where it does not tell (before 1.28).

    Raises UnauthorizedError and ClusterError.
    """
    status, review = caller.call("POST", _REVIEW_PATH, _REVIEW)
    if status == 401:
        raise refused(status, review, "say who we are", "renew the credential")
    name = mapping(mapping(review.get("status")).get("userInfo")).get("username")
    return name if status < 300 and isinstance(name, str) else None


_ANONYMOUS = "system:anonymous"
_REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


class CredentialRefusedError(RefusedError):
    """The cluster answers, and does not take the credential."""

    def __init__(self, message: str, date: str | None) -> None:
        """``date`` is when it said so, by its own clock."""
        super().__init__(message, "renew the credential")
        self.date = date


def _refused(caller: Caller, cluster: Cluster, why: str) -> RefusedError:
    return CredentialRefusedError(f"{cluster.server}: {why}", caller.date)
