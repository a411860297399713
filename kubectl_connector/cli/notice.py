"""Tell whoever types kubectl that a credential ends soon: one line on stderr, once a day for each.

The credential path sees from the catalog that it is time, and leaves that call to the ordinary way.
A file says that it was told today, whether or not the person wants to be told. So only one call of
a day, in the last tenth of a credential's life, is slower. Where there can be no file, nothing is
told: that would be at every call. Only a terminal is told: in the logs of a pipeline the line would
look like output of kubectl, and some programs take what is on stderr for a failure.
"""

from __future__ import annotations

import contextlib
import os

from kubectl_connector import files
from kubectl_connector.cli import console, environment
from kubectl_connector.durations import ago
from kubectl_connector.errors import ConnectorError
from kubectl_connector.model.connector import format_time
from kubectl_connector.operations.renewal import noun
from kubectl_connector.operations.workspace import Workspace
from kubectl_connector.plugin import is_to_be_told, told


def tell_of_end(workspace: Workspace, id_: str) -> None:
    """Tell it where it is time; what fails here is no failure of the credential."""
    now = workspace.now()
    if not is_to_be_told(id_, format_time(now)):
        return
    with contextlib.suppress(OSError, ConnectorError):
        path = told(id_, format_time(now))
        _leave(path)
        connector = next((each for each in workspace.catalog.load() if each.id == id_), None)
        if connector and connector.expires_at and environment.settings().get("warn") == "on":
            console.note(
                f'kubectl-connector: the {noun(connector)} of "{connector.name}" ends'
                f" {ago(connector.expires_at, now)}; renew it:"
                f" kubectl connector renew {connector.name}"
            )
        _sweep(path)


def _leave(path: str) -> None:
    """Leave today's file; OSError where it is there, or can't be."""
    files.make_private_folder(os.path.dirname(path))
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _sweep(path: str) -> None:
    """Remove the files of earlier days than ``path`` is of; what can't be removed stays."""
    folder = os.path.dirname(path)
    today = os.path.basename(path)[: len("2026-01-31")]
    for name in () if os.path.islink(folder) else os.listdir(folder):
        if name[:10] < today:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name))
