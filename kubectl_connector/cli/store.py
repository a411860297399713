"""``store``: the secret stores themselves: their passphrase, and taking their secrets elsewhere."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from kubectl_connector.cli import console, environment
from kubectl_connector.cli.app import add_verb, new_app
from kubectl_connector.errors import UsageError
from kubectl_connector.kubeconfig.paths import display_path
from kubectl_connector.settings import (
    EXPORT_PASSPHRASE_VARIABLE,
    NEW_PASSPHRASE_VARIABLE,
    PASSPHRASE_VARIABLE,
)
from kubectl_connector.stores import PassphraseStore

command = new_app(help="The passphrase, and all secrets at once.", invoke_without_command=True)

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="A file that export makes.")]


@command.callback()
def _help(context: typer.Context) -> None:
    """The passphrase of the encrypted file, and taking connectors to another machine."""
    if context.invoked_subcommand is None:
        console.out(f"{context.get_help()}\n")


def change_passphrase() -> None:
    """Change the passphrase of the encrypted file.

    It asks for the passphrase of today, then twice for the new one. Where nobody can be asked, give
    them in KUBECTL_CONNECTOR_PASSPHRASE and KUBECTL_CONNECTOR_NEW_PASSPHRASE. The secrets of all
    connectors in the file are encrypted anew, and the file is replaced as a whole. Copies of the
    old file, such as backups, still open with the old passphrase.

    Example:
      kubectl connector store change-passphrase

    """
    _guarded().change_passphrase(
        lambda: environment.new_passphrase(
            "New passphrase of the file store", NEW_PASSPHRASE_VARIABLE
        )
    )
    console.say("Changed the passphrase of the file store")


def lock() -> None:
    """Forget the remembered key of the encrypted file.

    The passphrase is asked for again then. On Linux the kernel remembers the file's key for as long
    as the setting file.remember says.

    Example:
      kubectl connector store lock

    """
    _guarded().lock()
    console.say("The file store asks for its passphrase again")


def _guarded() -> PassphraseStore:
    store = environment.workspace().open_store("file")
    assert isinstance(store, PassphraseStore)  # noqa: S101 (the encrypted file is one)
    return store


def export(file: FileArgument) -> None:
    """Write every connector with its secrets to a new encrypted file.

    The secrets come from whatever store has them, the keyring too. The file gets a passphrase of
    its own, which is asked for twice, or is KUBECTL_CONNECTOR_EXPORT_PASSPHRASE. Whoever has the
    file and its passphrase has all your clusters.

    Example:
      kubectl connector store export connectors.sealed

    """
    from kubectl_connector.operations.exchange import export_connectors

    exported = export_connectors(
        environment.workspace(anew=True),
        file,
        lambda: environment.new_passphrase(f"Passphrase for {file}", EXPORT_PASSPHRASE_VARIABLE),
    )
    console.say(f"Exported {console.counted(len(exported), 'connector')} to {display_path(file)}")


def import_(
    file: FileArgument,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace connectors that have the same names.")
    ] = False,
    rename: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--rename", metavar="OLD=NEW", help="Give one another name. Repeatable."),
    ] = None,
    store: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--store", metavar="NAME", help="Where secrets go; default: as register."),
    ] = None,
) -> None:
    """Take in the connectors that store export wrote, with their secrets.

    Names that are taken are refused before anything is changed. The passphrase of the file is asked
    for, or is KUBECTL_CONNECTOR_EXPORT_PASSPHRASE. No cluster is asked: verify --all does that.

    Examples:
      kubectl connector store import connectors.sealed
      kubectl connector store import connectors.sealed --rename prod=prod-2 --store file

    """
    from kubectl_connector.operations.exchange import Import, import_connectors, read_export
    from kubectl_connector.stores import check_store_name

    names = dict(_pair(text) for text in rename or [])
    store = check_store_name(store or environment.settings().get("store"))
    carried = read_export(
        file,
        lambda: environment.known_passphrase(f"Passphrase of {file}", EXPORT_PASSPHRASE_VARIABLE),
    )
    how = Import(store, overwrite, names)
    for connector in import_connectors(environment.workspace(), carried, how):
        console.say(f'Imported connector "{connector.name}" into the {store} store')


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise UsageError(f'--rename "{text}" is not OLD=NEW', "such as --rename prod=prod-2")
    return old, new


for _name, _function, _reads in (
    ("change-passphrase", change_passphrase, (PASSPHRASE_VARIABLE, NEW_PASSPHRASE_VARIABLE)),
    ("lock", lock, ()),
    ("export", export, (PASSPHRASE_VARIABLE, EXPORT_PASSPHRASE_VARIABLE)),
    ("import", import_, (PASSPHRASE_VARIABLE, EXPORT_PASSPHRASE_VARIABLE)),
):
    add_verb(command, _name, _function, reads=_reads)
