"""What there is behind the sockets."""

from __future__ import annotations

from dataclasses import dataclass

from tests.apiserver.access import Rules
from tests.apiserver.certificates import Authority
from tests.apiserver.objects import Objects


@dataclass(frozen=True)
class Cluster:
    """A cluster: who may do what, what is there, where it is, and who signs for it."""

    rules: Rules
    objects: Objects
    url: str
    authority: Authority
