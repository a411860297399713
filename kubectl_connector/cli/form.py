"""``register --interactive``: the questions, with defaults. Ctrl-C ends it with nothing kept."""

from __future__ import annotations

from dataclasses import replace

from kubectl_connector.auth import auth_method, auth_methods, choose
from kubectl_connector.auth.interface import Field, FieldKind
from kubectl_connector.cli import console, environment
from kubectl_connector.cli.options import read_text
from kubectl_connector.errors import KubeconfigError, NotFoundError, UsageError
from kubectl_connector.kubeconfig.view import load
from kubectl_connector.operations.draft import Changes, Draft

_INSTEAD = "run it at a terminal, or give options: kubectl connector register --help"


def wants_context(changes: Changes, kubeconfig: str | None) -> bool:
    """Whether to take everything from the current kubeconfig context; asked where there is one."""
    if changes.server:
        return False
    try:
        resolved = load(environment.kubeconfigs(kubeconfig)).resolve()
    except (KubeconfigError, NotFoundError):
        return False
    question = f"Use your current context {resolved.name} ({resolved.cluster.server})?"
    return console.asker().confirm(question, True, _INSTEAD)


def complete_lifted(draft: Draft, changes: Changes) -> Changes:
    """What a kubeconfig can't tell, or may tell otherwise than wanted."""
    return replace(
        changes,
        cluster_name=changes.cluster_name or _ask("Name of the cluster", draft.cluster_name),
        namespace=_ask("Namespace", changes.namespace or draft.namespace or ""),
        description=_ask("Description", changes.description or ""),
    )


def complete(changes: Changes) -> Changes:
    """Ask for all that was not given."""
    changes = _ask_cluster(changes)
    method = changes.auth_method or _ask_method(changes)
    values = dict(changes.auth_values)
    for field in auth_method(method).option_fields:
        if field.name not in values:
            value = _ask_field(field)
            if value:
                values[field.name] = value
    return replace(
        changes,
        auth_method=method,
        auth_values=values,
        namespace=_ask("Namespace", changes.namespace or ""),
        description=_ask("Description", changes.description or ""),
    )


def _ask_cluster(changes: Changes) -> Changes:
    server = changes.server or _insist("Server (https://HOST:PORT)")
    if "://" not in server:
        server = f"https://{server}"
    authority = changes.certificate_authority
    if authority is None and not changes.insecure_skip_tls_verify:
        authority = _ask_file("CA certificate file (empty: the system's)")
    return replace(
        changes,
        server=server,
        certificate_authority=authority,
        cluster_name=changes.cluster_name
        or _ask("Name of the cluster", server.split("://")[1].split("/")[0].rsplit(":", 1)[0]),
    )


def _ask_method(changes: Changes) -> str:
    names = [method.name for method in auth_methods() if method.from_options]
    default = choose(changes.auth_values.keys()).name
    while True:
        answer = _ask(f"Authentication method ({', '.join(names)})", default)
        if answer in names:
            return answer


def _ask_field(field: Field) -> str | None:
    text = field.help.capitalize()
    if field.kind is FieldKind.SECRET:
        while not (value := console.asker().secret(text, _INSTEAD)) and field.required:
            pass
        return value
    if field.kind is FieldKind.FILE:
        suffix = "file" if field.required else "file (empty: none)"
        while (content := _ask_file(f"{text}, {suffix}")) is None and field.required:
            pass
        return content
    return _insist(text) if field.required else _ask(text, "")


def _ask_file(question: str) -> str | None:
    """A file's text; None for an empty answer. A name that can't be read is asked for again."""
    while path := _ask(question, ""):
        try:
            return read_text(path)
        except UsageError as error:
            console.complain(error)
    return None


def _insist(question: str) -> str:
    while not (answer := _ask(question, "")):
        pass
    return answer


def _ask(question: str, default: str) -> str:
    return console.asker().text(question, default, _INSTEAD)
