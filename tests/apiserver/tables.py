"""Lists as the Tables that ``kubectl get`` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.apiserver.kinds import Kind
from tests.apiserver.objects import CREATED, Document

Column = tuple[str, Callable[[Document, datetime], str]]
"""A column's title, and an object's cell in it at a moment."""


def _age(item: Document, now: datetime) -> str:
    created = item["metadata"]["creationTimestamp"]
    if created == CREATED:
        return "30d"  # whenever the tests run
    moment = datetime.fromisoformat(created.replace("Z", "+00:00"))
    return f"{int((now - moment).total_seconds())}s"


def _role(binding: Document, _now: datetime) -> str:
    return f"{binding['roleRef']['kind']}/{binding['roleRef']['name']}"


def _duration(request: Document, _now: datetime) -> str:
    seconds = request["spec"].get("expirationSeconds")
    return f"{seconds}s" if seconds else "<none>"


def _condition(request: Document, _now: datetime) -> str:
    """Pending, Denied, Approved, ``Approved,Issued`` …"""
    status = request["status"]
    kinds = [one["type"] for one in status.get("conditions", [])]
    return ",".join([*(kinds or ["Pending"]), *(["Issued"] if status.get("certificate") else [])])


_AGE: Column = ("Age", _age)
_COLUMNS: Mapping[str, Sequence[Column]] = {
    "Namespace": [("Status", lambda one, _: str(one.get("status", {}).get("phase"))), _AGE],
    "Pod": [
        ("Ready", lambda *_: "1/1"),
        ("Status", lambda one, _: str(one["status"]["phase"])),
        ("Restarts", lambda *_: "0"),
        _AGE,
    ],
    "Secret": [
        ("Type", lambda one, _: str(one["type"])),
        ("Data", lambda one, _: str(len(one.get("data", {})))),
        _AGE,
    ],
    "RoleBinding": [("Role", _role), _AGE],
    "ClusterRoleBinding": [("Role", _role), _AGE],
    "CertificateSigningRequest": [
        _AGE,
        ("SignerName", lambda one, _: str(one["spec"]["signerName"])),
        ("Requestor", lambda one, _: str(one["spec"]["username"])),
        ("RequestedDuration", _duration),
        ("Condition", _condition),
    ],
}
"""The columns beside the name."""


def table(kind: Kind, items: Sequence[Document], now: datetime, version: str) -> Document:
    """The Table of these objects."""
    columns = _COLUMNS.get(kind.kind, (_AGE,))
    titles = [("Name", "name"), *((title, "") for title, _ in columns)]
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
                "cells": [one["metadata"]["name"], *(cell(one, now) for _, cell in columns)],
                "object": _partial(one),
            }
            for one in items
        ],
    }


def _partial(item: Document) -> dict[str, Any]:
    metadata = item["metadata"]
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
