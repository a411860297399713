"""What the server says: JSON, the Status objects of refusals, and things no API server says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    code: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(document: Mapping[str, Any], code: int = 200) -> Answer:
    """A JSON document."""
    return Answer(code, json.dumps(document, separators=(",", ":")).encode() + b"\n")


def indented_answer(document: Mapping[str, Any]) -> Answer:
    """A JSON document indented for people, like that of /version."""
    return Answer(200, json.dumps(document, indent=2).encode())


def text_answer(text: str, code: int = 200) -> Answer:
    """Plain text."""
    return Answer(code, text.encode(), "text/plain; charset=utf-8")


def redirect_to(url: str, code: int = 302) -> Answer:
    """A redirect, such as one to a login page in front of a cluster."""
    return Answer(code, b"", "text/html", {"Location": url})


def unauthorized() -> Answer:
    """The answer to a credential that was refused, or missing where one is needed."""
    return _status(401, "Unauthorized", "Unauthorized")


def not_found(message: str, details: Mapping[str, str] | None = None) -> Answer:
    """The answer where there is no such object or resource."""
    return _status(404, "NotFound", message, details)


def no_such_resource() -> Answer:
    """The answer of an API group that lacks the resource (in an older Kubernetes)."""
    return not_found("the server could not find the requested resource")


def forbidden(message: str, details: Mapping[str, str] | None = None) -> Answer:
    """The answer to a user who may not do this."""
    return _status(403, "Forbidden", message, details)


def _status(
    code: int, reason: str, message: str, details: Mapping[str, str] | None = None
) -> Answer:
    document: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }
    if details is not None:
        document["details"] = dict(details)
    return json_answer(document, code)


PROXY_LOGIN_PAGE = Answer(
    200,
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>\n",
    "text/html; charset=utf-8",
)
"""The answer that a captive portal gives to every request."""

BAD_GATEWAY = Answer(
    502,
    b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n",
    "text/html",
)
"""The answer of a proxy when the API server behind it is gone."""
