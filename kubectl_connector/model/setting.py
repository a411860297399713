"""A setting: what a user can have otherwise by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Setting(NamedTuple):
    """A setting's default, what it is for, and what it can be."""

    default: str
    meaning: str
    """A line for ``config set --help``."""
    check: Callable[[str], object] = str
    """Raises UsageError for a value that it can't have."""
    apply: Callable[[str], object] = str
    """Called with the folder of our files whenever a user has said what the value is from now on;
    may raise ConnectorError."""
