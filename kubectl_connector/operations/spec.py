"""What a person says of a connector, and how it changes what the connector is like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_connector import suggest
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import MISSING, dataclass, field
from kubectl_connector.model.connector import AnySpec, Spec, SpecField, check_name, spec_fields
from kubectl_connector.model.field import UNSET, FieldKind, Reach
from kubectl_connector.model.kubeconfig import Cluster
from kubectl_connector.secret_looking import is_surely_secret
from kubectl_connector.stores import check_store_name
from kubectl_connector.urls import (
    PROXY_SCHEMES,
    has_bad_port,
    has_password,
    split_url,
    without_password,
)


@dataclass(frozen=True)
class Changes:
    """What a person said. What is not in here stays as it is."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """Values by the name of the field (``spec_fields``); UNSET takes the value away."""
    credential: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values of the authentication method's own fields, by name; they may be secret."""

    def __post_init__(self) -> None:
        """Raise UsageError for a field that there isn't."""
        known = spec_fields()
        for name in self.fields:
            if name not in known:
                listing = f"fields: {', '.join(known)}"
                raise UsageError(f'no field "{name}"', suggest.did_you_mean(name, known, listing))

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return bool(self.fields or self.credential)

    def get(self, name: str) -> Any:
        """What was said of a field; None where nothing was, or where it is to be taken away."""
        value = self.fields.get(name)
        return None if value is UNSET else value

    def and_then(self, more: Changes) -> Changes:
        """These changes and more; what was said later counts."""
        return Changes({**self.fields, **more.fields}, {**self.credential, **more.credential})

    @property
    def reach(self) -> Reach:
        """How far they reach."""
        if self.credential:
            return Reach.CLUSTER
        known = spec_fields()
        return max((known[name].field.reach for name in self.fields), default=Reach.CATALOG)


NOTHING = Changes()


def check_new_name(name: str) -> str:
    """``name`` if a connector may get it; UsageError.

    A token is none: it would be kept in the open. (A connector that has such a name keeps it.)
    """
    if is_surely_secret(name):
        raise UsageError(
            "what is given as the connector's name looks like a token, and names are no secret",
            "give a name such as prod, and the token with --token-stdin or --token-file FILE",
        )
    return check_name(name)


def apply(spec: AnySpec, fields: Mapping[str, Any]) -> AnySpec:
    """The spec with the fields' values in it. UsageError where they make no sense."""
    known = spec_fields()
    for name, value in _consistent(fields).items():
        one = known[name]
        if value is UNSET:
            spec = one.put(spec, _default(one))
        elif one.field.kind is FieldKind.PAIRS:
            pairs = {**one.of(spec), **value}
            spec = one.put(spec, {key: text for key, text in pairs.items() if text is not UNSET})
        else:
            spec = one.put(spec, one.field.check(value))
    return spec


def _default(one: SpecField) -> Any:
    if one.default is MISSING:
        words = one.field.name.replace("_", " ")
        raise UsageError(f"the {words} can't be empty", f"leave {one.field.option} out")
    return one.default


def _consistent(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields with what follows from them. UsageError where one can't be said this way.

    A certificate authority and ``insecure_skip_tls_verify`` exclude each other: whichever is said
    ends the other.
    """
    if fields.get("store") not in (None, UNSET):
        check_store_name(fields["store"])
    proxy = fields.get("proxy_url")
    if proxy not in (None, UNSET) and has_password(proxy):
        raise UsageError(
            "a password in --proxy-url can be seen by every process on this machine",
            "register from a kubeconfig whose proxy-url holds it: --auto-configure",
        )
    authority, insecure = (
        fields.get(name) for name in ("certificate_authority", "insecure_skip_tls_verify")
    )
    if authority not in (None, UNSET) and insecure is None:
        return {**fields, "insecure_skip_tls_verify": False}
    if insecure and authority is None:
        return {**fields, "certificate_authority": UNSET}
    return fields


def check_cluster(cluster: Cluster) -> Cluster:
    """``cluster`` if kubectl would send credentials there; UsageError."""
    _check_server(cluster.server)
    _check_way(cluster)
    return cluster


def check_so_far(fields: Mapping[str, Any]) -> None:
    """UsageError where the fields make no sense, whatever a new connector's other fields are."""
    unknown = Spec(cluster=Cluster(""), cluster_name="", store="", auth_method="")
    cluster = apply(unknown, fields).cluster
    if cluster.server:
        _check_server(cluster.server)
    _check_way(cluster)


def _check_server(server: str) -> None:
    _check_port("server", server)
    parts = split_url(server)
    if not parts or parts.scheme != "https" or not parts.hostname:
        raise UsageError(
            f'the server "{without_password(server)}" is not an https:// address:'
            " kubectl sends no credentials anywhere else",
            f"give --server {_likely(server)}",
        )
    if parts.username is not None:
        raise UsageError(
            "the server's address holds a username or password", "give them to --username instead"
        )


def _check_way(cluster: Cluster) -> None:
    """UsageError for a way to the server that can't be gone or trusted."""
    if cluster.insecure_skip_tls_verify and cluster.certificate_authority_data:
        raise UsageError(
            "--insecure-skip-tls-verify and a certificate authority exclude each other",
            "leave one of them out; the certificate authority is the safe one",
        )
    if cluster.proxy_url:
        _check_proxy(cluster.proxy_url)
    if cluster.certificate_authority_data:
        from kubectl_connector import certificates

        certificates.check(cluster.certificate_authority_data, "the certificate authority")


def _likely(server: str) -> str:
    """The address that somebody meant who left out https://, as far as it can be guessed."""
    bare = server.partition("://")[2] or server
    guess = f"https://{bare}"
    parts = split_url(guess)
    plain = parts and parts.hostname and parts.username is None
    return guess if plain else "https://HOST:PORT"


def _check_port(what: str, url: str) -> None:
    if has_bad_port(url):
        raise UsageError(
            f'the {what} "{without_password(url)}" has a port that does not exist',
            "ports are numbers from 1 to 65535, such as https://HOST:6443",
        )


def _check_proxy(url: str) -> None:
    _check_port("proxy", url)
    parts = split_url(url)
    if not parts or parts.scheme not in PROXY_SCHEMES or not parts.hostname:
        raise UsageError(
            f'the proxy "{without_password(url)}" is not the address of an http, https or socks5'
            " proxy",
            "give --proxy-url like http://proxy.example.com:3128",
        )
