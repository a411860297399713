"""``version``: which program this is."""

from __future__ import annotations

import json
import platform
from typing import Annotated

import typer

from kubectl_connector import __version__
from kubectl_connector.cli import console
from kubectl_connector.errors import UsageError


def command(
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FORMAT", help="json, or nothing.")
    ] = "",
) -> None:
    """The version of this program.

    Example:
      kubectl connector version -o json

    """
    if output not in ("", "json"):
        raise UsageError(f'no output format "{output}"', "give -o json, or leave it out")
    if output:
        document = {
            "version": __version__,
            "python": platform.python_version(),
            "platform": f"{platform.system().lower()}/{platform.machine().lower()}",
        }
        console.out(json.dumps(document, indent=4) + "\n")
    else:
        console.say(f"kubectl-connector {__version__}")
