"""Options that several verbs share, and the ones that authentication methods bring."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Optional

import typer

from kubectl_connector.auth import auth_methods
from kubectl_connector.auth.interface import Field, FieldKind
from kubectl_connector.cli import console
from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import replace

KUBECONFIG = "Kubeconfig"
"""A group of options in ``--help``, beside those of the fields (``model/field.py``)."""

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The connector's name.")]
OutputOption = Annotated[
    str, typer.Option("-o", "--output", metavar="FORMAT", help="table, wide, json, yaml or name.")
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
TimeoutOption = Annotated[
    float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Wait so long for a cluster.")
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        min=0,
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
NoVerifyOption = Annotated[
    bool, typer.Option("--no-verify", help="Do not ask the cluster whether it works.")
]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


def method_fields() -> dict[str, Field]:
    """The authentication methods' fields that can be given on the command line, by name.

    Fields of one name in several methods are one option, so they must say the same of it.
    """
    return {field.name: field for method in auth_methods() for field in method.option_fields}


def with_auth_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of the authentication methods to a command that takes ``**given``.

    A field of text or a file becomes one option. A secret becomes ``--NAME-stdin`` and
    ``--NAME-file``, and a hidden ``--NAME`` that says why it is refused. :func:`auth_values` reads
    what was given.
    """
    signature = inspect.signature(command)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    added = [p for field in method_fields().values() for p in parameters(field)]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    return command


def auth_values(given: Mapping[str, Any]) -> dict[str, str]:
    """The values of the fields that were given, read from stdin and files where they are there.

    Raises UsageError for a file that can't be read, and where two values come from stdin.
    """
    on_stdin = [name for name in given if name.endswith("_stdin") and given[name]]
    if len(on_stdin) > 1:
        raise UsageError("only one value can come from stdin", "give the other with its -file")
    values: dict[str, str] = {}
    for name, field in method_fields().items():
        if field.kind is not FieldKind.SECRET:
            value = given[name]
            if value is not None:
                is_file = field.kind is FieldKind.FILE
                values[name] = read_text(value) if is_file else field.check(value)
            continue
        if given[f"{name}_stdin"] and given[f"{name}_file"] is not None:
            raise UsageError(
                f"{field.option}-stdin and {field.option}-file exclude each other",
                "leave one of them out",
            )
        if given[f"{name}_stdin"]:
            values[name] = _one_line(_read_stdin(field), field)
        elif given[f"{name}_file"] is not None:
            values[name] = _one_line(read_text(given[f"{name}_file"]), field)
    return values


def read_text(path: str) -> str:
    """A file's text; UsageError where it can't be had."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(1_000_000)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}", "check the name") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not a text file", "PEM is text; DER is not") from error


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


_TYPES: dict[FieldKind, Any] = {FieldKind.FLAG: bool, FieldKind.PAIRS: list[str]}


def _parameter(field: Field, default: Any = None) -> inspect.Parameter:
    """One option; a flag whose default is None has a ``--no-`` too."""
    kind = _TYPES.get(field.kind, str)
    spellings = field.spelling.split() or [field.option]
    if field.kind is FieldKind.FLAG and default is None:
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


def _one_line(text: str, field: Field) -> str:
    """The text without the line break that tools put at the end; UsageError for several lines."""
    value = text.removesuffix("\n").removesuffix("\r")
    if not value:
        raise UsageError(f"the {field.help} is empty", "check what writes it")
    if "\n" in value:
        raise UsageError(f"the {field.help} has more than one line", "give one line")
    return value
