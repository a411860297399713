"""``list``: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

from kubectl_connector.cli import console, environment, views
from kubectl_connector.cli.console import counted
from kubectl_connector.errors import ConnectorError
from kubectl_connector.formats import render
from kubectl_connector.operations.overview import overview, parse_labels
from kubectl_connector.operations.workspace import Workspace

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import KubeconfigOption, OutputOption


def command(
    output: OutputOption = "table",
    label: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("-l", "--label", metavar="K[=V]", help="Only those with it. Repeatable."),
    ] = None,
    kubeconfig: KubeconfigOption = None,
) -> None:
    """What you have, when it expires, and the contexts that use it (* is the current one).

    Examples:
      kubectl connector list
      kubectl connector list -l team=payments -o name

    """
    workspace = environment.workspace()
    labels = parse_labels(label or [], bare=True)
    found = overview(workspace, environment.kubeconfigs(kubeconfig), labels)
    report = views.connectors_report(found.listed, workspace.now())
    console.out(render(report, output))
    if found.kubeconfig_error:
        console.note(f"contexts are unknown: {found.kubeconfig_error.message}")
    if not report.rows and output in ("table", "wide"):
        hint = "kubectl connector register NAME --auto-configure"
        console.note("no connector has that label" if labels else f"no connectors yet: {hint}")
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
