"""The options that say what a connector is like, shared by ``register`` and ``update``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.cli.options import (
    AUTHENTICATION,
    auth_values,
    read_text,
    with_auth_options,
)
from kubectl_connector.errors import UsageError
from kubectl_connector.model.connector import check_login_mode, parse_time
from kubectl_connector.operations.draft import NEVER, Changes
from kubectl_connector.operations.overview import parse_labels
from kubectl_connector.settings import DEFAULTS
from kubectl_connector.stores import check_store_name, store_names

CLUSTER, CONNECTOR = "Cluster", "Connector"
"""Groups of options in ``--help``, as is :data:`AUTHENTICATION`."""


def _stores() -> list[str]:
    """The secret stores, the one that is used by default first."""
    return sorted(store_names(), key=lambda name: name != DEFAULTS["store"])


def _options(
    *,
    server: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--server",
            metavar="URL",
            help="The API server, https://HOST:PORT.",
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    certificate_authority: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--certificate-authority",
            metavar="FILE",
            help="CA certificates to trust, PEM.",
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    insecure_skip_tls_verify: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--insecure-skip-tls-verify/--no-insecure-skip-tls-verify",
            help="Trust any certificate: whoever is in between can read everything.",
            show_default=False,
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    tls_server_name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--tls-server-name",
            metavar="NAME",
            help="The name to verify instead.",
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    proxy_url: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--proxy-url",
            metavar="URL",
            help="Go through this http or socks5 proxy.",
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    cluster_name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--cluster-name",
            metavar="NAME",
            help="What to call the cluster.",
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    namespace: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "-n",
            "--namespace",
            metavar="NAME",
            help="The namespace of its contexts.",
            rich_help_panel=CONNECTOR,
        ),
    ] = None,
    description: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--description", metavar="TEXT", help="A note for people.", rich_help_panel=CONNECTOR
        ),
    ] = None,
    label: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "-l",
            "--label",
            metavar="K=V",
            help="A label; K- takes it away. Repeatable.",
            rich_help_panel=CONNECTOR,
        ),
    ] = None,
    expires_at: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--expires-at",
            metavar="TIME",
            help="When the credential ends, where it does not say so itself (RFC 3339).",
            rich_help_panel=AUTHENTICATION,
        ),
    ] = None,
    store: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--store",
            metavar="NAME",
            help=f"Where secrets go: {' or '.join(_stores())}.",
            rich_help_panel=CONNECTOR,
        ),
    ] = None,
    login_mode: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--login-mode",
            metavar="MODE",
            help="How login does it: embed or exec (no secret).",
            rich_help_panel=CONNECTOR,
        ),
    ] = None,
    auth_method: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--auth-method",
            metavar="NAME",
            help="Default: the one that your options fit.",
            rich_help_panel=AUTHENTICATION,
        ),
    ] = None,
) -> None:
    """Only a signature: :func:`with_change_options` gives it to the commands."""


def with_change_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command that takes ``**given``; :func:`changes_from` reads them."""
    own = inspect.signature(command, eval_str=True)
    named = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    rest = [p for p in own.parameters.values() if p.kind is p.VAR_KEYWORD]
    added = list(inspect.signature(_options, eval_str=True).parameters.values())
    command.__signature__ = own.replace(parameters=[*named, *added, *rest])  # type: ignore[attr-defined]
    return with_auth_options(command)


def changes_from(given: Mapping[str, Any]) -> Changes:
    """What was said, with files read. UsageError for what can't be read or understood."""
    authority = given["certificate_authority"]
    return Changes(
        server=given["server"],
        certificate_authority=read_text(authority) if authority else authority,
        insecure_skip_tls_verify=given["insecure_skip_tls_verify"],
        tls_server_name=given["tls_server_name"],
        proxy_url=given["proxy_url"],
        cluster_name=given["cluster_name"],
        namespace=given["namespace"],
        description=given["description"],
        labels=_labels(given["label"] or []),
        expires_at=_time(given["expires_at"]),
        store=check_store_name(given["store"]) if given["store"] is not None else None,
        login_mode=check_login_mode(given["login_mode"])
        if given["login_mode"]
        else given["login_mode"],
        auth_method=given["auth_method"],
        auth_values=auth_values(given),
    )


def _labels(texts: list[str]) -> dict[str, str | None]:
    removed = {text[:-1]: None for text in texts if text.endswith("-") and "=" not in text}
    kept = [text for text in texts if text[:-1] not in removed or "=" in text]
    return {**removed, **parse_labels(kept)}


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_time(text) if text else NEVER
    except ValueError as error:
        raise UsageError(f"--expires-at: {error}", "give a date, a time and a zone") from None
