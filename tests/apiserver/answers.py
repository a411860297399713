"""What the server says: JSON, the Status objects of refusals, and things no API server says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.apiserver.kinds import Kind


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    code: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class StatusError(Exception):
    """What was asked is refused with ``answer``."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.message = str(json.loads(answer.body).get("message", ""))
        super().__init__(self.message)


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


def already_exists(kind: Kind, name: str) -> Answer:
    """The answer to the creation of an object that is there."""
    details = {"name": name, **({"group": kind.group} if kind.group else {}), "kind": kind.resource}
    return _status(409, "AlreadyExists", f'{kind.qualified} "{name}" already exists', details)


def conflict(qualified: str, name: str, problem: str) -> Answer:
    """The answer to a change that rests on another version of an object, or on another object."""
    message = f'Operation cannot be fulfilled on {qualified} "{name}": {problem}'
    resource, _, group = qualified.partition(".")
    details = {"name": name, **({"group": group} if group else {}), "kind": resource}
    return _status(409, "Conflict", message, details)


def invalid(
    kind: str,
    group: str,
    name: str,
    where: str,
    problem: str,
    reason: str = "FieldValueInvalid",
) -> Answer:
    """The answer to an object of which the field at ``where`` is not acceptable."""
    qualified = f"{kind}.{group}" if group else kind
    cause = {"reason": reason, "message": problem, "field": where}
    details = {"name": name, "group": group, "kind": kind, "causes": [cause]}
    message = f'{qualified} "{name}" is invalid: {where}: {problem}'
    return _status(422, "Invalid", message, {key: value for key, value in details.items() if value})


def bad_request(message: str) -> Answer:
    """The answer to a request that makes no sense."""
    return _status(400, "BadRequest", message)


def method_not_allowed() -> Answer:
    """The answer to a verb that the resource does not know."""
    message = "the server does not allow this method on the requested resource"
    return _status(405, "MethodNotAllowed", message, {})


def success(details: Mapping[str, Any]) -> Answer:
    """The Status that says that something was done."""
    head = {"kind": "Status", "apiVersion": "v1", "metadata": {}}
    return json_answer(head | {"status": "Success", "details": dict(details)})


def _status(
    code: int, reason: str, message: str, details: Mapping[str, Any] | None = None
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
