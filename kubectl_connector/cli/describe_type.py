"""``describe-type``: a type's authentication methods and their fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Optional

import typer

from kubectl_connector.auth import auth_method, auth_methods
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind
from kubectl_connector.cli import console, tables
from kubectl_connector.cli.list_types import TITLE
from kubectl_connector.cli.options import OutputOption, check_type
from kubectl_connector.formats import Column, Report, render, wanted
from kubectl_connector.model.connector import RESOURCE_TYPE, TYPE


def command(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="The type: kubernetes.")],
    only: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--auth-method", metavar="NAME", help="Only this authentication method."),
    ] = None,
    output: OutputOption = "table",
) -> None:
    """A type's authentication methods, and the fields of each: which are secret, which required.

    Examples:
      kubectl connector describe-type kubernetes
      kubectl connector describe-type kubernetes --auth-method token

    """
    how = wanted(output)
    check_type(name)
    methods = (auth_method(only),) if only is not None else auth_methods()
    if not how.for_people:
        console.out(render(_report(methods), how))
        return
    tables.tell(f"{TITLE} (type {TYPE}), for resources of type {RESOURCE_TYPE}.")
    if only is None:
        tables.tell("Each of these ways to sign in becomes a named connector:")
    console.say("")
    framed = tables.framed()
    for part in [(method,) for method in methods] if framed else [methods]:
        for method in part:
            tables.tell(f"{method.name}: {method.summary}")
        if not framed:
            console.say("")
        tables.show(_report(part), how)


def _report(methods: Sequence[AuthMethod]) -> Report:
    titles = ("FIELD", "REQUIRED", "SECRET", "GIVEN BY", "MEANING")
    return Report(
        "ConnectorType",
        (Column("AUTH METHOD", wide=len(methods) == 1), *map(Column, titles)),
        tuple(_row(method, field) for method in methods for field in method.fields),
        (_document(methods),),
        (TYPE,),
        single=True,
    )


def _row(method: AuthMethod, field: Field) -> tuple[str, ...]:
    return (
        method.name,
        field.name,
        "yes" if field.required else "no",
        "yes" if field.secret else "no",
        _given_by(field),
        field.help,
    )


def _given_by(field: Field) -> str:
    if field.kind is FieldKind.SECRET:
        return f"prompt, {field.typed}, {field.option}-file FILE"
    return field.typed


def _document(methods: Sequence[AuthMethod]) -> dict[str, object]:
    described = [
        {
            "name": method.name,
            "title": method.title,
            "summary": method.summary,
            "fields": [
                {
                    "name": f.name,
                    "help": f.help,
                    "required": f.required,
                    "secret": f.secret,
                    "givenBy": _given_by(f),
                }
                for f in method.fields
            ],
        }
        for method in methods
    ]
    return {
        "name": TITLE,
        "type": TYPE,
        "resourceTypes": [RESOURCE_TYPE],
        "autoConfigure": True,
        "authMethods": described,
    }
