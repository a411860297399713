"""Results as reports and sentences. Nothing here prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubectl_connector.auth import auth_method
from kubectl_connector.durations import ago, in_words
from kubectl_connector.formats import Column, Report
from kubectl_connector.model.connector import (
    RESOURCE_TYPE,
    TYPE,
    Connector,
    Spec,
    format_time,
    spec_fields,
)
from kubectl_connector.model.secret import Item
from kubectl_connector.urls import without_password

if TYPE_CHECKING:  # the caller has imported what it passes
    from kubectl_connector.cluster.probe import Probe
    from kubectl_connector.operations.overview import Listed
    from kubectl_connector.operations.verify import Verified

NOT_APPLICABLE = "N/A"


def connectors_report(listed: Sequence[Listed], now: datetime) -> Report:
    """The rows of ``list``."""
    columns = (
        *(Column(title) for title in ("NAME", "AUTH METHOD", "CLUSTER", "EXPIRES", "CONTEXT")),
        Column("STORE"),
        *(Column(title, wide=True) for title in ("SERVER", "NAMESPACE", "LABELS", "ID")),
    )
    rows = tuple(
        (
            each.connector.name,
            each.connector.auth_method,
            each.connector.cluster_name,
            expires(each.connector, now),
            ", ".join(f"{name} *" if name == each.current else name for name in each.contexts),
            each.connector.store if each.connector.secret_ref else "",
            each.connector.cluster.server,
            each.connector.namespace or "",
            labels(each.connector.labels),
            each.connector.id,
        )
        for each in listed
    )
    documents = tuple(connector_document(each, now) for each in listed)
    names = tuple(each.connector.name for each in listed)
    return Report("Connector", columns, rows, documents, names)


def connector_document(
    listed: Listed, now: datetime, item: Item | None = None
) -> Mapping[str, Any]:
    """A connector for programs: what the catalog keeps, its status now, and an item's secrets."""
    status = {
        "expired": listed.connector.expired(now),
        "contexts": list(listed.contexts),
        "currentContext": listed.current,
    }
    document = {**listed.connector.to_document(), "status": status}
    if item is None:
        return document
    proxy = {"proxy_url": item.proxy_url} if item.proxy_url else {}
    return {**document, "secret": {**item.secret, **proxy}}


def resources_report(connectors: Sequence[Connector]) -> Report:
    """What connectors give access to."""
    return Report(
        "Resource",
        (
            Column("RESOURCE TYPE"),
            Column("RESOURCE NAME"),
            Column("CONNECTOR", wide=len(connectors) == 1),
        ),
        tuple((RESOURCE_TYPE, c.cluster_name, c.name) for c in connectors),
        tuple(
            {
                "resourceType": RESOURCE_TYPE,
                "resourceName": c.cluster_name,
                "connector": c.name,
                "connectorId": c.id,
            }
            for c in connectors
        ),
        tuple(c.cluster_name for c in connectors),
    )


def verified_report(outcomes: Sequence[Verified]) -> Report:
    """The rows of ``verify --all``."""
    return Report(
        "Verification",
        tuple(Column(title) for title in ("NAME", "STATUS", "VERSION", "USER", "DETAIL")),
        tuple(
            (
                outcome.connector.name,
                "ok" if outcome.probe else "failed",
                outcome.probe.version if outcome.probe else "",
                (outcome.probe.username or "") if outcome.probe else "",
                f"{outcome.probe.milliseconds} ms"
                if outcome.probe
                else (outcome.error.message if outcome.error else ""),
            )
            for outcome in outcomes
        ),
        tuple(_verified_document(outcome) for outcome in outcomes),
        tuple(outcome.connector.name for outcome in outcomes if outcome.probe),
    )


def properties(connector: Connector, now: datetime) -> list[tuple[str, str]]:
    """The first table of ``describe``, in ZenML's order; what ZenML lacks is before the times."""
    return [
        ("ID", connector.id),
        ("NAME", connector.name),
        ("TYPE", TYPE),
        ("AUTH METHOD", connector.auth_method),
        ("RESOURCE TYPES", RESOURCE_TYPE),
        ("RESOURCE NAME", connector.cluster_name),
        ("SECRET ID", connector.secret_ref or ""),
        ("STORE", connector.store if connector.secret_ref else ""),
        ("SESSION DURATION", NOT_APPLICABLE),
        ("EXPIRES IN", expires_in(connector, now)),
        ("OWNER", connector.owner),
        ("SHARED", "no"),
        ("LABELS", labels(connector.labels)),
        ("DESCRIPTION", connector.description),
        *_other_rows(connector),
        ("CREATED_AT", format_time(connector.created_at)),
        ("UPDATED_AT", format_time(connector.updated_at)),
    ]


def _other_rows(connector: Connector) -> list[tuple[str, str]]:
    """The rows of the fields that say a title of their own."""
    return [
        (one.field.row, str(one.of(connector) or ""))
        for one in spec_fields().values()
        if one.field.row
    ]


def configuration(connector: Connector, item: Item | None) -> list[tuple[str, str]]:
    """The second table of ``describe``; secrets are shown only where ``item`` is given.

    Rows of the authentication method never replace ours, whatever the method calls them.
    """
    from kubectl_connector.secret_looking import HIDDEN

    cluster = connector.cluster
    ours: dict[str, str | None] = {
        "server": cluster.server,
        "insecure": str(cluster.insecure_skip_tls_verify),
        "cluster_name": connector.cluster_name,
        "certificate_authority": _authority(cluster.certificate_authority_data),
        "tls_server_name": cluster.tls_server_name,
        "proxy_url": (item and item.proxy_url) or cluster.proxy_url,
        "namespace": connector.namespace,
        **{f"impersonate {key}": str(v) for key, v in connector.impersonation.to_entry().items()},
    }
    origin = connector.origin and f"{connector.origin.context} in {connector.origin.kubeconfig}"
    theirs = dict(auth_method(connector.auth_method).describe(connector.configuration))
    for name in connector.secret_names:
        theirs.setdefault(name, HIDDEN)
    theirs |= item.secret if item else {}
    rows = (*ours.items(), *theirs.items(), ("origin", origin))
    return [(name, value) for name, value in rows if value]


def answers(probe: Probe) -> str:
    """What a cluster said, in one line."""
    text = f"Kubernetes {probe.version} answers in {probe.milliseconds} ms"
    return f"{text}; you are {probe.username}" if probe.username else text


def introduction(spec: Spec, now: datetime) -> str:
    """A connector that is about to be made, in one line."""
    parts = [f"context {spec.origin.context}"] if spec.origin else []
    parts += [f"server {without_password(spec.cluster.server)}", spec.auth_method]
    if spec.expires_at:
        verb = "expired" if spec.expires_at <= now else "expires"
        parts.append(f"{verb} {ago(spec.expires_at, now)}")
    return ", ".join(parts)


def expires(connector: Connector, now: datetime) -> str:
    """``in 3 d``, ``2 d ago``, or nothing."""
    return ago(connector.expires_at, now) if connector.expires_at else ""


def expires_in(connector: Connector, now: datetime) -> str:
    """``3 d``, ``expired 2 d ago`` or N/A."""
    if not connector.expires_at:
        return NOT_APPLICABLE
    if connector.expired(now):
        return f"expired {ago(connector.expires_at, now)}"
    return in_words(connector.expires_at - now)


def labels(pairs: Mapping[str, str]) -> str:
    """``a=1,b=2`` as kubectl writes labels."""
    return ",".join(f"{key}={value}" for key, value in pairs.items())


def _authority(pem: str | None) -> str:
    if not pem:
        return "the system's"
    from kubectl_connector import certificates
    from kubectl_connector.errors import ConnectorError

    try:
        facts = certificates.facts(pem)
    except ConnectorError as error:
        return error.message
    return f"{facts.subject}, ends {format_time(facts.not_after)}, SHA256:{facts.fingerprint}"


def _verified_document(outcome: Verified) -> Mapping[str, Any]:
    document: dict[str, Any] = {"name": outcome.connector.name, "ok": outcome.probe is not None}
    if outcome.probe:
        document |= {
            "version": outcome.probe.version,
            "username": outcome.probe.username,
            "groups": list(outcome.probe.groups),
            "milliseconds": outcome.probe.milliseconds,
        }
    if outcome.error:
        document |= {"error": outcome.error.message, "exitCode": outcome.error.exit_code}
    return document
