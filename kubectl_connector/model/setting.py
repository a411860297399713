"""A setting: what a user can configure in a secret store."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Setting(NamedTuple):
    """A setting's default, and what it can be."""

    default: str
    check: Callable[[str], object] = str
    """Raises UsageError for a value that it can't have."""
