"""``list``: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

from kubectl_connector.cli import console, environment, views
from kubectl_connector.cli.choice import NONE_YET, selector_of
from kubectl_connector.cli.console import counted
from kubectl_connector.errors import ConnectorError
from kubectl_connector.formats import render, wanted
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.operations.overview import overview
from kubectl_connector.operations.workspace import Workspace

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        KubeconfigOption,
        NoHeadersOption,
        OutputOption,
        SelectorOption,
        SortByOption,
    )


def command(
    output: OutputOption = "table",
    selector: SelectorOption = None,
    label: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--label", hidden=True),  # as release 0.1 called it
    ] = None,
    sort_by: SortByOption = None,
    no_headers: NoHeadersOption = False,
    kubeconfig: KubeconfigOption = None,
) -> None:
    """What you have, when it expires, and the contexts that use it (* is the current one).

    Examples:
      kubectl connector list
      kubectl connector list -l team=payments -o name
      kubectl connector list --sort-by .expiresAt -o custom-columns=NAME:.name,ENDS:.expiresAt

    """
    how = wanted(output, no_headers, sort_by)
    workspace = environment.workspace()
    only = selector_of([*(selector or []), *(label or [])])
    found = overview(workspace, environment.kubeconfigs(kubeconfig), only)
    report = views.connectors_report(found.listed, workspace.now())
    console.out(render(report, how))
    if found.kubeconfig_error:
        console.note(f"contexts are unknown: {found.kubeconfig_error.message}")
    if found.missing:
        named = ", ".join(map(display_path, found.missing))
        console.note(f"no kubeconfig yet: {named} (from KUBECONFIG)")
    if not report.rows and how.for_people:
        console.note(f"no connector matches -l {only.text}" if only else NONE_YET)
    _tell_of_orphans(workspace)


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
