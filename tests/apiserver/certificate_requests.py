"""Certificates by request: the CSR API, and the controller that signs what was approved."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import timedelta
from typing import Any, Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.apiserver.access import User, may
from tests.apiserver.answers import Answer, StatusError, forbidden, invalid, json_answer
from tests.apiserver.attributes import Attributes
from tests.apiserver.certificates import Validity
from tests.apiserver.cluster import Cluster
from tests.apiserver.kinds import CERTIFICATES, KINDS
from tests.apiserver.objects import Document, timestamp

SIGNER = "kubernetes.io/kube-apiserver-client"
"""The signer of certificates for clients of the API server."""

LEAST_SECONDS = 600
BACKDATED = timedelta(minutes=5)
SHORT = timedelta(hours=8)
"""A certificate for this long or longer ends earlier, by as much as it is backdated."""

RESOURCE = "certificatesigningrequests"

Decision = Literal["Approved", "Denied", "Failed"]

_USAGES = ("client auth", "digital signature", "key encipherment", "server auth", "any")
_CLIENT_USAGES = {"client auth", "digital signature", "key encipherment"}


def with_requestor(document: Document, user: User) -> Document:
    """A request, checked, with the user who makes it."""
    name = document.get("metadata", {}).get("name", "")
    spec = document.get("spec", {})
    request = _parsed(spec.get("request", ""))
    if request is None:
        text = "Invalid value: …: PEM block type must be CERTIFICATE REQUEST"
        raise _invalid(name, "spec.request", text)
    _check_usages(name, spec.get("usages", []))
    signer = spec.get("signerName", "")
    if not signer:
        raise _invalid(name, "spec.signerName", "Required value", "FieldValueRequired")
    if not all(signer.partition("/")) or "." not in signer.partition("/")[0]:
        form = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        raise _invalid(name, "spec.signerName", f"Invalid value: {json.dumps(signer)}: {form}")
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < LEAST_SECONDS:
        least = "may not specify a duration less than 600 seconds (10 minutes)"
        raise _invalid(name, "spec.expirationSeconds", f"Invalid value: {seconds}: {least}")
    if signer == SIGNER and "system:masters" in _organizations(request):
        raise _refused(name, f"use of {SIGNER} signer with system:masters group is not allowed")
    asker: Document = {"username": user.name, "groups": list(user.groups)}
    asker |= {"uid": user.uid} if user.uid else {}
    asker |= (
        {"extra": {key: list(values) for key, values in user.extra.items()}} if user.extra else {}
    )
    return {**document, "spec": {**spec, **asker}, "status": {}}


def answer_new(made: Document, cluster: Cluster) -> Document:
    """The request as it is after ``rules.certificate_decision``, if there is one."""
    decision = cluster.rules.certificate_decision
    if decision is None:
        return made
    return decide(cluster, made["metadata"]["name"], decision)


def put_approval(document: Document, what: Attributes, user: User, cluster: Cluster) -> Answer:
    """The answer to a PUT of the conditions Approved or Denied."""
    held = cluster.objects.get(RESOURCE, what.name)
    signer = held["spec"]["signerName"]
    if not may(user, Attributes("approve", CERTIFICATES, "signers", name=signer), cluster.rules):
        text = f"user not permitted to approve requests with signerName {json.dumps(signer)}"
        raise _refused(what.name, text)
    conditions = document.get("status", {}).get("conditions", [])
    _check_conditions(what.name, held, conditions)
    now = timestamp(cluster.rules.now())
    times = {"lastUpdateTime": now, "lastTransitionTime": now}
    conditions = [times | {"status": "True"} | condition for condition in conditions]
    version = document.get("metadata", {}).get("resourceVersion")
    metadata = held["metadata"] | ({"resourceVersion": version} if version else {})
    status = held.get("status", {}) | {"conditions": conditions}
    changed = cluster.objects.replace({**held, "metadata": metadata, "status": status})
    if cluster.rules.signs_certificates:
        sign(cluster, what.name)  # the controller is quick, but not in the answer to this request
    return json_answer(changed)


def decide(cluster: Cluster, name: str, decision: Decision, message: str = "") -> Document:
    """Approve, deny or fail a request, as an admin or a signer does; what is approved is signed."""
    _add_condition(cluster, name, decision, f"Test{decision}", message or f"{decision} by a test.")
    if cluster.rules.signs_certificates:
        sign(cluster, name)
    return cluster.objects.get(RESOURCE, name)


def sign(cluster: Cluster, name: str) -> None:
    """What the signing controller does: sign an approved request, or say that it can't be."""
    held = cluster.objects.get(RESOURCE, name)
    status = held["status"]
    conditions = {one["type"] for one in status.get("conditions", [])}
    spec = held["spec"]
    request = _parsed(spec["request"])
    if "Approved" not in conditions or "Failed" in conditions or status.get("certificate"):
        return
    if spec["signerName"] != SIGNER or request is None:
        return  # another signer's
    if problem := _wrong_usage(spec["usages"]):
        _add_condition(cluster, name, "Failed", "SignerValidationFailure", problem)
        return
    now = cluster.rules.now().replace(microsecond=0)
    most = cluster.rules.longest_certificate
    life = timedelta(seconds=min(spec.get("expirationSeconds") or most, most))
    end = now + life - (BACKDATED if life >= SHORT else timedelta())
    certificate = cluster.authority.sign(request, spec["usages"], Validity(now - BACKDATED, end))
    encoded = base64.b64encode(certificate.encode()).decode()
    cluster.objects.replace({**held, "status": {**status, "certificate": encoded}})


def _wrong_usage(usages: list[str]) -> str:
    for usage in usages:
        if usage not in _CLIENT_USAGES:
            return f"invalid usage for client certificate: {usage}"
    if "client auth" not in usages:
        return "missing required usage for client certificate: client auth"
    return ""


def _add_condition(
    cluster: Cluster, name: str, decision: Decision, reason: str, message: str
) -> None:
    held = cluster.objects.get(RESOURCE, name)
    now = timestamp(cluster.rules.now())
    condition = {"type": decision, "status": "True", "reason": reason, "message": message}
    condition |= {"lastUpdateTime": now, "lastTransitionTime": now}
    status = held.get("status", {})
    conditions = [*status.get("conditions", []), condition]
    cluster.objects.replace({**held, "status": {**status, "conditions": conditions}})


def _parsed(encoded: str) -> x509.CertificateSigningRequest | None:
    try:
        request = x509.load_pem_x509_csr(base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error):
        return None
    return request if request.is_signature_valid else None


def _organizations(request: x509.CertificateSigningRequest) -> list[str]:
    found = request.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return [str(one.value) for one in found]


def _check_usages(name: str, usages: list[str]) -> None:
    if not usages:
        raise _invalid(name, "spec.usages", "Required value", "FieldValueRequired")
    for at, usage in enumerate(usages):
        where = f"spec.usages[{at}]"
        if usage in usages[:at]:
            text = f"Duplicate value: {json.dumps(usage)}"
            raise _invalid(name, where, text, "FieldValueDuplicate")
        if usage not in _USAGES:
            known = ", ".join(json.dumps(one) for one in sorted(_USAGES))
            text = f"Unsupported value: {json.dumps(usage)}: supported values: {known}"
            raise _invalid(name, where, text, "FieldValueNotSupported")


def _check_conditions(name: str, held: Document, conditions: list[Document]) -> None:
    where = "status.conditions"
    kinds = [one["type"] for one in conditions]
    for one in held.get("status", {}).get("conditions", []):
        if one["type"] not in kinds:
            text = (
                f"Forbidden: updates may not remove a condition of type {json.dumps(one['type'])}"
            )
            raise _invalid(name, where, text, "FieldValueForbidden")
    if {"Approved", "Denied"} <= set(kinds):
        text = 'Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'
        raise _invalid(name, f"{where}[{kinds.index('Denied')}].type", text)


def _invalid(name: str, where: str, problem: str, reason: str = "FieldValueInvalid") -> StatusError:
    return StatusError(invalid(KINDS[RESOURCE].kind, CERTIFICATES, name, where, problem, reason))


def _refused(name: str, problem: str) -> StatusError:
    """What an admission plugin says."""
    details: dict[str, Any] = {"name": name, "group": CERTIFICATES, "kind": RESOURCE}
    named = f'{KINDS[RESOURCE].qualified} "{name}"'
    return StatusError(forbidden(f"{named} is forbidden: {problem}", details))
