"""Details for whoever wants them, through ``logging``; never a secret.

Importing ``logging`` takes a twentieth of ``list``. Where nobody has imported it, nobody listens.
"""

from __future__ import annotations

import sys

NAME = "kubectl_connector"
"""The logger's name."""


def info(message: str, *values: object) -> None:
    """Log a detail; ``values`` go into the message's ``%s``."""
    logging = sys.modules.get("logging")
    if logging:
        logging.getLogger(NAME).info(message, *values, stacklevel=2)
