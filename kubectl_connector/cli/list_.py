"""``list``: what there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Optional

from kubectl_connector.cli import console, environment, views
from kubectl_connector.cli.choice import NONE_YET, selector_of
from kubectl_connector.cli.console import counted
from kubectl_connector.durations import span_given
from kubectl_connector.errors import ConnectorError, UsageError
from kubectl_connector.formats import render, wanted
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.overview import Listed, overview
from kubectl_connector.operations.workspace import Workspace

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        ExpiringOption,
        KubeconfigOption,
        NoHeadersOption,
        OutputOption,
        SelectorOption,
        SortByOption,
        SortOption,
    )


def command(
    output: OutputOption = "table",
    selector: SelectorOption = None,
    label: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--label", hidden=True),  # as release 0.1 called it
    ] = None,
    expiring: ExpiringOption = None,
    sort: SortOption = None,
    sort_by: SortByOption = None,
    no_headers: NoHeadersOption = False,
    kubeconfig: KubeconfigOption = None,
) -> None:
    """What you have, when it expires, and the contexts that use it (* is the current one).

    Examples:
      kubectl connector list
      kubectl connector list -l team=payments -o name
      kubectl connector list --expiring 7d --sort expires
      kubectl connector list --sort-by .expiresAt -o custom-columns=NAME:.name,ENDS:.expiresAt

    """
    how = wanted(output, no_headers, sort_by)
    within = None if expiring is None else span_given("--expiring", expiring)
    key = _order(sort, sort_by)
    workspace = environment.workspace()
    only = selector_of([*(selector or []), *(label or [])])
    found = overview(workspace, environment.kubeconfigs(kubeconfig), only)
    now = workspace.now()
    listed: Sequence[Listed] = found.listed
    if within is not None:
        listed = [each for each in listed if each.connector.ends_within(within, now)]
    report = views.connectors_report(sorted(listed, key=key), now)
    console.out(render(report, how))
    if found.kubeconfig_error:
        console.note(f"contexts are unknown: {found.kubeconfig_error.message}")
    if found.missing:
        named = ", ".join(map(display_path, found.missing))
        console.note(f"no kubeconfig yet: {named} (from KUBECONFIG)")
    if not report.rows and how.for_people:
        console.note(_nothing(only.text if only else None, expiring if found.listed else None))
    _tell_of_orphans(workspace)


def _nothing(selector: str | None, expiring: str | None) -> str:
    """What is said in place of a table without rows."""
    if expiring is not None:
        return f"no credential has ended, or ends within {expiring}"
    return f"no connector matches -l {selector}" if selector else NONE_YET


_ORDERS: dict[str, Callable[[Listed], Any]] = {
    "name": lambda listed: listed.connector.name,
    # Who acts on it reads from the top; an end that nobody knows comes last.
    "expires": lambda listed: (
        listed.connector.expires_at is None,
        listed.connector.expires_at or listed.connector.created_at,
    ),
    "created": lambda listed: listed.connector.created_at,
}


def _order(sort: str | None, sort_by: str | None) -> Callable[[Listed], Any]:
    """What ``--sort`` sorts by; UsageError."""
    if sort and sort_by:
        raise UsageError("--sort and --sort-by exclude each other", "leave one of them out")
    if sort is not None and sort not in _ORDERS:
        raise UsageError(f'--sort "{sort}" is no order', f"give one of: {', '.join(_ORDERS)}")
    return _ORDERS[sort or "name"]


def _tell_of_orphans(workspace: Workspace) -> None:
    """Say, with -v, how many secrets no connector refers to."""
    if not console.is_verbose():
        return
    from kubectl_connector.operations.items import orphans

    try:
        count = len(orphans(workspace))
    except ConnectorError as error:
        console.note(f"secrets that no connector refers to are unknown: {error.message}")
        return
    if count:
        what = counted(count, "secret")
        console.note(f"{what} that no connector refers to: kubectl connector prune")
