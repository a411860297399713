"""``verify``: ask clusters whether connectors work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kubectl_connector.catalog import find
from kubectl_connector.cli import choice, console, environment, views
from kubectl_connector.formats import Output, render, wanted
from kubectl_connector.operations.verify import Verified, verify
from kubectl_connector.terminal_text import State, joined, mark

if TYPE_CHECKING:  # app.py looks these up where typer is needed
    import typer

    from kubectl_connector.cli.options import (
        NamesArgument,
        NoHeadersOption,
        OutputOption,
        SelectorOption,
        SortByOption,
        TimeoutOption,
    )


def command(
    names: NamesArgument = None,
    selector: SelectorOption = None,
    every: Annotated[bool, typer.Option("--all", help="Verify every connector.")] = False,
    output: OutputOption = "table",
    sort_by: SortByOption = None,
    no_headers: NoHeadersOption = False,
    timeout: TimeoutOption = environment.DEFAULT_TIMEOUT,
) -> int:
    """Ask a cluster whether a connector works: is it there, is it trusted, and who are you to it?

    Several clusters are asked at once. The exit code is 0 where everything works, else that of the
    first failure. Without a name you pick one at a terminal.

    Examples:
      kubectl connector verify prod
      kubectl connector verify 'prod-*' lab
      kubectl connector verify --all --timeout 3

    """
    how = wanted(output, no_headers, sort_by)
    workspace = environment.workspace(timeout)
    said = choice.choice_of(names, selector, every)
    names = choice.chosen("verify", workspace, environment.kubeconfigs(), said)
    connectors = workspace.catalog.load()
    if not names and how.for_people:
        console.note(choice.NONE_YET)
        return 0
    outcomes = verify(workspace, [find(connectors, name) for name in names])
    if not said.several and how == Output():
        _show_one(outcomes[0])
        return 0
    console.out(render(views.verified_report(outcomes), how))
    failed = [outcome.error for outcome in outcomes if outcome.error]
    return failed[0].exit_code if failed else 0


def _show_one(outcome: Verified) -> None:
    if outcome.error or not outcome.probe:
        assert outcome.error  # noqa: S101 (one of the two is there)
        raise outcome.error
    works = mark("works", State.FINE)
    answers = views.answers(outcome.probe)
    console.say(joined([f'"{outcome.connector.name}" ', works, f": {answers}"]))
