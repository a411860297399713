"""Options that several verbs share, and the ones that authentication methods bring."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.auth import auth_methods
from kubectl_connector.auth.interface import Field, FieldKind
from kubectl_connector.cli import console
from kubectl_connector.errors import NotFoundError, UsageError
from kubectl_connector.frozen import replace
from kubectl_connector.model.connector import TYPE
from kubectl_connector.secret_looking import path_for_people

CREDENTIAL = "Credential"
KUBECONFIG = "Kubeconfig"
"""Groups of options in ``--help``, beside those of the fields (``model/field.py``)."""


def check_type(name: str) -> str:
    """``name`` if there are connectors of that type; NotFoundError."""
    if name != TYPE:
        raise NotFoundError(f'no connector type "{name}"', f"there is one: {TYPE}")
    return name


_LONGEST = 1_000_000
"""Seconds; the system's own calls take no more than about a thousand times as many."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def _seconds(option: str, least: float) -> Callable[[str], float]:
    """The parser of an option that takes a time such as ``10``, ``10s`` or ``2m``."""

    def parse(text: str) -> float:
        found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})([smh]?)", str(text))
        seconds = float(found[1]) * _UNITS[found[2]] if found else -1.0
        if not least <= seconds <= _LONGEST:
            raise UsageError(
                f'{option} "{text}" is not a number of seconds from {least:g} to {_LONGEST}',
                f"write it like {option} 10, or {option} 2m",
            )
        return seconds

    return parse


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The connector's name.")]
NamesArgument = Annotated[
    Optional[list[str]],  # noqa: UP045 (typer evaluates it on Python 3.10 too)
    typer.Argument(metavar="[NAME...]", help="Names of connectors; globs too, such as 'prod-*'."),
]
SelectorOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "-l",
        "--selector",
        metavar="SELECTOR",
        help="Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old.",
    ),
]
OutputOption = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        metavar="FORMAT",
        help="table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…;"
        " the last two as kubectl's.",
    ),
]
_EXPIRING: dict[str, Any] = {
    "metavar": "TIME",
    "help": "Those whose credential ends within this time, such as 7d or 12h, or has ended.",
}
ExpiringOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--expiring", **_EXPIRING),
]
WHICH = "Which ones"
WhichExpiringOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--expiring", rich_help_panel=WHICH, **_EXPIRING),
]
SORTS = ("name", "expires", "created")
"""What ``list --sort`` takes."""
SortOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--sort", metavar="KEY", help=f"The order: {', '.join(SORTS)}."),
]
NoHeadersOption = Annotated[
    bool, typer.Option("--no-headers", help="Columns without their titles.")
]
SortByOption = Annotated[
    Optional[str],  # noqa: UP045 (typer evaluates it on Python 3.10 too)
    typer.Option(
        "--sort-by", metavar="PATH", help="Sort by a field of -o json, such as .expiresAt."
    ),
]
KubeconfigOption = Annotated[
    Optional[str],  # noqa: UP045 (typer evaluates it on Python 3.10 too)
    typer.Option(
        "--kubeconfig",
        metavar="FILE",
        help="The kubeconfig; default: as kubectl's.",
        rich_help_panel=KUBECONFIG,
    ),
]
ContextsOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--context",
        metavar="NAME",
        help="The user of this context. Repeatable. Default: of the current one.",
        rich_help_panel=KUBECONFIG,
    ),
]
ExecCommandOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--exec-command",
        metavar="auto|path|name",
        help="How the stanza names us: by our path, or by name for machines that differ."
        " Default: auto.",
        show_default=False,
        rich_help_panel=CREDENTIAL,
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout",
        parser=_seconds("--timeout", 0.1),
        metavar="SECONDS",
        help="Wait so long for a cluster.",
    ),
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        parser=_seconds("--lock-timeout", 0),
        metavar="SECONDS",
        help="Wait so long for a program that is writing the kubeconfig.",
        rich_help_panel=KUBECONFIG,
    ),
]
BreakLockOption = Annotated[
    bool,
    typer.Option(
        "--break-lock",
        help="Remove a kubeconfig's lock that was left behind more than --lock-timeout ago.",
        rich_help_panel=KUBECONFIG,
    ),
]
TypeOption = Annotated[
    str,  # only for people who come from ZenML: there is one type
    typer.Option("--type", hidden=True, metavar="TYPE", callback=check_type),
]
NoVerifyOption = Annotated[
    bool, typer.Option("--no-verify", help="Do not ask the cluster whether it works.")
]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


def method_fields() -> dict[str, Field]:
    """The authentication methods' fields that can be given on the command line, by name.

    Fields of one name in several methods are one option, so they must say the same of it.
    """
    return {field.name: field for method in auth_methods() for field in method.option_fields}


def with_auth_options(command: Callable[..., object]) -> Callable[..., object]:
    """Add the options of the authentication methods to a command that takes ``**given``.

    A field of text or a file becomes one option. A secret becomes ``--NAME-stdin`` and
    ``--NAME-file``, and a hidden ``--NAME`` that says why it is refused. :func:`auth_values` reads
    what was given.
    """
    return with_options_of(method_fields(), command)


def with_options_of(
    fields: Mapping[str, Field], command: Callable[..., object]
) -> Callable[..., object]:
    """Add the options of some fields, as :func:`with_auth_options` does."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    added = [p for field in fields.values() for p in parameters(field)]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    return command


def auth_values(
    given: Mapping[str, Any], fields: Mapping[str, Field] | None = None
) -> dict[str, str]:
    """The values of the fields that were given, read from stdin and files where they are there.

    ``fields`` are those of all methods, unless they are said. Raises UsageError for a file that
    can't be read, and where two values come from stdin.
    """
    on_stdin = [name for name in given if name.endswith("_stdin") and given[name]]
    if len(on_stdin) > 1:
        raise UsageError("only one value can come from stdin", "give the other with its -file")
    values: dict[str, str] = {}
    for name, field in (method_fields() if fields is None else fields).items():
        if field.kind is not FieldKind.SECRET:
            value = given[name]
            if field.kind is FieldKind.FLAG and value is not None:
                values[name] = "yes" if value else ""  # a method is given texts
            elif field.kind is FieldKind.LIST and value is not None:
                values[name] = ",".join(value)
            elif value is not None:
                is_file = field.kind is FieldKind.FILE
                values[name] = field.parse(read_text(value)) if is_file else field.check(value)
            continue
        if given[f"{name}_stdin"] and given[f"{name}_file"] is not None:
            raise UsageError(
                f"{field.option}-stdin and {field.option}-file exclude each other",
                "leave one of them out",
            )
        if given[f"{name}_stdin"]:
            values[name] = _one_line(_read_stdin(field), field, "the command before the |")
        elif given[f"{name}_file"] is not None:
            path = given[f"{name}_file"]
            values[name] = _one_line(read_text(path), field, path)
    return values


def read_text(path: str) -> str:
    """A file's text; UsageError where it can't be had. ``~`` is the home folder."""
    try:
        with open(os.path.expanduser(path), encoding="utf-8") as file:
            return file.read(1_000_000)
    except OSError as error:
        raise UsageError(
            f"{path_for_people(path)} can't be read: {error.strerror}", _what_is_there(path)
        ) from None  # the cause names the path as it is
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path_for_people(path)} is not a text file",
            "give a text file; a certificate as PEM, not DER",
        ) from error


def _what_is_there(path: str) -> str:
    """A hint for a file that can't be read: what to look at, in the nearest folder that exists."""
    if path_for_people(path) != path:
        return "give the name of the file that holds it, not what is in it"
    folder = os.path.dirname(os.path.expanduser(path))
    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return f"give a file that you can read; what is there: ls -l {shlex.quote(folder or '.')}"


def parameters(field: Field) -> list[inspect.Parameter]:
    """The options that a field becomes."""
    if field.kind is not FieldKind.SECRET:
        return [_parameter(field)]
    refuse = typer.Option(
        field.option, hidden=True, callback=_refuse_argument(field), metavar="VALUE"
    )
    stdin = replace(
        field,
        name=f"{field.name}_stdin",
        kind=FieldKind.FLAG,
        spelling=f"{field.option}-stdin",
        help=f"Read the {field.help} on stdin.",
    )
    file = replace(
        field,
        name=f"{field.name}_file",
        kind=FieldKind.FILE,
        help=f"Read the {field.help} from a file, once.",
    )
    return [
        _parameter(stdin, default=False),
        _parameter(file),
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[Optional[str], refuse],  # noqa: UP045
        ),
    ]


_TYPES: dict[FieldKind, Any] = {
    FieldKind.FLAG: bool,
    FieldKind.PAIRS: list[str],
    FieldKind.LIST: list[str],
}


def _parameter(field: Field, default: Any = None) -> inspect.Parameter:
    """One option; a flag whose default is None has a ``--no-`` too, unless it is spelled out."""
    kind = _TYPES.get(field.kind, str)
    spellings = field.spelling.split() or [field.option]
    if field.kind is FieldKind.FLAG and default is None and not field.spelling:
        spellings = [f"{field.option}/--no-{field.option.removeprefix('--')}"]
    info = typer.Option(
        *spellings,
        help=f"{field.help[:1].upper()}{field.help[1:].rstrip('.')}.",
        metavar={FieldKind.FLAG: None, FieldKind.FILE: "FILE"}.get(field.kind, field.metavar),
        rich_help_panel=field.group,
        show_default=False,
    )
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind if default is False else kind | None, info],
    )


def _refuse_argument(field: Field) -> Callable[[str | None], None]:
    def refuse(value: str | None) -> None:
        if value is not None:
            raise UsageError(
                f"a {field.name} given as an argument can be seen by every process"
                " on this machine, and stays in the shell's history",
                f"give it at the prompt, with {field.option}-stdin, or {field.option}-file FILE",
            )

    return refuse


def _read_stdin(field: Field) -> str:
    if sys.stdin is None:
        raise UsageError("stdin is closed", f"give the {field.help} with {field.option}-file FILE")
    if sys.stdin.isatty():
        return console.Terminal().secret(field.help.capitalize(), "")
    return sys.stdin.read(1_000_000)


def _one_line(text: str, field: Field, source: str) -> str:
    """The text without the line break that tools put at the end; UsageError for several lines."""
    value = text.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise UsageError(
            f"the {field.help} is empty",
            f"check {source}; or leave the option out, and be asked",
        )
    if "\n" in value:
        raise UsageError(
            f"the {field.help} has more than one line", f"give one line; check {source}"
        )
    return value
