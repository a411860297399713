"""What the wheel installs as our programs: scripts of our own on Linux, entry points elsewhere.

An old pip (23.2.1) begins the script that it makes of an entry point with ``import re``. That takes
half as long as Python's own start, and kubectl runs ``credential`` at every call. Into a script of
ours (packaging/scripts) an installer only puts the path of its Python, in the first line. That does
not work everywhere: Windows needs an .exe, which installers make of entry points; and where the
path has a blank in it or is very long, pip writes a first line that no system can run.

KUBECTL_CONNECTOR_WHEEL says which wheel is built: ``any`` has entry points; ``linux`` has the
scripts and is tagged for Linux. Without it, as in ``pip install .``, this environment decides.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LINUX = "py3-none-" + ".".join(
    f"{libc}_{machine}"
    for machine in ("x86_64", "aarch64")
    for libc in ("manylinux_2_17", "musllinux_1_1")
)
LONGEST = 120
"""Characters of a path in a script's first line; Linux before 5.1 takes 127, ``#!`` included."""


class Programs(BuildHookInterface[Any]):
    """Chooses between entry points and scripts."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the scripts in the place of the entry points, where they can be."""
        wanted = os.environ.get("KUBECTL_CONNECTOR_WHEEL")
        if wanted == "any" or not (wanted or _runs_scripts()):
            return
        here = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = LINUX if wanted else f"py3-none-{here}"
        scripts = Path(self.root, "packaging", "scripts")
        for name in self.metadata.core.scripts:
            build_data["shared_scripts"][str(scripts / name)] = name
        self.metadata.core.scripts.clear()


def _runs_scripts() -> bool:
    """Whether the system runs a script whose first line names this Python."""
    unfit = " " in sys.executable or len(sys.executable) > LONGEST
    return sys.platform == "linux" and not unfit
