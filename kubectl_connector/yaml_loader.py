"""PyYAML's loaders, with a limit on nesting.

PyYAML builds nested values by recursion in C, and libyaml has a limit of its own only since 0.2.6:
with an older one, a file of 100,000 brackets would end the process.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would be imported at every press of a key
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 100
"""Levels of nesting; a file that we read has fewer than ten."""


def loader(kind: str) -> Any:
    """The loader class of a kind ("Safe", "Base"), on libyaml where PyYAML has it."""
    import yaml

    base: Any = getattr(yaml, f"C{kind}Loader", None) or getattr(yaml, f"{kind}Loader")

    class Bounded(base):  # type: ignore[misc]
        depth = 0

        def descend_resolver(self, parent: Any, index: Any) -> None:
            """PyYAML calls this before it reads a value, at every level."""
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise yaml.composer.ComposerError(
                    None, None, "exceeded maximum nesting depth", parent.start_mark
                )
            super().descend_resolver(parent, index)

        def ascend_resolver(self) -> None:
            """PyYAML calls this after it has read a value."""
            self.depth -= 1
            super().ascend_resolver()

    return Bounded
