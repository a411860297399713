"""``verify``: ask clusters whether connectors work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

from kubectl_connector.catalog import find
from kubectl_connector.cli import console, environment, views
from kubectl_connector.errors import UsageError
from kubectl_connector.formats import render
from kubectl_connector.operations.verify import Verified, verify

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import OutputOption, TimeoutOption


def command(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[NAME]", help="The connector's name."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Verify every connector.")] = False,
    output: OutputOption = "table",
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
) -> int:
    """Ask a cluster whether a connector works: is it there, is it trusted, and who are you to it?

    The exit code is 0 where everything works; with --all, that of the first failure.

    Examples:
      kubectl connector verify prod
      kubectl connector verify --all --timeout 3

    """
    if (name is None) == (not every):
        raise UsageError("which connector? Give its name, or --all", "kubectl connector list")
    workspace = environment.workspace(timeout)
    connectors = workspace.catalog.load()
    chosen = [find(connectors, name)] if name else list(connectors)
    outcomes = verify(workspace, chosen)
    if name and output == "table":
        _show_one(outcomes[0])
        return 0
    console.out(render(views.verified_report(outcomes), output))
    failed = [outcome.error for outcome in outcomes if outcome.error]
    return failed[0].exit_code if failed else 0


def _show_one(outcome: Verified) -> None:
    if outcome.error or not outcome.probe:
        assert outcome.error  # noqa: S101 (one of the two is there)
        raise outcome.error
    console.say(f'"{outcome.connector.name}" works: {views.answers(outcome.probe)}')
