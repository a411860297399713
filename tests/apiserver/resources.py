"""What the simulated cluster says of itself: its version, and its discovery documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.apiserver.answers import Answer, json_answer, text_answer
from tests.apiserver.kinds import KINDS

Document = dict[str, Any]

VERSION = {
    "major": "1",
    "minor": "33",
    "emulationMajor": "1",
    "emulationMinor": "33",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "32",
    "gitVersion": "v1.33.2",
    "gitCommit": "a57b6f7709f6c2722b92f07b8b4c48210a51fc40",
    "gitTreeState": "clean",
    "buildDate": "2025-06-17T18:33:27Z",
    "goVersion": "go1.24.4",
    "compiler": "gc",
    "platform": "linux/amd64",
}

_REVIEWS: Mapping[str, Sequence[Document]] = {
    "authentication.k8s.io": [
        {
            "name": "selfsubjectreviews",
            "singularName": "selfsubjectreview",
            "namespaced": False,
            "kind": "SelfSubjectReview",
            "verbs": ["create"],
        }
    ],
    "authorization.k8s.io": [
        {
            "name": f"selfsubject{what}reviews",
            "singularName": f"selfsubject{what}review",
            "namespaced": False,
            "kind": f"SelfSubject{what.title()}Review",
            "verbs": ["create"],
        }
        for what in ("access", "rules")
    ],
}

_KEPT: dict[str, list[Document]] = {}
for _kind in KINDS.values():
    _KEPT.setdefault(_kind.group, []).extend(_kind.discovered())

GROUPS: Mapping[str, Mapping[str, Sequence[Document]]] = {
    group: {"v1": resources} for group, resources in {**_KEPT, **_REVIEWS}.items()
}


def discovery(path: str, url: str, absent: set[str]) -> Answer | None:
    """The discovery document at ``path``, without the resources at the ``absent`` paths."""
    if path == "/api":
        address = url.partition("//")[2]
        return json_answer(
            {
                "kind": "APIVersions",
                "versions": ["v1"],
                "serverAddressByClientCIDRs": [
                    {"clientCIDR": "0.0.0.0/0", "serverAddress": address}
                ],
            }
        )
    if path == "/apis":
        groups = [_group(name) for name in GROUPS if name]
        return json_answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) == 2:
        return _resource_list("", parts[1], path, absent)
    if parts[0] == "apis" and len(parts) == 2:
        return json_answer(_group(parts[1])) if parts[1] in GROUPS else no_such_path()
    if parts[0] == "apis" and len(parts) == 3:
        return _resource_list(parts[1], parts[2], path, absent)
    return None


def no_such_path() -> Answer:
    """The answer where no API is at all."""
    return text_answer("404 page not found\n", 404)


def _group(name: str) -> Document:
    versions = [
        {"groupVersion": f"{name}/{version}", "version": version} for version in GROUPS[name]
    ]
    return {
        "kind": "APIGroup",
        "apiVersion": "v1",
        "name": name,
        "versions": versions,
        "preferredVersion": versions[0],
    }


def _resource_list(group: str, version: str, path: str, absent: set[str]) -> Answer:
    resources = GROUPS.get(group, {}).get(version)
    if resources is None:
        return no_such_path()
    return json_answer(
        {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": f"{group}/{version}".lstrip("/"),
            "resources": [one for one in resources if f"{path}/{one['name']}" not in absent],
        }
    )
