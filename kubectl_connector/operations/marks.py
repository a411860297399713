"""Which entries of a kubeconfig are a connector's."""

from __future__ import annotations

from kubectl_connector.kubeconfig.load import Kubeconfig
from kubectl_connector.kubeconfig.previous import context_marks
from kubectl_connector.model.kubeconfig import Entry
from kubectl_connector.model.kubeconfig_edit import Mark


def is_ours(entry: Entry, connector_id: str) -> bool:
    """Whether an entry bears the mark of the connector with this id."""
    mark = Mark.from_entry(entry)
    return mark is not None and mark.connector_id == connector_id


def holds_secret(kubeconfig: Kubeconfig, context: str, connector_id: str) -> bool:
    """Whether a context of ours holds the credential, rather than a stanza that runs us."""
    body = kubeconfig.contexts[context].entry
    user = kubeconfig.users.get(str(body.get("user")))
    stanza = user.entry.get("exec") if user else None
    return not stanza or connector_id not in (stanza.get("args") or ())


def contexts_of(kubeconfig: Kubeconfig, connector_id: str) -> list[str]:
    """The names of the contexts that login made for a connector."""
    marks = context_marks(kubeconfig)
    return [name for name, mark in marks.items() if mark.connector_id == connector_id]
