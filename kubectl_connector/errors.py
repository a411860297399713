"""The errors that users see: what is wrong, what to type next, and the exit code.

Lower layers raise these ``from`` the library's own error; only ``cli/`` prints them, in two lines.
Messages never hold a secret, because people show them, log them and paste them into issues.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """A failure: ``message`` says what is wrong, and ``hint``, always given, what to type next.

    ``exit_code`` is the process's exit status when the error reaches the command line: 1 it
    failed, 2 wrong usage, 3 not found, 4 refused by the cluster, 5 cluster unreachable or
    untrusted, 6 secret store locked or unavailable, 7 kubeconfig could not be read, locked or
    written.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ConnectorError):
    """The request itself is wrong: a missing, unknown or contradictory input."""

    exit_code = 2


class NotFoundError(ConnectorError):
    """No connector, context or secret of that name."""

    exit_code = 3


class RefusedError(ConnectorError):
    """The cluster answered 401 or 403, or the credential is known to have expired."""

    exit_code = 4


class UnauthorizedError(RefusedError):
    """The cluster answered 401 to the credential that another one is made with."""


class ClusterError(ConnectorError):
    """The cluster can't be reached, or its certificate is not trusted."""

    exit_code = 5


class StoreError(ConnectorError):
    """The secret store is locked, missing, failing, or too slow to answer."""

    exit_code = 6


class KubeconfigError(ConnectorError):
    """A kubeconfig could not be read, understood, locked or written."""

    exit_code = 7


class CatalogError(ConnectorError):
    """A file of ours (connectors, settings) could not be read, understood, locked or written."""
