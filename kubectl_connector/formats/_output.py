"""How a result is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubectl_connector.frozen import dataclass

if TYPE_CHECKING:  # most results are wanted without it
    from kubectl_connector.formats._jsonpath import Template


@dataclass(frozen=True)
class Output:
    """What ``-o`` and the options beside it say."""

    format: str = "table"
    argument: Any = None
    """What the format has made of the text after ``=``; None for a format that takes none."""
    headers: bool = True
    """Whether columns have titles."""
    sort_by: Template | None = None
    """What lists are sorted by; None: by name."""

    @property
    def for_people(self) -> bool:
        """Whether it is a table of ours, which may look different some day."""
        return self.format in ("table", "wide")
