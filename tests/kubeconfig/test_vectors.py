"""We do what kubectl was recorded to do. Where we differ, the reason is here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kubectl_connector.kubeconfig.document import Document
from kubectl_connector.kubeconfig.paths import kubeconfig_files
from kubectl_connector.kubeconfig.resolve import auth_info
from kubectl_connector.kubeconfig.schema import LISTS
from kubectl_connector.kubeconfig.view import load
from tests.kubeconfig.product import Outcome, run
from tests.kubeconfig.recorder import VECTORS, Case, Server, cases, environment, fill, lay_out

_MISSING = "D6: reading a missing file that --kubeconfig names is always an error"
_LEGACY = "D8: reading writes nothing; the legacy file is read where it is"
_LOCKS = "W14: only files that are written are locked"
_FLAGS = "only kubectl has these flags"
_PATHS = "W9: we write paths as they are given, and make none relative or bare (W11)"
_NO_DEFAULT = "F11: without a cluster there is nothing to register; we do not guess a server"
_PLAIN = "F10: a cluster that kubectl sends no credential to is refused"
_REFUSED = "X11: a refusal is shown; connect() asks the plugin again at its next request"
_NO_RENAME = "W2: we rename no context; a new name is a new entry, which goes to the default file"
_CHECKS = "F1: we check the context that is asked for (F4); kubectl shows it unchecked"

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
    (
        "18-modes-and-links",
        "hard-link-follows",
    ): "W12: an atomic change would part the two names, so it is refused",
    ("19-locks", "leftover-lock"): _LOCKS,
    (
        "19-locks",
        "leftover-lock-blocks-no-op",
    ): "W18: an edit that changes nothing needs no lock of other files",
    ("19-locks", "same-file-two-spellings"): _LOCKS,
    ("19-locks", "directory-of-a-missing-entry-is-created"): _LOCKS,
    ("19-locks", "empty-entry-locks-dot-lock-in-cwd"): _LOCKS,
    ("20-view", "redaction"): "F1: we read what is there; secrets are left out where it is shown",
    ("20-view", "flatten-minify"): _CHECKS,
    ("20-view", "minify-without-user"): _CHECKS,
    ("21-user-fields", "token-and-missing-file"): "F5: we keep the file of the two, by name",
    ("22-cluster-fields", "http"): _PLAIN,
    ("22-cluster-fields", "no-server"): _NO_DEFAULT,
    ("23-context-references", "nocluster"): _NO_DEFAULT,
    ("23-context-references", "nocurrent"): _NO_DEFAULT,
    ("24-exec-input", "nomode"): "X1: v1 without interactiveMode is taken, and written with it",
    ("25-exec-output", "yaml"): "X7: the contract says JSON; kubectl happens to read YAML too",
    ("26-exec-failures", "401-reruns-once-without-retrying-the-request"): _REFUSED,
    ("27-exec-not-run", "http"): _PLAIN,
}
"""The cases where we differ from kubectl on purpose."""

OUTCOMES: dict[str, list[str]] = json.loads(Path(__file__).with_name("outcomes.json").read_text())
"""What we do there, by vector/case: every line is one thing that differs."""

NOT_OURS = {
    ("21-user-fields", "token-flag-loses-to-tokenFile"): _FLAGS,
    ("21-user-fields", "as-flag-keeps-file-groups"): _FLAGS,
    ("22-cluster-fields", "insecure-flag-clears-ca"): _FLAGS,
    ("23-context-references", "flag-user-missing"): _FLAGS,
    ("23-context-references", "flag-cluster-missing"): _FLAGS,
    ("23-context-references", "nocurrent-but-flags"): _FLAGS,
    ("27-exec-not-run", "token-flag"): _FLAGS,
}
"""Cases without a counterpart in our code."""

PRIVATE_FOLDER = "0700"
"""W13: kubectl makes folders that everybody may enter (0755); only the owner may enter ours."""

KUBECTLS_OWN = {
    "29-plugin-lookup": "kubectl finds plugins; tests/e2e covers that it finds us",
    "30-completion": "kubectl's side of completion; tests/completion covers ours",
}
"""Vectors that concern kubectl alone."""


def _all_cases() -> Iterator[Any]:
    for folder in sorted(path for path in VECTORS.iterdir() if path.is_dir()):
        for case in cases(folder.name) if folder.name not in KUBECTLS_OWN else ():
            yield pytest.param(folder.name, case, id=f"{folder.name}-{case['name']}")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(("vector", "case"), list(_all_cases()))
def test_vector(
    vector: str,
    case: Case,
    vector_server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = vector, case["name"]
    if key in NOT_OURS:
        pytest.skip(NOT_OURS[key])
    root = tmp_path / "tree"
    places = {**vector_server.placeholders, "$DIR": str(root)}
    lay_out(vector, case, root, places)
    monkeypatch.chdir(root)
    environ = environment(case, places)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    expected = case.get("expect") or case["expect_by_version"]["1.37"]
    problems = list(_differences(run(case, environ, places, vector_server), expected, places))
    shown = [_without(problem, places) for problem in problems]
    assert shown == OUTCOMES.get("/".join(key), []), DIFFERENCES.get(key)


def test_every_difference_is_a_case_and_has_an_outcome() -> None:
    known = {(each.values[0], each.values[1]["name"]) for each in _all_cases()}
    assert known >= DIFFERENCES.keys() | NOT_OURS.keys()
    assert {"/".join(key) for key in DIFFERENCES} == OUTCOMES.keys()
    assert all(OUTCOMES.values())


def test_m10_paths_count_from_the_folder_of_the_file_that_owns_the_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the flattened view of vector 20, without its certificate, which is not one."""
    lay_out("20-view", {}, tmp_path / "tree", {})
    monkeypatch.chdir(tmp_path / "tree")
    found = load(kubeconfig_files(None, {"KUBECONFIG": "x/a.yaml:y/b.yaml"})).users["u"]
    user = auth_info("u", found.entry, found.file)
    assert user.client_certificate_data == "crt"
    assert user.client_key_data == "key"
    assert user.token_file == str(tmp_path / "tree/y/tok")


# Comparing


def _without(problem: str, places: Mapping[str, str]) -> str:
    """A problem's text with placeholders for what differs from run to run."""
    for name, value in places.items():
        problem = problem.replace(value, name)
    return problem


def _differences(got: Outcome, expected: Case, places: Mapping[str, str]) -> Iterator[str]:
    if bool(got.refused) != bool(expected["rc"]):
        yield f"refused: {got.refused}" if got.refused else "not refused"
    elif not got.refused:
        if "stdout" in got.facts and got.facts["stdout"] != expected.get("stdout"):
            yield f"answer: {got.facts['stdout']}"
        if "view" in got.facts and not _same_view(got.facts["view"], expected["stdout_json"]):
            yield f"view: {got.facts['view']}"
    yield from _request_differences(got, expected, places)
    yield from _file_differences(got, expected, places)


def _request_differences(got: Outcome, expected: Case, places: Mapping[str, str]) -> Iterator[str]:
    if _requests(got.requests) != _requests(expected.get("requests", [])):
        yield f"requests: {got.requests}"
    if len(got.inputs) != expected.get("plugin_calls", 0):
        yield f"runs of the plugin: {len(got.inputs)}"
    told = json.loads(fill(json.dumps(expected.get("exec_info")), places))
    if told and got.inputs != [told]:
        yield f"the plugin was told: {got.inputs}"


def _file_differences(got: Outcome, expected: Case, places: Mapping[str, str]) -> Iterator[str]:
    wanted = expected.get("files", {})
    if got.files.keys() != wanted.keys():
        yield f"files: {list(got.files)}"
    for name in got.files.keys() & wanted.keys():
        mine, theirs = got.files[name], wanted[name]
        mode = PRIVATE_FOLDER if theirs["kind"] == "dir" else theirs["mode"]
        if (mine["state"], mine["kind"], mine["mode"]) != (theirs["state"], theirs["kind"], mode):
            yield f"{name}: {mine['state']} {mine['kind']} {mine['mode']}"
        elif mine["kind"] == "file" and not _same_text(
            mine["text"], fill("\n".join(theirs["text"]) + "\n", places)
        ):
            yield f"{name}: {mine['text']}"


def _requests(seen: list[dict[str, str]]) -> list[dict[str, str]]:
    """What a server saw; it takes header names in either case."""
    return [{name.lower(): value for name, value in request.items()} for request in seen]


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
    """Whether we see all that kubectl sees; kubectl does not see unknown fields."""
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
