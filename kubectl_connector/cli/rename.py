"""``rename``: give a connector another name."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_connector.cli import console, environment
from kubectl_connector.operations.rename import rename


def command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name that it has.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name that it gets.")],
) -> None:
    """Give a connector another name. Its id, its secret and its contexts stay.

    Example:
      kubectl connector rename prod prod-eu

    """
    rename(environment.workspace(), old, new)
    if old == new:
        console.say(f'Connector "{old}" unchanged')
        return
    console.say(f'Renamed connector "{old}" to "{new}"')
