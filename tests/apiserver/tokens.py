"""Tokens that look like those of Kubernetes. Their signatures mean nothing."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

ISSUER = "https://kubernetes.default.svc"
"""Who issues the tokens, and for whom where nobody says for whom."""


def jwt(claims: Mapping[str, Any]) -> str:
    """A new token with these claims."""
    header = {"alg": "RS256", "kid": "loopback"}
    parts = [_base64url(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join([*parts, _base64url(secrets.token_bytes(32))])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
