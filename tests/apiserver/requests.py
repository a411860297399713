"""A client's request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509

from tests.apiserver import protobuf


@dataclass(frozen=True)
class Request:
    """One request as the server read it; its repr leaves out the credential."""

    method: str
    target: str
    headers: Mapping[str, str]
    """The headers by lower-case name; of Authorization only the scheme (``Bearer``, ``Basic``)."""
    user: str | None = None
    """The authenticated user, before impersonation; None if the credential was refused."""
    authorization: str = field(default="", repr=False)
    certificate: x509.Certificate | None = field(default=None, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        """The target without its query and without a trailing slash."""
        return urlsplit(self.target).path.rstrip("/") or "/"

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's values by name."""
        return parse_qs(urlsplit(self.target).query)

    def json(self) -> dict[str, Any]:
        """The body, which may be JSON or protobuf; empty where it is no object that we know."""
        if self.body.startswith(protobuf.MAGIC):
            return protobuf.decode(self.body)
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}
