"""Make a connector of every context of a kubeconfig."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from kubectl_connector.catalog import Connectors
from kubectl_connector.errors import ConnectorError, NotFoundError
from kubectl_connector.frozen import dataclass
from kubectl_connector.kubeconfig.ours.mark import mark_of
from kubectl_connector.kubeconfig.paths import KubeconfigFiles
from kubectl_connector.kubeconfig.view import Kubeconfig, load
from kubectl_connector.operations.naming import free_name
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.register import Registered, plan_register, register
from kubectl_connector.operations.several import UNFORESEEN, Counter, at_once, unforeseen
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.workspace import Workspace


@dataclass(frozen=True)
class Candidate:
    """A context, and what is to become of it."""

    context: str
    name: str = ""
    """Its connector's name."""
    ours: str = ""
    """The connector that login wrote it for; empty: it is the user's own."""
    plan: Plan | None = None
    error: ConnectorError | None = None
    """Why nothing can become of it."""


@dataclass(frozen=True)
class Outcome:
    """What became of a context."""

    candidate: Candidate
    registered: Registered | None = None
    error: ConnectorError | None = None


def plan_all(
    workspace: Workspace,
    files: KubeconfigFiles,
    store: str,
    changes: Changes,
    match: str = "*",
    prefix: str = "",
) -> tuple[Candidate, ...]:
    """Plan a connector for each context that ``match``, a glob, fits; sorted by context.

    Nothing is asked or run. Raises KubeconfigError, and NotFoundError where no context fits.
    """
    kubeconfig = load(files)
    contexts = sorted(name for name in kubeconfig.contexts if fnmatchcase(name, match))
    if not contexts:
        raise NotFoundError(
            f'no context matches "{match}"' if kubeconfig.contexts else "there is no context",
            "all contexts: kubectl config get-contexts",
        )
    ours = {name: _ours(kubeconfig, name) for name in contexts}
    known = workspace.catalog.load()
    own = [name for name in contexts if not ours[name]]
    names = names_for(own, prefix, _made_before(kubeconfig, known), {each.name for each in known})

    def candidate(context: str) -> Candidate:
        if ours[context]:
            return Candidate(context, ours=ours[context])
        source = FromContext(files, context, kubeconfig)
        try:
            plan = plan_register(names[context], store, source, changes)
        except ConnectorError as error:
            return Candidate(context, names[context], error=error)
        return Candidate(context, names[context], plan=plan)

    return tuple(candidate(context) for context in contexts)


def register_all(
    workspace: Workspace,
    candidates: Sequence[Candidate],
    verify: bool,
    counter: Counter,
) -> list[Outcome]:
    """Do what was planned, for several clusters at once; an error ends only its context's part.

    Programs that give credentials are run one after the other: each may ask a person, or open a
    browser.
    """
    planned = [each for each in candidates if each.plan]
    plain = [each for each in planned if each.plan and not each.plan.runs]
    done: dict[str, Outcome] = {}

    def one(there: Workspace, candidate: Candidate) -> Outcome:
        assert candidate.plan  # noqa: S101 (the others are left out)
        try:
            return Outcome(candidate, register(there, candidate.plan, verify))
        except ConnectorError as error:
            return Outcome(candidate, error=_explained(there, candidate, error))
        except UNFORESEEN as error:
            name, context = candidate.name, shlex.quote(candidate.context)
            alone = f"register {name} --auto-configure --context {context}"
            return Outcome(candidate, error=unforeseen(name, error, alone))

    if plain:
        done = {each.candidate.context: each for each in at_once(workspace, one, plain, counter)}
    for each in planned:
        if each.context not in done:
            done[each.context] = one(workspace, each)
    return [done.get(each.context, Outcome(each, error=each.error)) for each in candidates]


def names_for(
    contexts: Sequence[str], prefix: str, before: dict[str, str], taken: Collection[str]
) -> dict[str, str]:
    """A connector's name for each context, the same ones for the same contexts.

    A context keeps the name that it was given ``before``. Where two would be alike, or a name is
    ``taken``, the later one gets a number.
    """
    names = {context: before[context] for context in contexts if context in before}
    used = {*taken, *names.values()}
    for context in contexts:
        if context not in names:
            names[context] = free_name(prefix + context, used)
            used.add(names[context])
    return names


def _ours(kubeconfig: Kubeconfig, context: str) -> str:
    """The connector that login wrote a context for; empty where it is the user's own."""
    user = kubeconfig.contexts[context].entry.get("user")
    mark = mark_of(kubeconfig.users.get(user or ""))
    return mark.connector_name if mark else ""


def _made_before(kubeconfig: Kubeconfig, connectors: Connectors) -> dict[str, str]:
    """The names of the connectors that were made from the contexts, by context."""
    places = {name: os.path.abspath(each.file) for name, each in kubeconfig.contexts.items()}
    return {
        each.origin.context: each.name
        for each in connectors
        if each.origin and places.get(each.origin.context) == each.origin.kubeconfig
    }


def _explained(workspace: Workspace, candidate: Candidate, error: ConnectorError) -> ConnectorError:
    """Where the connector was made from the context before, say what is to be done."""
    if all(each.name != candidate.name for each in workspace.catalog.load()):
        return error
    return ConnectorError(
        f'"{candidate.name}" was made from it before, and the two differ now',
        f"take what the context has now: kubectl connector update {candidate.name}"
        " --auto-configure; labels and other options: kubectl connector update --help",
    )
