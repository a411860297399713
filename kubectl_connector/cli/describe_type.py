"""``describe-type``: a type's authentication methods and their fields."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_connector.auth import auth_methods
from kubectl_connector.auth.interface import AuthMethod, Field, FieldKind
from kubectl_connector.cli import console
from kubectl_connector.cli.list_types import TITLE
from kubectl_connector.cli.options import OutputOption, check_type
from kubectl_connector.formats import Column, Report, render, wanted
from kubectl_connector.model.connector import RESOURCE_TYPE, TYPE


def command(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="The type: kubernetes.")],
    output: OutputOption = "table",
) -> None:
    """A type's authentication methods, and the fields of each: which are secret, which required.

    Example:
      kubectl connector describe-type kubernetes

    """
    how = wanted(output)
    check_type(name)
    rows = [(method, field) for method in auth_methods() for field in method.fields]
    titles = ("AUTH METHOD", "FIELD", "REQUIRED", "SECRET", "GIVEN BY", "MEANING")
    report = Report(
        "ConnectorType",
        tuple(Column(title) for title in titles),
        tuple(_row(method, field) for method, field in rows),
        (_document(),),
        (TYPE,),
        single=True,
    )
    if how.for_people:
        console.say(f"{TITLE} (type {TYPE}), for resources of type {RESOURCE_TYPE}.")
        console.say("Each of these ways to sign in becomes a named connector:\n")
        for method in auth_methods():
            console.say(f"{method.name}: {method.summary}")
        console.say("")
    console.out(render(report, how))


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


def _document() -> dict[str, object]:
    methods = [
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
        for method in auth_methods()
    ]
    return {
        "name": TITLE,
        "type": TYPE,
        "resourceTypes": [RESOURCE_TYPE],
        "autoConfigure": True,
        "authMethods": methods,
    }
