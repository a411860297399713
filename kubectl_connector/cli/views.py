"""Results as reports and sentences. Nothing here prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import PendingError
from kubectl_connector.durations import ago, in_words
from kubectl_connector.formats import Column, Report
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.model.connector import (
    RESOURCE_TYPE,
    TYPE,
    Connector,
    Origin,
    Spec,
    format_time,
    spec_fields,
)
from kubectl_connector.model.secret import Item
from kubectl_connector.terminal_text import State, joined, mark
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
            cluster(each.connector),
            expires(each.connector, now),
            contexts(each, "{} *"),
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
    """The rows of ``verify`` for several connectors."""
    return Report(
        "Verification",
        tuple(Column(title) for title in ("NAME", "STATUS", "VERSION", "USER", "DETAIL")),
        tuple(
            (
                outcome.connector.name,
                mark("ok", State.FINE) if outcome.probe else mark("failed", State.REFUSED),
                outcome.probe.version if outcome.probe else "",
                (outcome.probe.username or "") if outcome.probe else "",
                f"{outcome.probe.milliseconds} ms"
                if outcome.probe
                else (outcome.error.message if outcome.error else ""),
            )
            for outcome in outcomes
        ),
        tuple(_verified_document(outcome) for outcome in outcomes),
        tuple(outcome.connector.name if outcome.probe else "" for outcome in outcomes),
    )


class Property(NamedTuple):
    """A row of ``describe``."""

    title: str
    value: str
    wide: bool = False
    """Whether only ``-o wide`` shows it, as it does the empty ones."""


def properties(listed: Listed, now: datetime, wide: bool) -> list[tuple[str, str]]:
    """The first table of ``describe``: who one is, and until when, before the rest."""
    connector = listed.connector
    rows = (
        Property("NAME", connector.name),
        Property("YOU ARE", identity(connector)),
        Property("STATE", state(connector, now)),
        Property("CONTEXTS", contexts(listed, "{} (current)")),
        Property("ID", connector.id, wide=True),
        Property("TYPE", TYPE, wide=True),
        Property("AUTH METHOD", connector.auth_method),
        Property("RESOURCE TYPES", RESOURCE_TYPE, wide=True),
        Property("RESOURCE NAME", connector.cluster_name),
        Property("SECRET ID", connector.secret_ref or "", wide=True),
        Property("STORE", connector.store if connector.secret_ref else ""),
        Property("SESSION DURATION", session(connector), wide=not connector.issued_until),
        Property("EXPIRES IN", expires_in(connector, now), wide=not connector.issued_until),
        Property("OWNER", connector.owner, wide=True),
        Property("SHARED", "no", wide=True),
        Property("LABELS", labels(connector.labels)),
        Property("DESCRIPTION", connector.description),
        *(
            Property(one.field.row, str(one.of(connector) or ""))
            for one in spec_fields().values()
            if one.field.row
        ),
        Property("CREATED_AT", format_time(connector.created_at)),
        Property("UPDATED_AT", format_time(connector.updated_at)),
    )
    return [(row.title, row.value) for row in rows if wide or (row.value and not row.wide)]


def identity(connector: Connector) -> str:
    """Who one is to the cluster, as far as that is known without asking it."""
    who = auth_method(connector.auth_method).identity(connector.configuration) or ""
    as_whom = connector.impersonation.user
    return f"{who or 'whoever signs in'}, acting as {as_whom}" if as_whom else who


def state(connector: Connector, now: datetime) -> str:
    """``fine, expires in 3 d (2026-01-31T12:00:00Z)``, or what else there is to say."""
    words = [_end(connector, now)]
    if connector.cluster.insecure_skip_tls_verify:
        words.append(mark("insecure", State.INSECURE))
    return joined(words, ", ")


def _end(connector: Connector, now: datetime) -> str:
    found, end = end_state(connector, now), connector.expires_at
    if not found or not end:
        itself = auth_method(connector.auth_method).renews_itself
        return "renews itself" if itself else "no known end"
    start = {State.FINE: "fine, expires ", State.SOON: "expires soon, "}.get(found, "expired ")
    return joined([mark(start + ago(end, now), found), f" ({format_time(end)})"])


def end_state(connector: Connector, now: datetime) -> State | None:
    """The state of a connector's credential; None where no end is known."""
    if connector.expires_at is None:
        return None
    if connector.expired(now):
        return State.ENDED
    return State.SOON if connector.ends_soon(now) else State.FINE


def contexts(listed: Listed, current: str) -> str:
    """The contexts of a connector; ``current`` says how the current one is written."""
    return joined(
        (
            mark(current.format(name), State.CURRENT) if name == listed.current else name
            for name in listed.contexts
        ),
        ", ",
    )


def configuration(connector: Connector, item: Item | None) -> list[tuple[str, str]]:
    """The second table of ``describe``; secrets are shown only where ``item`` is given.

    Rows of the authentication method never replace ours, whatever the method calls them.
    """
    from kubectl_connector.secret_looking import HIDDEN

    cluster = connector.cluster
    ours: dict[str, str | None] = {
        "server": cluster.server,
        "insecure": mark("yes", State.INSECURE) if cluster.insecure_skip_tls_verify else None,
        "cluster_name": connector.cluster_name,
        "certificate_authority": _authority(cluster.certificate_authority_data),
        "tls_server_name": cluster.tls_server_name,
        "proxy_url": (item and item.proxy_url) or cluster.proxy_url,
        "namespace": connector.namespace,
        **{f"impersonate {key}": str(v) for key, v in connector.impersonation.to_entry().items()},
    }
    theirs = dict(auth_method(connector.auth_method).describe(connector.configuration))
    for name in connector.secret_names:
        theirs.setdefault(name, HIDDEN)
    theirs |= item.secret if item else {}
    rows = (*ours.items(), *theirs.items(), ("origin", _origin(connector.origin)))
    return [(name, value) for name, value in rows if value]


def _origin(origin: Origin | None) -> str | None:
    if origin is None:
        return None
    but = "" if origin.credential else ", but for the credential"
    return f"{origin.context} in {display_path(origin.kubeconfig)}{but}"


def answers(probe: Probe) -> str:
    """What a cluster said, in one line."""
    text = f"Kubernetes {probe.version} answers in {probe.milliseconds} ms"
    return f"{text}; you are {probe.username}" if probe.username else text


def later_end(said: datetime | None, connector: Connector) -> str:
    """What to say where a person said a later end than the credential; empty: nothing."""
    end = connector.expires_at
    if said is None or end is None or end >= said.replace(microsecond=0):
        return ""
    return f"the credential itself says that it ends at {format_time(end)}, and that counts"


def introduction(spec: Spec, now: datetime) -> str:
    """A connector that is about to be made, in one line."""
    parts = [f"context {spec.origin.context}"] if spec.origin else []
    parts += [f"server {without_password(spec.cluster.server)}", spec.auth_method]
    if spec.expires_at:
        ended = spec.expires_at <= now
        text = f"{'expired' if ended else 'expires'} {ago(spec.expires_at, now)}"
        parts.append(mark(text, State.ENDED if ended else State.FINE))
    return joined(parts, ", ")


def cluster(connector: Connector) -> str:
    """What people call the cluster, and whether any certificate is taken for its own."""
    insecure = connector.cluster.insecure_skip_tls_verify
    return f"{connector.cluster_name} (insecure)" if insecure else connector.cluster_name


def insecure(connector: Connector) -> str:
    """What to say when a connector comes to trust any certificate."""
    return (
        f"warning: the certificate of {connector.cluster.server} is not checked: whoever is in"
        " between can read everything. Trust its CA instead:"
        f" kubectl connector update {connector.name} --certificate-authority FILE"
    )


def expires(connector: Connector, now: datetime) -> str:
    """``in 3 d``, ``soon, in 5 min``, ``2 d ago``, or nothing."""
    if not connector.expires_at:
        return ""
    found = end_state(connector, now)
    soon = "soon, " if found is State.SOON else ""
    return mark(soon + ago(connector.expires_at, now), found)


def expires_in(connector: Connector, now: datetime) -> str:
    """``3 d``, ``expired 2 d ago`` or N/A; of what was issued last, where that is kept."""
    end = connector.issued_until or connector.expires_at
    if not end:
        return NOT_APPLICABLE
    if end > now:
        return in_words(end - now)
    return f"{'ended' if connector.issued_until else 'expired'} {ago(end, now)}"


def session(connector: Connector) -> str:
    """How long what was issued last lives, to the minute; N/A where nothing is issued."""
    if not connector.issued_at or not connector.issued_until:
        return NOT_APPLICABLE
    span = connector.issued_until - connector.issued_at
    # It began a moment before it was kept.
    return in_words(timedelta(minutes=round(span.total_seconds() / 60)) if span > _MINUTE else span)


_MINUTE = timedelta(minutes=1)


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


def pending(error: PendingError) -> str:
    """What somebody has to approve before a connector works."""
    return f"{error.message}; {error.hint}"


def exit_code(error: PendingError | None) -> int:
    """Waiting in vain has failed; not waiting has not."""
    return error.exit_code if error and error.waited else 0
