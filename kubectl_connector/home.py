"""Where our files are. This is a module of its own because completion needs nothing else."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing for it would cost time at every press of a key
if TYPE_CHECKING:
    from collections.abc import Mapping

HOME_VARIABLE = "KUBECTL_CONNECTOR_HOME"


def home_folder(environ: Mapping[str, str]) -> str:
    """The folder of our files: ``KUBECTL_CONNECTOR_HOME``, else the platform's own place."""
    if environ.get(HOME_VARIABLE):
        return os.path.abspath(environ[HOME_VARIABLE])
    if sys.platform == "linux":  # this takes a tenth of the time that importing platformdirs takes
        return os.path.join(_xdg_config_home(environ), "kubectl-connector")
    import platformdirs

    return platformdirs.user_config_dir("kubectl-connector", appauthor=False, roaming=False)


def _xdg_config_home(environ: Mapping[str, str]) -> str:
    """The folder that the XDG Base Directory Specification gives; UsageError without a home."""
    chosen = environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(chosen):  # the specification says to ignore a relative one
        return chosen
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        from kubectl_connector.errors import UsageError

        raise UsageError(
            "there is no home folder to keep connectors in", f"set HOME, or {HOME_VARIABLE}"
        )
    return os.path.join(home, ".config")
