"""A credential that is ready for kubectl: its form, its names in a keyring, and when it is good.

This is the only definition. The credential path, ``credential``, ``verify`` and ``connect()`` all
use it. The credential path imports this module at every call of kubectl, so this module imports
nothing, and a credential is a plain mapping: the ``status`` of an ExecCredential (KEP-541).
"""

TYPE_CHECKING = False  # importing typing for it would cost time at every call of kubectl
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
_FIELDS = {TOKEN, CERTIFICATE, KEY, END}

ITEM_VERSION = 2
"""The version of an item's JSON document in a secret store, its field ``v``."""
USERNAME = "kubectl-connector"
"""The account of every item in a keyring; users see it in Seahorse or Keychain Access."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
"""RFC 3339 in UTC to the second: such texts sort in the order of time."""


def service_name(ref: str) -> str:
    """The service name of an item in a keyring; each item has its own.

    The keyring library's macOS and Windows backends move items when two share a service name.
    """
    return f"kubectl-connector/{ref}"


def is_good(status: "Status", now: str) -> bool:
    """Whether kubectl takes the credential (semantics X7, X9) and it has not ended.

    kubectl takes a token, a certificate with its key, or all three. ``now`` has the form of
    :data:`TIME_FORMAT`.
    """
    pair = (CERTIFICATE in status) + (KEY in status)
    if pair == 1 or not (pair or TOKEN in status) or not status.keys() <= _FIELDS:
        return False
    end = status.get(END)
    return (end is None or _is_time(end)) and not has_ended(end, now)


OPEN_END = 600
"""Seconds after which a client asks again for a credential whose end nobody knows.

Without an end, some clients run the plugin at each request, and others never again.
"""


def handed_out(status: "Status", later: str) -> "Status":
    """What a client is given: the credential with an end, which is ``later`` where none is known.

    ``later`` is a time :data:`OPEN_END` seconds ahead, of :data:`TIME_FORMAT`. It says when to ask
    again, and nothing of the credential: it is never kept.
    """
    return status if END in status else {**status, END: later}


def _is_time(text: str) -> bool:
    """Whether a text can be of :data:`TIME_FORMAT`; a rough look, for what others may write."""
    return len(text) == 20 and text[:4].isdigit() and text[10] == "T" and text[19] == "Z"


def has_ended(end: "str | None", now: str) -> bool:
    """Whether ``end`` has come; None means an unknown end. Both are of :data:`TIME_FORMAT`.

    A credential that ends in this second has ended: it would expire before kubectl uses it.
    """
    return end is not None and end <= now
