"""What the programs that we run get of our environment: all but our passphrases."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing typing for it would cost time
if TYPE_CHECKING:
    from collections.abc import Mapping

_PASSPHRASE = "KUBECTL_CONNECTOR_PASSPHRASE"  # noqa: S105 (its name)
_PREFIX, _SUFFIX = "KUBECTL_CONNECTOR_", "PASSPHRASE"


def child_environment(program: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program, given by its path: without the variables of passphrases.

    Where the program is this one again, it needs the file store's.
    """
    ours = os.path.basename(program).removesuffix(".exe") == "kubectl-connector"
    return {
        name: value
        for name, value in environ.items()
        if not (name.startswith(_PREFIX) and name.endswith(_SUFFIX))
        or (ours and name == _PASSPHRASE)
    }
