"""``register --interactive``: the questions, with defaults. Ctrl-C ends it with nothing kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubectl_connector.auth import auth_method, auth_methods, choose
from kubectl_connector.auth.interface import Field, FieldKind
from kubectl_connector.cli import console, environment
from kubectl_connector.cli.options import read_text
from kubectl_connector.errors import KubeconfigError, NotFoundError, UsageError
from kubectl_connector.frozen import MISSING, replace
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.model.connector import spec_fields
from kubectl_connector.model.field import CONNECTOR
from kubectl_connector.operations.plan import Plan
from kubectl_connector.operations.spec import Changes

_INSTEAD = "run it at a terminal, or give options: kubectl connector register --help"


def wants_context(changes: Changes, kubeconfig: str | None) -> bool:
    """Ask whether to take everything from the current context; False where there is none."""
    if changes.get("server"):
        return False
    try:
        resolved = load(environment.kubeconfigs(kubeconfig)).resolve()
    except (KubeconfigError, NotFoundError):
        return False
    question = f"Use your current context {resolved.name} ({resolved.cluster.server})?"
    return console.asker().confirm(question, True, _INSTEAD)


def details(plan: Plan) -> Changes:
    """Ask for what a kubeconfig can't tell, or what a person may want otherwise."""
    spec = plan.draft.spec
    known = {"cluster_name": spec.cluster_name, "namespace": spec.namespace or ""}
    return _ask_fields(plan.changes, ("cluster_name", *_DETAILS), known)


def complete(changes: Changes) -> Changes:
    """Ask for all that was not given."""
    changes = _ask_cluster(changes)
    name = changes.get("auth_method") or _ask_method(changes)
    missing = (f for f in auth_method(name).option_fields if f.name not in changes.credential)
    values = {field.name: _ask_field(field) for field in missing}
    given = {name: value for name, value in values.items() if value}
    changes = changes.and_then(Changes({"auth_method": name}, given))
    return _ask_fields(changes, _DETAILS, {})


def answers(plan: Plan) -> dict[str, str]:
    """Ask for the secrets that a plan lacks; UsageError where nobody is there."""
    return {
        field.name: console.asker().secret(
            field.help.capitalize(),
            f"give it with {field.option}-stdin or {field.option}-file FILE",
        )
        for field in plan.asks
    }


_DETAILS = tuple(
    name
    for name, one in spec_fields().items()
    if one.field.question and one.field.group == CONNECTOR
)
"""The fields that are asked for after the credential."""


def _ask_cluster(changes: Changes) -> Changes:
    server = changes.get("server") or _ask_field(_QUESTIONS["server"]) or ""
    if "://" not in server:
        server = f"https://{server}"
    changes = changes.and_then(Changes({"server": server}))
    if not changes.get("insecure_skip_tls_verify"):
        changes = _ask_fields(changes, ("certificate_authority",), {})
    host = server.split("://")[1].split("/")[0].rsplit(":", 1)[0]
    return _ask_fields(changes, ("cluster_name",), {"cluster_name": host})


def _ask_fields(changes: Changes, names: Iterable[str], known: Mapping[str, str]) -> Changes:
    """Ask for the fields that were not given; an empty answer says nothing."""
    missing = (name for name in names if name not in changes.fields)
    given = {name: _ask_field(_QUESTIONS[name], known.get(name, "")) for name in missing}
    return changes.and_then(Changes({name: answer for name, answer in given.items() if answer}))


_QUESTIONS = {
    name: replace(one.field, required=one.default is MISSING)
    for name, one in spec_fields().items()
    if one.field.question
}


def _ask_method(changes: Changes) -> str:
    names = [method.name for method in auth_methods() if method.from_options]
    default = choose(changes.credential.keys()).name
    while True:
        answer = _ask(f"Authentication method ({', '.join(names)})", default)
        if answer in names:
            return answer


def _ask_field(field: Field, default: str = "") -> str | None:
    """Ask for a field, and read the file where the answer names one; None or empty: no answer."""
    text = field.question or field.help.capitalize()
    if field.kind is FieldKind.SECRET:
        while not (value := console.asker().secret(text, _INSTEAD)) and field.required:
            pass
        return value
    if field.kind is FieldKind.FILE:
        if not field.question:
            text += ", file" if field.required else ", file (empty: none)"
        while (content := _ask_file(text)) is None and field.required:
            pass
        return content
    return _insist(text, default) if field.required else _ask(text, default)


def _ask_file(question: str) -> str | None:
    """Ask for a file until it can be read, and return its text; None for an empty answer."""
    while path := _ask(question, ""):
        try:
            return read_text(path)
        except UsageError as error:
            console.complain(error)
    return None


def _insist(question: str, default: str) -> str:
    while not (answer := _ask(question, default)):
        pass
    return answer


def _ask(question: str, default: str) -> str:
    return console.asker().text(question, default, _INSTEAD)
