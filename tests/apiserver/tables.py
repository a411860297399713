"""Lists as the Tables that ``kubectl get`` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.apiserver.kinds import Kind
from tests.apiserver.objects import CREATED, Document

Column = tuple[str, Callable[[Document], str]]
"""A column's title, and an object's cell in it."""


def _role(binding: Document) -> str:
    return f"{binding['roleRef']['kind']}/{binding['roleRef']['name']}"


_COLUMNS: Mapping[str, Sequence[Column]] = {
    "Namespace": [("Status", lambda one: str(one.get("status", {}).get("phase", "Active")))],
    "Pod": [
        ("Ready", lambda _: "1/1"),
        ("Status", lambda one: str(one["status"]["phase"])),
        ("Restarts", lambda _: "0"),
    ],
    "Secret": [
        ("Type", lambda one: str(one["type"])),
        ("Data", lambda one: str(len(one.get("data", {})))),
    ],
    "RoleBinding": [("Role", _role)],
    "ClusterRoleBinding": [("Role", _role)],
}
"""The columns between the name and the age."""


def table(kind: Kind, items: Sequence[Document], now: datetime, version: str) -> Document:
    """The Table of these objects."""
    columns = _COLUMNS.get(kind.kind, ())
    titles = [("Name", "name"), *((title, "") for title, _ in columns), ("Age", "")]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version},
        "columnDefinitions": [
            {"name": title, "type": "string", "format": form, "description": title, "priority": 0}
            for title, form in titles
        ],
        "rows": [
            {
                "cells": [
                    one["metadata"]["name"],
                    *(cell(one) for _, cell in columns),
                    _age(one, now),
                ],
                "object": _partial(one),
            }
            for one in items
        ],
    }


def _age(item: Document, now: datetime) -> str:
    created = item["metadata"]["creationTimestamp"]
    if created == CREATED:
        return "30d"  # whenever the tests run
    moment = datetime.fromisoformat(created.replace("Z", "+00:00"))
    return f"{int((now - moment).total_seconds())}s"


def _partial(item: Document) -> dict[str, Any]:
    metadata = item["metadata"]
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
