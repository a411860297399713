"""Do with our own code what a vector's case does with kubectl."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubectl_connector.auth import auth_method
from kubectl_connector.auth.interface import IssueRequest
from kubectl_connector.auth.programs import find_program
from kubectl_connector.cluster.transport import AuthenticatedPool
from kubectl_connector.errors import ConnectorError, NotFoundError, RefusedError, UsageError
from kubectl_connector.kubeconfig import kuberc
from kubectl_connector.kubeconfig.edit import Edit
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.view import Found, Kubeconfig, load
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.kubeconfig import ExecConfig
from kubectl_connector.model.secret import Credential
from kubectl_connector.operations.source import FromContext
from kubectl_connector.operations.spec import check_cluster
from tests.kubeconfig.recorder import Case, Server, changes, fill, plugin_inputs, snapshot

_KINDS = {"cluster": "clusters", "context": "contexts", "user": "users"}


@dataclass
class Outcome:
    """The outcome of a case: a refusal, names or a view; what was sent, and what changed."""

    refused: str = ""
    """The error's message."""
    facts: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)
    """What the exec plugin was told, run by run."""


def run(
    case: Case, environ: Mapping[str, str], places: Mapping[str, str], server: Server
) -> Outcome:
    """Do the steps of a case in the tree that is the working directory."""
    root = Path(places["$DIR"])
    before = snapshot(root)
    outcome = Outcome()
    server.seen.clear()
    umask = os.umask(0o022)
    try:
        for step in case["steps"]:
            explicit, words = _split([fill(word, places) for word in step])
            outcome.facts = _act(kubeconfig_files(explicit, environ), words, environ)
    except ConnectorError as error:
        outcome.refused = error.message
    finally:
        os.umask(umask)
    outcome.files = changes(before, snapshot(root))
    outcome.requests = list(server.seen)
    outcome.inputs = plugin_inputs(root)
    return outcome


def _split(words: list[str]) -> tuple[str | None, list[str]]:
    """The kubeconfig that was named, and the other words."""
    explicit, rest = None, []
    following = iter(words)
    for word in following:
        if word == "--kubeconfig":
            explicit = next(following)
        elif word.startswith("--kubeconfig="):
            explicit = word.partition("=")[2]
        else:
            rest.append(word)
    if rest[0].startswith("--"):
        rest = [*rest[1:], rest[0]]
    return explicit, rest


def _act(files: KubeconfigFiles, words: list[str], environ: Mapping[str, str]) -> dict[str, Any]:
    match words:
        case ["get", *rest]:
            _get(files, _options(rest).get("context"), environ)
        case ["config", "get-contexts", *_]:
            return {"stdout": sorted(load(files).contexts)}
        case ["config", "current-context"]:
            return {"stdout": [load(files).current_context]}
        case ["config", "view", *rest] if {"--minify", "--flatten"} & set(rest):
            load(files).resolve(rest[rest.index("--context") + 1] if "--context" in rest else None)
            return {"stdout": "resolved"}
        case ["config", "view", *_]:
            return {"view": _view(load(files))}
        case ["config", *change]:
            edit_kubeconfig(
                files, lambda kubeconfig: (_edit(kubeconfig, change), None), lock_timeout=0
            )
    return {}


def _get(files: KubeconfigFiles, context: str | None, environ: Mapping[str, str]) -> None:
    """Send a request with a context's credential, as a connector made from it would."""
    draft = FromContext(files, context).draft("keyring")
    cluster = check_cluster(draft.spec.cluster)
    method = auth_method(draft.spec.auth_method)
    configuration, secret = draft.spec.configuration, draft.secret

    def credential() -> Credential:
        stanza = method.runs(configuration)
        if stanza:
            _ask_kuberc(stanza, environ)
        return method.issue(configuration, secret, IssueRequest(cluster))

    pool = AuthenticatedPool(cluster, credential, draft.spec.impersonation)
    try:
        status = pool.request("GET", f"{cluster.server}/version", retries=False).status
    except ValueError:
        raise UsageError("no header can carry this token", "check it") from None
    finally:
        pool.clear()
    if status == 401:
        raise RefusedError("the server refused the credential", "renew it")


def _ask_kuberc(stanza: ExecConfig, environ: Mapping[str, str]) -> None:
    refusal = kuberc.refusal(stanza.command, find_program(stanza), environ)
    if refusal:
        raise RefusedError(refusal, "change kuberc")


def _view(kubeconfig: Kubeconfig) -> dict[str, Any]:
    view: dict[str, Any] = {kind: {} for kind in LISTS}
    for kind in LISTS:
        for name, found in getattr(kubeconfig, kind).items():
            view[kind][name] = found.entry
    return {**view, "current-context": kubeconfig.current_context or ""}


def _edit(kubeconfig: Kubeconfig, words: list[str]) -> Edit:
    """The change that a ``kubectl config`` command makes."""
    match words:
        case ["use-context", name]:
            _existing(kubeconfig.contexts, name)
            return Edit(current_context=name)
        case ["unset", "current-context"]:
            return Edit(current_context="")
        case ["rename-context", old, new]:
            if new in kubeconfig.contexts:
                raise NotFoundError(f"{new} exists", "choose another name")
            body = _existing(kubeconfig.contexts, old).entry
            current = new if kubeconfig.current_context == old else kubeconfig.current_context
            return Edit({"contexts": {new: body}}, {"contexts": [old]}, current or "")
        case ["set", path, value]:
            plural, name, key = path.split(".")
            return _upsert(kubeconfig, plural, name, {key: value})
        case [verb, name, *rest]:
            kind = _KINDS.get(verb.rpartition("-")[2], "users")
            if verb.startswith("delete-"):
                _existing(getattr(kubeconfig, kind), name)
                return Edit(removals={kind: [name]})
            return _upsert(kubeconfig, kind, name, _options(rest))
    raise AssertionError(words)


def _existing(table: Mapping[str, Found], name: str) -> Found:
    if name not in table:
        raise NotFoundError(f"no {name}", "see the names")
    return table[name]


def _upsert(kubeconfig: Kubeconfig, kind: str, name: str, more: dict[str, Any]) -> Edit:
    found = getattr(kubeconfig, kind).get(name)
    return Edit({kind: {name: {**(found.entry if found else {}), **more}}})


def _options(words: list[str]) -> dict[str, str]:
    pairs = (word.removeprefix("--").partition("=") for word in words if word.startswith("--"))
    return {name: value for name, _, value in pairs}
