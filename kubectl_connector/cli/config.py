"""``config``: the user's defaults."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.app import VerbCommand, add_verb, new_app
from kubectl_connector.cli.help import Rows

command = new_app(help="Your defaults, such as the secret store.", invoke_without_command=True)

SettingArgument = Annotated[str, typer.Argument(metavar="SETTING", help="The setting's name.")]


@command.callback()
def _help(context: typer.Context) -> None:
    """Your defaults, such as the secret store."""
    if context.invoked_subcommand is None:
        console.out(f"{context.get_help()}\n")


def view() -> None:
    """Every setting with its value.

    Example:
      kubectl connector config view

    """
    settings = environment.settings()
    chosen = settings.load()
    for name, setting in settings.known().items():
        value = chosen.get(name, setting.default)
        console.say(f"{name}={value}{'' if name in chosen else '  (default)'}")


def get(setting: SettingArgument) -> None:
    """One setting's value.

    Example:
      kubectl connector config get store

    """
    console.say(environment.settings().get(setting))


def set_(
    setting: SettingArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its value.")],
) -> None:
    """Change a setting.

    Example:
      kubectl connector config set store file

    """
    environment.settings().set(setting, value)
    console.say(f"{setting}={value}")


def unset(setting: SettingArgument) -> None:
    """Go back to a setting's default.

    Example:
      kubectl connector config unset store

    """
    settings = environment.settings()
    settings.unset(setting)
    console.say(f"{setting}={settings.default(setting)}  (default)")


class _OfASetting(VerbCommand):
    """A command whose help lists the settings."""

    def sections(self) -> dict[str, Rows]:
        """The settings with their defaults."""
        known = environment.settings().known().items()
        rows = [(name, f"{each.meaning} [default: {each.default}]") for name, each in known]
        return {**super().sections(), "Settings": rows}


add_verb(command, "view", view)
for _name, _function in (("get", get), ("set", set_), ("unset", unset)):
    add_verb(command, _name, _function, _OfASetting)
