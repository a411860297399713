"""What is ready to hand to kubectl: its form, how it lies in a keyring, and when it is good.

This is the one definition, for the credential path as for ``credential``, ``verify`` and
``connect()``. The credential path imports this module at every call of kubectl, so nothing is
imported here, and a credential is a plain mapping: the ``status`` of an ExecCredential (KEP-541).
"""

TYPE_CHECKING = False  # typing's own would be imported at every call of kubectl
if TYPE_CHECKING:
    from collections.abc import Mapping

    Status = Mapping[str, str]
    """ExecCredentialStatus, in kubectl's own names."""

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
API_VERSIONS = (V1, V1BETA1)
"""The versions of ExecCredential that kubectl takes (semantics X1), the newest first."""

TOKEN = "token"  # noqa: S105 (a field's name)
CERTIFICATE = "clientCertificateData"
KEY = "clientKeyData"
END = "expirationTimestamp"

ITEM_VERSION = 2
"""The form of an item in a secret store; ``v`` in its JSON document."""
USERNAME = "kubectl-connector"
"""The account of every item in a keyring: what people look for in Seahorse or Keychain Access."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
"""RFC 3339 in UTC to the second: texts of this form sort as they follow each other in time."""


def service_name(ref: str) -> str:
    """The service name of an item in a keyring: each item has one of its own.

    The library's macOS and Windows backends move items about when two share a service.
    """
    return f"kubectl-connector/{ref}"


def is_good(status: "Status", now: str) -> bool:
    """Whether kubectl takes the credential (semantics X7, X9) and it has not ended.

    That is a token, a certificate with its key, or all three. ``now`` is of :data:`TIME_FORMAT`.
    """
    pair = (CERTIFICATE in status) + (KEY in status)
    if pair == 1 or not (pair or TOKEN in status):
        return False
    return not has_ended(status.get(END), now)


def has_ended(end: "str | None", now: str) -> bool:
    """Whether an end has come; both are of :data:`TIME_FORMAT`, and None means that none is known.

    The second of the end itself is over: kubectl would find the credential expired on its way.
    """
    return end is not None and end <= now
