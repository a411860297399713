"""Which contexts are logged in, and how. Pure functions; they raise KubeconfigError."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kubectl_connector.kubeconfig.ours.mark import SECURED, our_contexts, our_entries
from kubectl_connector.kubeconfig.view import Kubeconfig


def contexts_of(kubeconfig: Kubeconfig, connector_id: str) -> list[str]:
    """The names of the contexts that login made for one connector; reads no others."""
    marks = our_contexts(kubeconfig, mentioning=(connector_id,))
    return [name for name, mark in marks.items() if mark.connector_id == connector_id]


def contexts_by_connector(kubeconfig: Kubeconfig) -> Mapping[str, Sequence[str]]:
    """The names of all contexts that connectors serve, by the connectors' ids.

    That are those which login made, and those whose user ``secure`` replaced.
    """
    contexts: dict[str, list[str]] = defaultdict(list)
    for name, mark in our_contexts(kubeconfig).items():
        contexts[mark.connector_id].append(name)
    for user, mark in our_entries(kubeconfig, "users", mentioning=(SECURED,)).items():
        if mark.secured:
            # Looking for secrets takes more imports than most lists need.
            from kubectl_connector.kubeconfig.ours.originals import users_of

            known = contexts[mark.connector_id]
            known += [each for each in users_of(kubeconfig, "users", user) if each not in known]
    return contexts


def holds_secret(kubeconfig: Kubeconfig, context: str, connector_id: str) -> bool:
    """Whether a context of ours holds the credential, rather than a stanza that runs us."""
    body = kubeconfig.contexts[context].entry
    user = kubeconfig.users.get(str(body.get("user")))
    stanza = user.entry.get("exec") if user else None
    return not stanza or connector_id not in (stanza.get("args") or ())
