"""Client certificates from the cluster itself (certificates.k8s.io/v1)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from kubectl_connector.cluster.caller import Caller, mapping, refused, sequence
from kubectl_connector.cluster.probe import own_name
from kubectl_connector.errors import ClusterError, NotFoundError, RefusedError
from kubectl_connector.model.connector import format_time

__all__ = ["approve", "look", "new_pair", "own_name", "submit"]

_PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
_KIND = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest"}
SIGNER = "kubernetes.io/kube-apiserver-client"


def new_pair(user: str, groups: Sequence[str]) -> tuple[str, str]:
    """A new key, and the request to certify it (PKCS#10) for a user and groups; both PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, user)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = request.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    plain = key.private_bytes(pem, form, serialization.NoEncryption())
    return plain.decode(), signed.public_bytes(pem).decode()


def submit(caller: Caller, pem: str, seconds: int | None, prefix: str) -> tuple[str, str]:
    """Submit a request; its name in the cluster, which begins with ``prefix``, and its uid.

    ``seconds`` is the life that is asked for, 600 at least; None: the cluster's own. Raises
    RefusedError (401, 403) and ClusterError.
    """
    spec: dict[str, Any] = {
        "request": base64.b64encode(pem.encode()).decode(),
        "signerName": SIGNER,
        "usages": ["client auth"],
    }
    if seconds is not None:
        spec["expirationSeconds"] = seconds
    document = {**_KIND, "metadata": {"generateName": prefix}, "spec": spec}
    status, answer = caller.call("POST", _PATH, document)
    metadata = mapping(answer.get("metadata"))
    name, uid = metadata.get("name"), metadata.get("uid")
    if status != 201:
        raise refused(status, answer, "take a certificate request", _HINT)
    # The name goes into paths, and into the command that an admin is asked to run.
    if not (isinstance(name, str) and isinstance(uid, str) and _NAME.fullmatch(name)):
        caller.not_kubernetes(f"{_PATH} gave a certificate request without a name")
    return name, uid


_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


class DeniedError(RefusedError):
    """The request was denied, or its signer failed: there is never going to be a certificate."""


def look(caller: Caller, name: str, uid: str) -> str | None:
    """The certificate that was issued for a request, PEM; None while there is none.

    Raises NotFoundError where the request is gone (clusters keep it for hours at most), or another
    has its name,
    DeniedError where it was denied or has failed, RefusedError where it may not be read, and
    ClusterError.
    """
    answer = _get(caller, name, uid)
    for condition in sequence(mapping(answer.get("status")).get("conditions")):
        if mapping(condition).get("type") in ("Denied", "Failed"):
            why = condition.get("message") or condition.get("reason") or "no reason given"
            raise DeniedError(
                f"the certificate request {name} was {condition['type'].lower()}: {why}"
                if condition["type"] == "Denied"
                else f"the certificate request {name} has failed: {why}",
                "ask who answers for the cluster, then run the command again for a new request",
            )
    certificate = mapping(answer.get("status")).get("certificate")
    if not certificate:
        return None
    try:
        return base64.b64decode(certificate, validate=True).decode("ascii")
    except (ValueError, TypeError):
        raise ClusterError(
            f"the certificate of {name} can't be read", "look at it: kubectl get csr -o yaml"
        ) from None


def _get(caller: Caller, name: str, uid: str) -> Mapping[str, Any]:
    """The request of this name, which is the one that we made."""
    status, answer = caller.call("GET", f"{_PATH}/{quote(name, safe='')}")
    if status != 200:
        raise refused(status, answer, f"show the certificate request {name}", _HINT)
    if mapping(answer.get("metadata")).get("uid") != uid:
        raise NotFoundError(
            f"the certificate request {name} is another than the one that we made",
            "run the command again, for a new request",
        )
    return answer


def approve(caller: Caller, name: str, uid: str, now: datetime) -> None:
    """Approve a request; it is no error where it is approved already.

    Raises RefusedError (401, 403), NotFoundError and ClusterError.
    """
    document = _get(caller, name, uid)
    conditions = sequence(mapping(document.get("status")).get("conditions"))
    if any(mapping(each).get("type") == "Approved" for each in conditions):
        return
    moment = format_time(now)
    approved = {
        "type": "Approved",
        "status": "True",
        "reason": "ApprovedByKubectlConnector",
        "message": "approved by whoever asked for it: register --approve",
        "lastUpdateTime": moment,
    }
    changed = {
        **document,
        "status": {**mapping(document.get("status")), "conditions": [*conditions, approved]},
    }
    status, answer = caller.call("PUT", f"{_PATH}/{quote(name, safe='')}/approval", changed)
    if status not in (200, 201):
        raise refused(status, answer, f"let us approve the certificate request {name}", _APPROVAL)


_HINT = "ask who answers for the cluster: kubectl auth can-i create certificatesigningrequests"
_APPROVAL = (
    "leave out --approve and have an admin do it; what it takes:"
    " kubectl auth can-i update certificatesigningrequests/approval"
)
