"""``credential``: answers kubectl where the credential path (``plugin.py``) can't."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from datetime import timedelta
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.cli import asked, console, environment
from kubectl_connector.cli.notice import tell_of_end
from kubectl_connector.cli.options import NameArgument
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.model.connector import format_time
from kubectl_connector.operations.issue import issue_to_kubectl
from kubectl_connector.ready import API_VERSIONS, OPEN_END, V1, handed_out

_PATIENCE = 600.0
"""Seconds for another plugin that we run; kubectl itself would wait for ever."""


def command(
    name: NameArgument,
    id_: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--id", metavar="ID", help="The connector's id, whatever it is called now."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Print the secret though a person may read it.")
    ] = False,
) -> None:
    """Print a credential for kubectl (an ExecCredential); login --exec makes kubectl run this.

    At a terminal it prints nothing without --force, as that would show the secret.

    Example:
      kubectl connector credential prod | jq -r .status.token
    """
    if console.stdout_is_terminal() and not force:
        raise UsageError(
            "this would show a secret on your terminal",
            f"kubectl connector credential {name} --force, or describe {name} --show-secrets",
        )
    wanted = _read_info(os.environ.get("KUBERNETES_EXEC_INFO"))
    someone = wanted.interactive and console.at_terminal()
    asking = asked.unless_it_failed() if someone and wanted.by_kubectl else nullcontext(someone)
    with asking as may_ask:
        unasked = asked.not_again if someone else None
        workspace = environment.workspace(_PATIENCE, interactive=may_ask, unasked=unasked)
        credential = issue_to_kubectl(workspace, name, id_)
    if id_:
        tell_of_end(workspace, id_)
    later = workspace.now() + timedelta(seconds=OPEN_END)
    document = {
        "apiVersion": wanted.api_version,
        "kind": "ExecCredential",
        "status": handed_out(credential.to_status(), format_time(later)),
    }
    console.out(json.dumps(document) + "\n")


@dataclass(frozen=True)
class _Info:
    """What kubectl wants (semantics X3)."""

    api_version: str = V1
    interactive: bool = True
    by_kubectl: bool = False


def _read_info(text: str | None) -> _Info:
    """Read what kubectl wants. Where a person runs the command: version v1, questions allowed."""
    if not text:
        return _Info()
    try:
        info: Any = json.loads(text)
        version, interactive = info["apiVersion"], (info.get("spec") or {}).get("interactive")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            "KUBERNETES_EXEC_INFO is not what kubectl puts there", "let kubectl run this command"
        ) from error
    if version not in API_VERSIONS:
        raise UsageError(
            f"kubectl asks for a credential in {version}, which is not known",
            f"log in again, so that the kubeconfig says {V1}",
        )
    return _Info(version, bool(interactive), by_kubectl=True)
