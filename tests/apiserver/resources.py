"""The content of the simulated cluster: discovery documents, a few namespaces and pods."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.apiserver.answers import Answer, json_answer, no_such_resource, not_found, text_answer
from tests.apiserver.requests import Request

Document = dict[str, Any]

CREATED = "2026-01-12T08:30:00Z"

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

GROUPS: Mapping[str, Mapping[str, Sequence[Document]]] = {
    "": {
        "v1": [
            {
                "name": "namespaces",
                "singularName": "namespace",
                "namespaced": False,
                "kind": "Namespace",
                "verbs": ["get", "list"],
                "shortNames": ["ns"],
            },
            {
                "name": "pods",
                "singularName": "pod",
                "namespaced": True,
                "kind": "Pod",
                "verbs": ["get", "list"],
                "shortNames": ["po"],
                "categories": ["all"],
            },
        ]
    },
    "authentication.k8s.io": {
        "v1": [
            {
                "name": "selfsubjectreviews",
                "singularName": "selfsubjectreview",
                "namespaced": False,
                "kind": "SelfSubjectReview",
                "verbs": ["create"],
            }
        ]
    },
    "authorization.k8s.io": {
        "v1": [
            {
                "name": f"selfsubject{what}reviews",
                "singularName": f"selfsubject{what}review",
                "namespaced": False,
                "kind": f"SelfSubject{what.title()}Review",
                "verbs": ["create"],
            }
            for what in ("access", "rules")
        ]
    },
}

NAMESPACES = ("default", "kube-public", "kube-system", "shop")
PODS = (("kube-system", "coredns-7db6d8ff4d-5k2lm"), ("shop", "web-0"), ("shop", "web-1"))


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
        return json_answer(_group(parts[1])) if parts[1] in GROUPS else _no_such_path()
    if parts[0] == "apis" and len(parts) == 3:
        return _resource_list(parts[1], parts[2], path, absent)
    return None


def objects(request: Request) -> Answer:
    """The namespaces and pods at the request's path, or 404."""
    parts = request.path.strip("/").split("/")
    if parts[:2] != ["api", "v1"]:
        return no_such_resource() if parts[0] in ("api", "apis") else _no_such_path()
    rest = parts[2:]
    namespace = None
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    kinds: dict[str, tuple[str, list[Document]]] = {
        "namespaces": ("Namespace", [_namespace(name) for name in NAMESPACES]),
        "pods": ("Pod", [_pod(*pod) for pod in PODS if namespace in (None, pod[0])]),
    }
    if rest[0] not in kinds or len(rest) > 2:
        return no_such_resource()
    kind, items = kinds[rest[0]]
    if len(rest) == 1:
        return _rendered(request, kind, items)
    for item in items:
        if item["metadata"]["name"] == rest[1]:
            return _rendered(request, kind, [item], single=True)
    return not_found(f'{rest[0]} "{rest[1]}" not found', {"name": rest[1], "kind": rest[0]})


def _rendered(
    request: Request, kind: str, items: list[Document], *, single: bool = False
) -> Answer:
    """The answer as a Table if the client can print one, else as an object or a list."""
    if request.query.get("watch") in (["true"], ["True"], ["1"]):
        return _watched(items)
    if "as=Table" in request.headers.get("accept", ""):
        return json_answer(_table(kind, items))
    if single:
        return json_answer(items[0])
    return json_answer(
        {"kind": f"{kind}List", "apiVersion": "v1", "metadata": {"resourceVersion": "4711"}}
        | {"items": items}
    )


def _watched(items: list[Document]) -> Answer:
    """The existing objects as events; then the server hangs up, as every watch ends some time."""
    events = ({"type": "ADDED", "object": _with_version(item)} for item in items)
    lines = "".join(json.dumps(event) + "\n" for event in events)
    return Answer(200, lines.encode())


def _with_version(item: Document) -> Document:
    return {**item, "metadata": {**item["metadata"], "resourceVersion": "4711"}}


def _no_such_path() -> Answer:
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
        return _no_such_path()
    return json_answer(
        {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": f"{group}/{version}".lstrip("/"),
            "resources": [one for one in resources if f"{path}/{one['name']}" not in absent],
        }
    )


def _namespace(name: str) -> Document:
    return {
        "kind": "Namespace",
        "apiVersion": "v1",
        "metadata": {"name": name, "uid": f"uid-{name}", "creationTimestamp": CREATED},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def _pod(namespace: str, name: str) -> Document:
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{name}",
            "creationTimestamp": CREATED,
        },
        "spec": {"containers": [{"name": "main", "image": "registry.example/main:1"}]},
        "status": {"phase": "Running"},
    }


def _table(kind: str, items: list[Document]) -> Document:
    columns: dict[str, list[tuple[str, str]]] = {
        "Namespace": [("Name", "name"), ("Status", ""), ("Age", "")],
        "Pod": [("Name", "name"), ("Ready", ""), ("Status", ""), ("Restarts", ""), ("Age", "")],
    }
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": "4711"},
        "columnDefinitions": [
            {"name": name, "type": "string", "format": form, "description": name, "priority": 0}
            for name, form in columns[kind]
        ],
        "rows": [{"cells": _cells(kind, item), "object": _partial(item)} for item in items],
    }


def _cells(kind: str, item: Document) -> list[str]:
    name, phase = item["metadata"]["name"], item["status"]["phase"]
    return [name, phase, "30d"] if kind == "Namespace" else [name, "1/1", phase, "0", "30d"]


def _partial(item: Document) -> Document:
    metadata = item["metadata"]
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
