"""Fields that several methods have whose tokens live for a while; each of them is one option."""

from __future__ import annotations

from kubectl_connector.auth.interface import Field, FieldKind
from kubectl_connector.model.field import TOKENS

AUDIENCE = "audience"
CLUSTER_WIDE = "cluster_wide"


def audience_field() -> Field:
    """Whom the tokens are for."""
    return Field(
        AUDIENCE,
        "whom the tokens are for, if not for the cluster; repeatable",
        FieldKind.LIST,
        required=False,
        question="Audience of the tokens (empty: the cluster itself)",
        group=TOKENS,
    )


def cluster_wide_field() -> Field:
    """Whether the account's role counts everywhere."""
    return Field(
        CLUSTER_WIDE,
        "bind it to the role in every namespace",
        FieldKind.FLAG,
        required=False,
        group=TOKENS,
    )
