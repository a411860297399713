"""Ask several clusters at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from kubectl_connector.errors import ConnectorError
from kubectl_connector.frozen import replace
from kubectl_connector.operations.workspace import Workspace

Thing = TypeVar("Thing")
Result = TypeVar("Result")
Counter = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Shows how many of so many are done; what it gives is called for each."""

_AT_ONCE = 8

UNFORESEEN = (ValueError, TypeError, RecursionError)
"""What an odd answer, or a catalog that was edited by hand, may still raise in one thing's part."""


def unforeseen(name: str, error: Exception, command: str) -> ConnectorError:
    """The error that ends the part of one of several, so that the others are still done.

    ``command`` does that part alone. The error's text is left out: a header that is none quotes
    the token.
    """
    return ConnectorError(
        f'"{name}" can\'t be used ({type(error).__name__})', f"kubectl connector {command}"
    )


def at_once(
    workspace: Workspace,
    work: Callable[[Workspace, Thing], Result],
    things: Sequence[Thing],
    counter: Counter | None = None,
) -> list[Result]:
    """What ``work`` makes of each, in their order; it reports an error in its result.

    One thing has the terminal for itself. Of several none may ask: two programs can't ask at one
    terminal. Their progress is one for all, which ``counter`` shows, if there is one.
    """
    if not things:
        return []
    if len(things) == 1:
        return [work(workspace, things[0])]
    from concurrent.futures import ThreadPoolExecutor

    each = replace(workspace, progress=nullcontext, interactive=False)
    spinner = workspace.progress if counter is None else nullcontext
    with (
        spinner(f"asking {len(things)} clusters"),
        (counter or _uncounted)(len(things)) as done,
        ThreadPoolExecutor(max_workers=_AT_ONCE) as pool,
    ):

        def one(thing: Thing) -> Result:
            try:
                return work(each, thing)
            finally:
                done()

        return list(pool.map(one, things))


def _uncounted(_total: int) -> AbstractContextManager[Callable[[], None]]:
    return nullcontext(lambda: None)
