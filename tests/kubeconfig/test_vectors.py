"""The engine does what kubectl was recorded to do; where it does not, the reason stands here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.errors import ConnectorError, NotFoundError
from kubectl_connector.kubeconfig import kuberc
from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.load import Found, Kubeconfig, load
from kubectl_connector.kubeconfig.outline import LISTS
from kubectl_connector.kubeconfig.paths import KubeconfigFiles, kubeconfig_files
from kubectl_connector.kubeconfig.resolve import auth_info
from kubectl_connector.kubeconfig.write import edit_kubeconfig
from kubectl_connector.model.kubeconfig_edit import KubeconfigEdit
from tests.kubeconfig.recorder import VECTORS, Case, cases, changes, fill, lay_out, snapshot

_MISSING = "D6: who names a missing file with --kubeconfig to read from it is told so, always"
_LEGACY = "D8: reading writes nothing; the legacy file is read where it stands"
_LOCKS = "W14: only files that are written are locked"
_FLAGS = "the connection's flags are kubectl's own; we have none of them"
_PATHS = "W9: what is written is what was asked for; no path is made relative, nor bare (W11)"
_PROMPT = "F9: kubectl asks for a user name at the terminal; here a user without credential is one"
_NO_DEFAULT = "F11: without a cluster there is nothing to register; we guess no server"
_NO_RENAME = "W2: we rename no context; a new name is a new entry, which goes to the default file"
_CHECKS = "F1: where kubectl shows without checking, a context that is asked for is checked (F4)"

DIFFERENCES = {
    ("02-kubeconfig-flag", "not-a-list"): _MISSING,
    ("02-kubeconfig-flag", "missing-ok-for-config"): _MISSING,
    ("03-home-and-migration", "legacy-copied-on-read-although-flag-given"): _LEGACY,
    ("03-home-and-migration", "mode-of-the-copy"): _LEGACY,
    ("14-rename-context", "other"): _NO_RENAME,
    ("15-rewrite-loss", "use-context"): "W8: nothing is added to entries that are not changed",
    ("16-relative-paths-on-write", "set-credentials"): _PATHS,
    ("16-relative-paths-on-write", "flag-path-below-config-dir"): _PATHS,
    ("16-relative-paths-on-write", "flag-path-above-config-dir"): _PATHS,
    ("16-relative-paths-on-write", "through-symlink-base-is-link-dir"): _PATHS,
    ("17-exec-command-on-write", "set-credentials-on-each"): _PATHS,
    ("17-exec-command-on-write", "config-set-is-safe"): "W8: no default is added to an exec stanza",
    ("17-exec-command-on-write", "exec-command-flag"): _PATHS,
    ("18-modes-and-links", "hard-link-follows"): "W12: an atomic change would part them: refused",
    ("19-locks", "leftover-lock"): _LOCKS,
    ("19-locks", "leftover-lock-blocks-no-op"): "W18: what changes nothing needs no lock of others",
    ("19-locks", "same-file-two-spellings"): _LOCKS,
    ("19-locks", "directory-of-a-missing-entry-is-created"): _LOCKS,
    ("19-locks", "empty-entry-locks-dot-lock-in-cwd"): _LOCKS,
    ("20-view", "redaction"): "F1: what is read is what is there; who shows it leaves secrets out",
    ("20-view", "flatten-minify"): _CHECKS,
    ("20-view", "minify-without-user"): _CHECKS,
    ("21-user-fields", "tokenfile-missing"): "F5: a tokenFile is read when it is used, not before",
    ("21-user-fields", "no-credentials"): _PROMPT,
    ("21-user-fields", "password-only"): _PROMPT,
    ("21-user-fields", "key-without-cert"): _PROMPT,
    ("23-context-references", "nocluster"): _NO_DEFAULT,
    ("23-context-references", "nocurrent"): _NO_DEFAULT,
}
"""Where the engine does something else than kubectl, on purpose."""

NOT_OURS = {
    ("21-user-fields", "token-flag-loses-to-tokenFile"): _FLAGS,
    ("21-user-fields", "as-flag-keeps-file-groups"): _FLAGS,
    ("22-cluster-fields", "insecure-flag-clears-ca"): _FLAGS,
    ("23-context-references", "flag-user-missing"): _FLAGS,
    ("23-context-references", "flag-cluster-missing"): _FLAGS,
    ("23-context-references", "nocurrent-but-flags"): _FLAGS,
    ("27-exec-not-run", "token-flag"): _FLAGS,
}
"""Cases that the engine has no counterpart for."""

PRIVATE_FOLDER = "0700"
"""W13: kubectl makes folders that all may enter (0755); ours are for their owner."""

_KINDS = {"cluster": "clusters", "context": "contexts", "user": "users"}


@dataclass
class Outcome:
    """What a case came to: a refusal, or names, or a view; and what changed on disk."""

    refused: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] | None = None


def _all_cases() -> Iterator[Any]:
    for folder in sorted(path for path in VECTORS.iterdir() if path.is_dir()):
        for case in cases(folder.name):
            yield pytest.param(folder.name, case, id=f"{folder.name}-{case['name']}")


@pytest.mark.parametrize(("vector", "case"), list(_all_cases()))
def test_vector(vector: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = vector, case["name"]
    if key in NOT_OURS:
        pytest.skip(NOT_OURS[key])
    root = tmp_path / "tree"
    places = {"$SERVER": "https://127.0.0.1:1", "$HTTP": "http://127.0.0.1:1", "$DIR": str(root)}
    lay_out(vector, case, root, places)
    monkeypatch.chdir(root)
    environ = {"HOME": str(root / "home"), "PATH": f"{root}/bin"}
    environ |= {name: fill(value, places) for name, value in case.get("env", {}).items()}
    expected = case.get("expect") or case["expect_by_version"]["1.37"]
    problems = list(_differences(_run(case, environ, root, places), expected, places))
    if key in DIFFERENCES:
        assert problems, f"now as kubectl: {DIFFERENCES[key]}"
    else:
        assert not problems


def test_every_difference_is_a_case() -> None:
    known = {(each.values[0], each.values[1]["name"]) for each in _all_cases()}
    assert known >= DIFFERENCES.keys() | NOT_OURS.keys()


def test_m10_paths_count_from_the_folder_of_the_file_that_owns_the_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the flattened view of vector 20 shows, without its certificate that is none."""
    lay_out("20-view", {}, tmp_path / "tree", {})
    monkeypatch.chdir(tmp_path / "tree")
    found = load(kubeconfig_files(None, {"KUBECONFIG": "x/a.yaml:y/b.yaml"})).users["u"]
    user = auth_info("u", found.entry, found.file)
    assert user.client_certificate_data == "crt"
    assert user.client_key_data == "key"
    assert user.token_file == str(tmp_path / "tree/y/tok")


# What a case's steps come to in the engine


def _run(case: Case, environ: Mapping[str, str], root: Path, places: Mapping[str, str]) -> Outcome:
    before = snapshot(root)
    outcome = Outcome()
    umask = os.umask(0o022)
    try:
        for step in case["steps"]:
            explicit, words = _split([fill(word, places) for word in step])
            outcome.facts = _act(kubeconfig_files(explicit, environ), words, environ)
    except ConnectorError:
        outcome.refused = True
    finally:
        os.umask(umask)
    outcome.files = changes(before, snapshot(root))
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
            _connect(files, _options(rest), environ)
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
            edit_kubeconfig(files, lambda kubeconfig: _edit(kubeconfig, change), lock_timeout=0)
    return {}


def _connect(files: KubeconfigFiles, options: dict[str, str], environ: Mapping[str, str]) -> None:
    resolved = load(files).resolve(options.get("context"))
    stanza = resolved.auth_info.exec
    if "KUBERC" in environ and stanza and not resolved.auth_info.token:
        path = os.path.join(environ["PATH"], stanza.command)
        refusal = kuberc.refusal(stanza.command, path, environ)
        if refusal:
            raise NotFoundError(refusal, "see kuberc")


def _view(kubeconfig: Kubeconfig) -> dict[str, Any]:
    view: dict[str, Any] = {kind: {} for kind in LISTS}
    for kind in LISTS:
        for name, found in getattr(kubeconfig, kind).items():
            view[kind][name] = found.entry
    return {**view, "current-context": kubeconfig.current_context or ""}


def _edit(kubeconfig: Kubeconfig, words: list[str]) -> KubeconfigEdit:
    """The change that a ``kubectl config`` command makes."""
    match words:
        case ["use-context", name]:
            _existing(kubeconfig.contexts, name)
            return KubeconfigEdit(current_context=name)
        case ["unset", "current-context"]:
            return KubeconfigEdit(current_context=None)
        case ["rename-context", old, new]:
            if new in kubeconfig.contexts:
                raise NotFoundError(f"{new} exists", "choose another name")
            body = _existing(kubeconfig.contexts, old).entry
            current = new if kubeconfig.current_context == old else kubeconfig.current_context
            return KubeconfigEdit(
                contexts={new: body}, remove_contexts=frozenset([old]), current_context=current
            )
        case ["set", path, value]:
            plural, name, key = path.split(".")
            return _upsert(kubeconfig, plural, name, {key: value})
        case [verb, name, *rest]:
            kind = _KINDS.get(verb.rpartition("-")[2], "users")
            if verb.startswith("delete-"):
                _existing(getattr(kubeconfig, kind), name)
                removed: Any = {f"remove_{kind}": frozenset([name])}
                return KubeconfigEdit(**removed)
            return _upsert(kubeconfig, kind, name, _options(rest))
    raise AssertionError(words)


def _existing(table: Mapping[str, Found], name: str) -> Found:
    if name not in table:
        raise NotFoundError(f"no {name}", "see the names")
    return table[name]


def _upsert(kubeconfig: Kubeconfig, kind: str, name: str, more: dict[str, Any]) -> KubeconfigEdit:
    found = getattr(kubeconfig, kind).get(name)
    put: Any = {kind: {name: {**(found.entry if found else {}), **more}}}
    return KubeconfigEdit(**put)


def _options(words: list[str]) -> dict[str, str]:
    pairs = (word.removeprefix("--").partition("=") for word in words if word.startswith("--"))
    return {name: value for name, _, value in pairs}


# Comparing


def _differences(got: Outcome, expected: Case, places: Mapping[str, str]) -> Iterator[str]:
    if got.refused != bool(expected["rc"]):
        yield f"refused: {got.refused}"
    elif not got.refused:
        if "stdout" in got.facts and got.facts["stdout"] != expected.get("stdout"):
            yield f"answer: {got.facts['stdout']}"
        if "view" in got.facts and not _same_view(got.facts["view"], expected["stdout_json"]):
            yield f"view: {got.facts['view']}"
    wanted = expected.get("files", {})
    if (got.files or {}).keys() != wanted.keys():
        yield f"files: {list(got.files or {})}"
    for name in (got.files or {}).keys() & wanted.keys():
        mine, theirs = (got.files or {})[name], wanted[name]
        mode = PRIVATE_FOLDER if theirs["kind"] == "dir" else theirs["mode"]
        if (mine["state"], mine["kind"], mine["mode"]) != (theirs["state"], theirs["kind"], mode):
            yield f"{name}: {mine['state']} {mine['kind']} {mine['mode']}"
        elif mine["kind"] == "file" and not _same_text(
            mine["text"], fill("\n".join(theirs["text"]) + "\n", places)
        ):
            yield f"{name}: {mine['text']}"


def _same_view(ours: dict[str, Any], theirs: Any) -> bool:
    if isinstance(theirs, list):  # the users alone
        theirs = {"users": theirs}
    if "current-context" in theirs and ours["current-context"] != theirs["current-context"]:
        return False
    return all(
        _same_entries(ours[kind], {each["name"]: each for each in theirs[kind] or ()}, kind)
        for kind in LISTS
        if kind in theirs
    )


def _same_entries(ours: dict[str, Any], theirs: dict[str, Any], kind: str) -> bool:
    """Whether all that kubectl sees is there alike; unknown fields are there for us alone."""
    body = kind.removesuffix("s")
    return ours.keys() == theirs.keys() and all(
        _seen(ours[name].get(key)) == value
        for name in theirs
        for key, value in theirs[name].get(body, {}).items()
        if value not in (None, "", False, [], {})
    )


def _seen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _seen(member) for key, member in value.items()}
    return "".join(value.splitlines()) if isinstance(value, str) else value


def _same_text(ours: str, theirs: str) -> bool:
    """Whether two files say the same."""
    mine, other = Document(ours.encode()), Document(theirs.encode())
    views = []
    for document in (mine, other):
        view: dict[str, Any] = {"current-context": document.current_context}
        for kind in LISTS:
            view[kind] = {
                name: {
                    key: value
                    for key, value in document.body(kind, name).items()
                    if value not in (None, "", False, [], {})
                }
                for name in document.entries[kind]
            }
        views.append(view)
    with suppress(KeyError):
        for view in views:  # what kubectl does not know it drops (W7)
            for users in view["users"].values():
                users.pop("unknown", None)
            for cluster in view["clusters"].values():
                cluster.pop("api-version", None)
    return views[0] == views[1]
