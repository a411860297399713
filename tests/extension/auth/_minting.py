"""What the two methods here share: a key that mints tokens for an hour, for a purpose."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind, IssueRequest, Material
from kubectl_connector.model.secret import Credential, Secret


class Minting(AuthMethod):
    """A method whose secret is not what is handed to kubectl."""

    keeps_issued = True
    fields = (
        # Named as the field that holds the credential itself where the method is "token".
        Field("token", "bearer token", FieldKind.SECRET, secret=True),
        Field("purpose", "purpose of the tokens", choices=("the-lab", "the-shop")),
    )

    def build(self, values: Mapping[str, str]) -> Material:
        return Material({"purpose": values["purpose"]}, Secret({"token": values["token"]}))

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        with open(os.environ["MINTED_LOG"], "a", encoding="utf-8") as log:
            log.write("minted\n")
        now = datetime.now(timezone.utc).replace(microsecond=0)
        token = mint(secret["token"], configuration["purpose"])
        return Credential(token=token, expires_at=now + timedelta(hours=1))


def mint(key: str, purpose: str) -> str:
    """The token that a key gives for a purpose."""
    return hashlib.sha256(f"{key} {purpose}".encode()).hexdigest()
