"""A service account's name."""

from __future__ import annotations

import re

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import dataclass
from kubectl_connector.model.connector import check_namespace

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True)
class ServiceAccount:
    """A service account, by namespace and name."""

    namespace: str
    name: str

    @classmethod
    def parse(cls, text: str) -> ServiceAccount:
        """Read ``NAMESPACE/NAME``, as on the command line, or a cluster's name for such a user.

        UsageError where it is neither.
        """
        namespace, slash, name = text.removeprefix(_PREFIX).replace(":", "/", 1).partition("/")
        if not slash or not _NAME.fullmatch(name):
            raise UsageError(
                f'"{text[:80]}" does not name a service account',
                "write namespace and name: --service-account NAMESPACE/NAME",
            )
        return cls(check_namespace(namespace), name)

    @property
    def username(self) -> str:
        """Who the cluster takes it for."""
        return f"{_PREFIX}{self.namespace}:{self.name}"

    @property
    def path(self) -> str:
        """Its path in the API; names of Kubernetes need no quoting."""
        return f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{self.name}"

    def __str__(self) -> str:
        """As on the command line."""
        return f"{self.namespace}/{self.name}"


_PREFIX = "system:serviceaccount:"
