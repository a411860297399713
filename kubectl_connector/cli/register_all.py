"""``register --all-contexts``: a connector of every context, one line each."""

from __future__ import annotations

from kubectl_connector.auth.programs import find_program
from kubectl_connector.cli import console, environment, views
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.operations.register_all import Candidate, Outcome, plan_all, register_all
from kubectl_connector.operations.spec import Changes
from kubectl_connector.operations.workspace import Workspace


def check(name: str | None, context: str | None, interactive: bool, all_contexts: bool) -> None:
    """Raise UsageError for what does not go with many contexts."""
    if not all_contexts:
        raise UsageError(
            "--match and --prefix are about many contexts", "give --all-contexts beside them"
        )
    given = [
        what
        for what, is_given in {
            f'the name "{name}"': name is not None,
            "--context": context is not None,
            "--interactive": interactive,
        }.items()
        if is_given
    ]
    if given:
        raise UsageError(
            f"--all-contexts names connectors by their contexts, and {given[0]} is of one",
            "leave one of the two out; --prefix P goes before every name",
        )


def run(
    workspace: Workspace,
    kubeconfig: str | None,
    changes: Changes,
    match: str | None,
    prefix: str | None,
    verify: bool,
) -> int:
    """Register every context; the exit code is the highest of them."""
    store = changes.get("store") or environment.settings().get("store")
    files = environment.kubeconfigs(kubeconfig)
    candidates = plan_all(workspace, files, store, changes, match or "*", prefix or "")
    if any(each.plan and each.plan.manifests for each in candidates):
        raise UsageError(
            "--create and --role make objects in a cluster, and are not for many at once",
            "register such a connector by its name",
        )
    _announce(candidates)
    workspace.open_store(store).check(unlock=True)  # a passphrase is asked for once, and first
    outcomes = register_all(workspace, candidates, verify, console.counter)
    codes = [_tell(each) for each in outcomes]
    for each in outcomes:
        if each.error:
            about = f'context "{each.candidate.context}": {each.error.message}'
            console.complain(ConnectorError(about, each.error.hint))
    return max(codes)


def _announce(candidates: tuple[Candidate, ...]) -> None:
    """Say once which programs are going to be run."""
    planned = (each.plan.runs for each in candidates if each.plan)
    runs = {each.command: each for each in planned if each}
    for command, stanza in runs.items():
        try:
            found = find_program(stanza)
        except ConnectorError as error:
            found = error.message
        console.note(f"runs: {command} ({found}), one context after the other")


def _tell(outcome: Outcome) -> int:
    """Say what became of one; its exit code."""
    candidate, done = outcome.candidate, outcome.registered
    if candidate.ours:
        console.say(f'Skipped context "{candidate.context}": login wrote it for "{candidate.ours}"')
        return 0
    if not done:
        console.say(f'Failed: context "{candidate.context}"')
        return outcome.error.exit_code if outcome.error else 1
    if done.unchanged:
        console.say(f'Connector "{candidate.name}" unchanged')
        return 0
    said = f" ({views.answers(done.probe)})" if done.probe else ""
    console.say(f'Registered connector "{candidate.name}"{said}')
    if done.pending:
        console.note(views.pending(done.pending))
    return views.exit_code(done.pending)
