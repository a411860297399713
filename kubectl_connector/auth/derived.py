"""Methods whose credentials a cluster gives in exchange for another method's: the base.

The base stays in the store. kubectl and programs get what is made with it, which ends by itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubectl_connector import auth
from kubectl_connector.auth.interface import AuthMethod, IssueRequest, Material
from kubectl_connector.frozen import dataclass, field, replace
from kubectl_connector.model.connector import Connector
from kubectl_connector.model.kubeconfig import ExecConfig, Impersonation
from kubectl_connector.model.secret import Credential, Secret

if TYPE_CHECKING:
    from kubectl_connector.cluster.caller import Caller

__all__ = ["Base", "DerivedMethod", "asking", "base_of", "own_of", "resting_on"]

_BASE = "base"


@dataclass(frozen=True)
class Base:
    """What a derived credential is made with: another method, and the material of that."""

    method: str
    """Its name; empty where there is none yet."""
    material: Material = field(default_factory=Material)
    impersonation: Impersonation = Impersonation()
    """As whom the base acts: that is not asked of what is made with it."""


class DerivedMethod(AuthMethod):
    """One file with a subclass makes a method that goes with every base.

    Its configuration has the texts of its own fields, and the base under ``base``; its secret half
    is the base's. :meth:`build` makes the material of its own fields alone.
    """

    needs_base = True
    keeps_issued = True
    renews_itself = True

    @abstractmethod
    def derive(
        self,
        own: Mapping[str, Any],
        base: Base,
        request: IssueRequest,
    ) -> Credential:
        """A credential made with the base's (:func:`asking`); raises what :meth:`issue` raises."""

    def issue(
        self, configuration: Mapping[str, Any], secret: Secret, request: IssueRequest
    ) -> Credential:
        """What :meth:`derive` makes with the base's credential."""
        base = base_of(configuration, secret)
        return self.derive(own_of(configuration), base, request)

    def ends_at(self, configuration: Mapping[str, Any], secret: Secret) -> datetime | None:
        """When the base ends: from then on there is nothing to make a credential with."""
        base = base_of(configuration, secret)
        return _method(base).ends_at(base.material.configuration, secret)

    def begins_at(self, configuration: Mapping[str, Any], secret: Secret) -> datetime | None:
        """When the base's life began."""
        base = base_of(configuration, secret)
        return _method(base).begins_at(base.material.configuration, secret)

    def runs(self, configuration: Mapping[str, Any]) -> ExecConfig | None:
        """The base's program."""
        base = base_of(configuration)
        return _method(base).runs(base.material.configuration)

    def renewal(self, connector: Connector) -> str:
        """A new base: what this method makes is renewed by itself."""
        return _method(base_of(connector.configuration)).renewal(connector)

    def describe(self, configuration: Mapping[str, Any]) -> Mapping[str, str]:
        """Its own configuration, then the base's."""
        base = base_of(configuration)
        return {
            **{name: str(value) for name, value in configuration.items() if name != _BASE},
            _BASE: base.method,
            **_method(base).describe(base.material.configuration),
        }


@contextmanager
def asking(base: Base, request: IssueRequest) -> Iterator[Caller]:
    """Ask the cluster as the base; raises what :meth:`AuthMethod.issue` raises."""
    from kubectl_connector.cluster.caller import calling

    material = base.material
    request = replace(request, last=None, anew=False)  # those are of what is made with the base
    credential = _method(base).issue(material.configuration, material.secret, request)
    with calling(
        request.cluster, credential, base.impersonation, request.timeout, request.tell
    ) as caller:
        yield caller


def resting_on(base: Base, own: Mapping[str, Any]) -> Material:
    """The material of a derived method, with its ``own`` configuration."""
    kept: dict[str, Any] = {
        "method": base.method,
        "configuration": dict(base.material.configuration),
        "impersonation": base.impersonation.to_entry(),
    }
    return Material(
        {**own, _BASE: {name: value for name, value in kept.items() if value}},
        base.material.secret,
    )


def base_of(configuration: Mapping[str, Any], secret: Secret = Secret()) -> Base:
    """The base in the material of a derived method."""
    kept = configuration[_BASE]
    return Base(
        kept["method"],
        Material(kept.get("configuration", {}), secret),
        Impersonation.from_entry(kept.get("impersonation", {})),
    )


def own_of(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a derived method without its base."""
    return {name: value for name, value in configuration.items() if name != _BASE}


def _method(base: Base) -> AuthMethod:
    return auth.auth_method(base.method)
