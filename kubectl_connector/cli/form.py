"""``register --interactive``: the questions, with defaults. Ctrl-C ends it with nothing kept.

Each answer is checked at once, and what is wrong is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set

from kubectl_connector.auth import auth_method, auth_methods, choose, choose_derived
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind
from kubectl_connector.catalog import name_taken
from kubectl_connector.cli import console, environment
from kubectl_connector.cli.options import read_text
from kubectl_connector.cli.picker import pick_by_number
from kubectl_connector.errors import (
    ClusterError,
    ConnectorError,
    KubeconfigError,
    NotFoundError,
    UsageError,
)
from kubectl_connector.frozen import MISSING, replace
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.model.connector import Connector, spec_fields
from kubectl_connector.model.field import CONNECTOR
from kubectl_connector.model.secret import Item
from kubectl_connector.operations.draft import draft_of
from kubectl_connector.operations.layers import check_method, layers_of
from kubectl_connector.operations.plan import AnyPlan, Plan
from kubectl_connector.operations.register import plan_register
from kubectl_connector.operations.renew import base_method
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.spec import Changes, check_new_name, check_so_far
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.stores import store_names
from kubectl_connector.urls import split_url

_INSTEAD = "run it at a terminal, or give options: kubectl connector register --help"
_AGAIN = "give it again; Ctrl-C ends this, and nothing is kept"


def fill(
    workspace: Workspace, name: str | None, store: str, source: FromContext | None, changes: Changes
) -> Plan:
    """Ask for all that was not said, and plan the connector.

    ``store`` is the one that is offered first.
    """
    check_so_far(changes.fields)  # later, an answer would be blamed for what an option says
    if changes.credential or changes.get("auth_method"):
        check_method(changes)
    free = _name_check(workspace)
    if name:
        free(name)
    else:
        name = console.until_good(lambda: _insist("Name of the connector"), free)
    if source is None and _wants_context(changes):
        source = FromContext(environment.kubeconfigs())
    store = _store(workspace, changes, store)
    if source is None:
        changes = _ask_credential(_ask_cluster(changes))
        return plan_register(name, store, None, _ask_fields(changes, _DETAILS, {}))
    plan = plan_register(name, store, source, changes)
    spec = plan.draft.spec
    known = {"cluster_name": spec.cluster_name, "namespace": spec.namespace or ""}
    return plan.with_changes(_ask_fields(changes, ("cluster_name", *_DETAILS), known))


def answered(plan: AnyPlan) -> AnyPlan:
    """The plan with the secrets that it lacks; UsageError where nobody is there to be asked."""
    if not plan.asks:
        return plan
    return plan.answered({field.name: _ask_secret(field) for field in plan.asks})


def asked_again(plan: Plan, failure: ConnectorError) -> Plan | None:
    """The plan with another answer in the place of the one that failed; all others stay.

    That is the secret where the cluster refused it, and the server where that is not reached. None
    where a person has typed neither: they come from a kubeconfig or a program.
    """
    method = auth_method(layers_of(plan.draft).base.method)
    secrets = {f.name for f in method.option_fields if f.required and f.secret}
    if plan.start.spec.origin or not secrets:
        return None
    _complain(failure)
    if isinstance(failure, ClusterError):
        return plan.with_changes(_another_server(plan.changes))
    kept = {name: text for name, text in plan.changes.credential.items() if name not in secrets}
    return plan.answered(_ask_method_fields(method, kept, only=secrets))


def new_secrets(connector: Connector) -> Changes:
    """Ask for the secrets of what a connector keeps; UsageError where nobody can be asked."""
    method, name = base_method(connector), connector.name
    if not console.at_terminal() or not method.asked_secrets:
        typed = " ".join(each.typed for each in method.asked_secrets) or "--help"
        raise UsageError(
            f'"{name}" needs a new {method.noun}, and nobody can be asked for it here',
            f"kubectl connector renew {name} {typed}",
        )
    console.note(f'A new {method.noun} for "{name}":')
    base = layers_of(draft_of(connector, Item())).base
    known = {n: text for n, text in base.material.configuration.items() if isinstance(text, str)}
    own = {each.name for each in method.option_fields}
    asked = {each.name for each in method.asked_secrets}
    given = {name: text for name, text in known.items() if name in own}
    values = _ask_method_fields(method, given, only=asked)
    return Changes(credential={name: values[name] for name in asked})


_DETAILS = tuple(
    name
    for name, one in spec_fields().items()
    if one.field.question and one.field.group == CONNECTOR
)
"""The fields that are asked for after the credential."""

_QUESTIONS = {
    name: replace(one.field, required=one.default is MISSING)
    for name, one in spec_fields().items()
    if one.field.question
}


def _name_check(workspace: Workspace) -> Callable[[str], str]:
    taken = {connector.name for connector in workspace.catalog.load()}

    def check(name: str) -> str:
        if name in taken:
            raise name_taken(name)
        return check_new_name(name)

    return check


def _wants_context(changes: Changes) -> bool:
    """Ask whether to take everything from the current context; False where there is none."""
    if changes.get("server"):
        return False
    try:
        resolved = load(environment.kubeconfigs()).resolve()
    except (KubeconfigError, NotFoundError):
        return False
    question = f"Use your current context {resolved.name} ({resolved.cluster.server})?"
    return console.asker().confirm(question, True, _INSTEAD)


def _store(workspace: Workspace, changes: Changes, default: str) -> str:
    """The store for the secret, which can be used: before a person has answered ten questions."""

    def usable(name: str) -> str:
        workspace.open_store(name).check()
        return name

    if changes.get("store"):
        return usable(changes.get("store"))
    stores = [(name,) for name in store_names()]
    return pick_by_number("Secret store", stores, usable, default=default, instead=_INSTEAD)


def _ask_cluster(changes: Changes) -> Changes:
    if "server" not in changes.fields:
        changes = _ask_fields(changes, ("server",), {})
    if not changes.get("insecure_skip_tls_verify"):
        changes = _ask_fields(changes, ("certificate_authority",), {})
    server = split_url(changes.get("server"))
    host = server and server.hostname
    return _ask_fields(changes, ("cluster_name",), {"cluster_name": host or ""})


def _another_server(changes: Changes) -> Changes:
    known = {"server": changes.get("server")}
    asked = _ask_fields(Changes(), ("server",), known)
    if changes.get("insecure_skip_tls_verify"):
        return asked
    question = "CA certificate file (empty: as before)"
    field = replace(_QUESTIONS["certificate_authority"], question=question)
    return _ask_field(asked, field, "")


def _ask_fields(changes: Changes, names: Iterable[str], known: Mapping[str, str]) -> Changes:
    """Ask for the fields that were not given; an empty answer says nothing."""
    for name in names:
        if name not in changes.fields:
            changes = _ask_field(changes, _QUESTIONS[name], known.get(name, ""))
    return changes


def _ask_field(changes: Changes, field: Field, default: str) -> Changes:
    """The changes with the answer; it makes sense beside what was said before."""

    def with_answer(answer: str) -> Changes:
        if not answer:
            return changes
        text = read_text(answer) if field.kind is FieldKind.FILE else field.completed(answer)
        more = changes.and_then(Changes({field.name: field.parse(text)}))
        check_so_far(more.fields)
        return more

    return console.until_good(lambda: _answer(field, default), with_answer)


def _ask_credential(changes: Changes) -> Changes:
    """Ask for the method and its fields, and where that one rests on another, for those of both."""
    given = changes.credential
    derived = choose_derived(given.keys(), changes.get("auth_method"))
    wanted = changes.get("auth_method") if derived is None else None
    own = {each.name for each in derived.fields} if derived else set()
    base = {name: text for name, text in given.items() if name not in own}
    method = auth_method(wanted or _ask_method(base.keys(), bases_only=derived is not None))
    if method.needs_base:
        derived = method
        method = auth_method(_ask_method(base.keys(), bases_only=True))
    values = _ask_method_fields(method, base)
    if derived:
        values |= _ask_method_fields(derived, {n: t for n, t in given.items() if n not in base})
    return Changes({**changes.fields, "auth_method": (derived or method).name}, values)


def _ask_method(given: Set[str], bases_only: bool) -> str:
    """Ask for a method that knows the given fields; ``bases_only``: one that rests on no other."""
    alone = bases_only or bool(given)  # what was given is of a base
    fitting = [
        (method.name, method.summary)
        for method in auth_methods()
        if method.from_options
        and not (alone and method.needs_base)
        and given <= {field.name for field in method.option_fields}
    ]
    if len(fitting) == 1:
        return fitting[0][0]
    return pick_by_number(
        "Authentication method", fitting, default=choose(given).name, instead=_INSTEAD
    )


def _ask_method_fields(
    method: AuthMethod, given: Mapping[str, str], only: Collection[str] = ()
) -> dict[str, str]:
    """The method's values, those included that were given; they make a credential.

    ``only`` names the fields to ask for; without it those are asked for that were not given, and
    all of them where that makes no credential: a value that was given may be the wrong one.
    """
    every = [f for f in method.option_fields if not only or f.name in only]
    given = {**{f.name: "yes" for f in every if f.kind is FieldKind.FLAG and f.required}, **given}
    every = [f for f in every if f.kind is not FieldKind.FLAG]  # those are for experts
    asked = [f for f in every if f.name not in given]
    while True:
        values = {name: given[name] for name in given.keys() - {f.name for f in asked}}
        for field in asked:
            if field.beside and field.beside not in values:
                continue
            if value := _ask_value(replace(field, required=field.required or bool(field.beside))):
                values[field.name] = value
        try:
            method.build(values)
        except UsageError as error:
            if not asked:
                raise
            _complain(error)
            asked = every
        else:
            return values


def _ask_value(field: Field) -> str:
    """A method's value; empty where it may be left out, and is."""

    def checked(answer: str) -> str:
        if field.kind is FieldKind.FILE and answer:
            return str(field.parse(read_text(answer)))
        return field.check(answer) if answer else ""

    if field.kind is FieldKind.SECRET:
        return _ask_secret(field)
    return console.until_good(lambda: _answer(field, ""), checked)


def _ask_secret(field: Field) -> str:
    instead = f"give it with {field.option}-stdin or {field.option}-file FILE"
    question = _question(field)
    while not (value := console.asker().secret(question, instead)) and field.required:
        pass
    return value


def _question(field: Field) -> str:
    return field.question or f"{field.help[:1].upper()}{field.help[1:]}"


def _answer(field: Field, default: str) -> str:
    """The text that a person types for a field; never empty where something must be said."""
    question = _question(field)
    if field.kind is FieldKind.FILE and not field.question:
        question += " (a file)"
    if not (field.required or default or "empty" in question):
        start, end, _ = question.rpartition(")")
        question = f"{start}; empty: none)" if end else f"{question} (empty: none)"
    file = field.kind is FieldKind.FILE
    return (_insist if field.required else _ask)(question, default, file)


def _insist(question: str, default: str = "", file: bool = False) -> str:
    while not (answer := _ask(question, default, file)):
        pass
    return answer


def _complain(error: ConnectorError) -> None:
    console.complain(ConnectorError(error.message, _AGAIN))


def _ask(question: str, default: str = "", file: bool = False) -> str:
    return console.asker().text(question, default, _INSTEAD, file)
