"""An encrypted file, for machines without a keyring: servers, containers, CI.

One passphrase guards the whole file; docs/security.md says how. Reading takes no lock, because
the file is always replaced as a whole.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shlex
import stat
from collections.abc import Callable

from kubectl_connector import kernel_keyring, unlocked
from kubectl_connector.errors import NotFoundError, StoreError, UsageError
from kubectl_connector.files import make_private_folder, remove_leftovers, replace_file
from kubectl_connector.model.secret import Item
from kubectl_connector.model.setting import Setting
from kubectl_connector.stores.interface import StoreOptions, check_new_passphrase
from kubectl_connector.stores.support.encrypted_file import (
    EncryptedFile,
    FormError,
    NewerFormError,
)
from kubectl_connector.stores.support.item_document import dump_item, load_item
from kubectl_connector.stores.support.locking import in_turn, store_lock
from kubectl_connector.stores.support.sealing import KeyRecipe, ScryptCost, SealError, derive_key

FILE_NAME = "secrets.json"

REMEMBER = "file.remember"
"""The setting for how long the kernel remembers the file's key, in seconds."""
LONGEST = 86_400
"""What it can be at most: a day, in seconds."""


def _seconds(text: str) -> int:
    """How long to remember a key; UsageError."""
    if not (text.isascii() and text.isdecimal() and int(text) <= LONGEST):
        raise UsageError(
            f'{REMEMBER} is a number of seconds, and "{text}" is none',
            f"give a whole number up to {LONGEST}; 0: ask every time",
        )
    return int(text)


def _lock(folder: str) -> None:
    """Have the kernel forget a key that it would remember for as long as was said before."""
    FileStore(StoreOptions(folder, lambda confirm: "")).lock()  # noqa: ARG005 (it does not ask)


SETTINGS = {
    REMEMBER: Setting(
        "900",
        "How many seconds after its last use the kernel remembers the encrypted file's key;"
        " 0: it never does. Linux only.",
        _seconds,
        _lock,
    )
}


class WrongPassphraseError(StoreError):
    """The passphrase does not open the file."""


class FileStore:
    """Items in ``secrets.json`` of the options' folder, readable with the passphrase only.

    The store asks for the passphrase once, when it first needs it, and again where
    it is wrong. Removing an item does not need it. Removing the last item removes the file; the
    next file may have another passphrase.
    ``cost`` is for a new file; an existing file has its own. ``remember`` gives the seconds for
    which the kernel remembers the key; while it does, nobody is asked.
    """

    name = "file"

    def __init__(
        self,
        options: StoreOptions,
        cost: ScryptCost = ScryptCost(),  # noqa: B008
        remember: Callable[[], int] = int,
    ) -> None:
        self._options = options
        self._cost = cost
        self._seconds = remember
        self._path = os.path.join(options.folder, FILE_NAME)
        self._passphrase: str | None = None

    def put(self, ref: str, item: Item) -> None:
        """Encrypt and add an item; the first item's passphrase becomes that of the file."""
        self._ask_if_needed(self._load())  # while nobody waits for the lock
        with store_lock(self._path, self._options.timeout):
            file = self._load()
            if file is None:
                file, key = self._create(self._ask(confirm=True))
            else:
                key = self._key(file)
            if ref in file.items:
                raise StoreError(
                    f"{self._path} holds an item {ref} already, and items are never replaced",
                    "run the command again",
                )
            self._write(file.with_item(key, ref, dump_item(item).encode("ascii")))
        self._remember(file, key)

    def get(self, ref: str) -> Item:
        """Decrypt the item; ask for the passphrase only if the file holds it."""
        file = self._load()
        if file is None or ref not in file.items:
            raise NotFoundError(
                f"{self._path} holds no item {ref}",
                "was it removed there? Register the connector again",
            )
        key = self._key(file)
        document = self._unseal(file, key, ref)
        try:
            return load_item(document.decode("ascii"))
        except ValueError as error:
            raise self._altered(ref) from error

    def drop(self, ref: str) -> None:
        """Take the item out of the file; remove the file with its last item."""
        if self._load() is None:
            return
        with store_lock(self._path, self._options.timeout):
            file = self._load()
            if file is None or ref not in file.items:
                return
            rest = file.without_item(ref)
            if rest.items:
                self._write(rest)
            else:
                self._forget(file)
                self._remove()

    def refs(self) -> set[str]:
        """The references of the items in the file; no passphrase is asked."""
        file = self._load()
        return set(file.items) if file else set()

    def check(self, unlock: bool = False) -> None:
        """Check that the file is ours and private, or does not exist; ask for no passphrase."""
        self._load()

    def change_passphrase(self, new: Callable[[], str]) -> None:
        """Seal every item anew, with another passphrase; the file is wholly the old or the new."""
        file = self._existing()
        self._ask_and_open(file)
        wanted = check_new_passphrase(new())
        with store_lock(self._path, self._options.timeout):
            file = self._existing()
            key = self._open(file, self._ask(confirm=False))
            fresh, fresh_key = self._create(wanted)
            for ref in file.items:
                fresh = fresh.with_item(fresh_key, ref, self._unseal(file, key, ref))
            self._write(fresh)
        self._forget(file)
        self._remember(fresh, fresh_key)
        self._passphrase = wanted

    def lock(self) -> None:
        """Have the kernel forget the file's key, if it remembers one."""
        file = self._load()
        if file:
            self._forget(file)

    def _existing(self) -> EncryptedFile:
        file = self._load()
        if file is None:
            raise StoreError(
                f"there is no {self._path} yet, and so no passphrase",
                "it is made with the first connector: kubectl connector register NAME --store file",
            )
        return file

    def _create(self, passphrase: str) -> tuple[EncryptedFile, bytes]:
        """A file without items, and its key."""
        recipe = KeyRecipe.fresh(self._cost)
        key = self._derive(passphrase, recipe)
        return EncryptedFile.create(recipe, key), key

    def _unseal(self, file: EncryptedFile, key: bytes, ref: str) -> bytes:
        try:
            return file.unseal(key, ref)
        except SealError as error:
            raise self._altered(ref) from error

    def _altered(self, ref: str) -> StoreError:
        return StoreError(
            f"the item {ref} in {self._path} was altered",
            "restore the file from a backup, or register the connector again",
        )

    def _load(self) -> EncryptedFile | None:
        try:
            with open(self._path, "rb") as file:
                self._refuse_shared(os.fstat(file.fileno()))
                return EncryptedFile.parse(file.read())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._inaccessible("read", error) from error
        except NewerFormError as error:
            raise StoreError(
                f"{self._path} was written by another version of kubectl-connector: {error}",
                "upgrade kubectl-connector",
            ) from error
        except FormError as error:
            raise StoreError(
                f"{self._path} is not a file of encrypted secrets: {error}",
                "restore it from a backup, or move it away and register its connectors again",
            ) from error

    def _refuse_shared(self, status: os.stat_result) -> None:
        """Refuse a file that others can read: they may have copied it to guess the passphrase."""
        if os.name != "nt" and stat.S_IMODE(status.st_mode) & 0o077:
            raise StoreError(
                f"{self._path} can be read by others (mode {stat.S_IMODE(status.st_mode):04o})",
                f"chmod 600 {shlex.quote(self._path)}",
            )

    def _ask(self, *, confirm: bool) -> str:
        passphrase = self._passphrase or self._options.passphrase(confirm=confirm)
        if not passphrase:
            raise StoreError(
                "the passphrase of the file store is empty",
                "set KUBECTL_CONNECTOR_PASSPHRASE to one that is hard to guess",
            )
        return check_new_passphrase(passphrase) if confirm else passphrase

    def _ask_if_needed(self, file: EncryptedFile | None) -> None:
        """Have what opens the file, or the passphrase of a new one, before it is needed."""
        if file:
            self._key(file)
        else:
            self._passphrase = self._ask(confirm=True)

    def _key(self, file: EncryptedFile) -> bytes:
        """The file's key: the one that the kernel remembers, else the passphrase's."""
        key = None if self._passphrase or self._options.anew else self._remembered(file)
        return key or self._ask_and_open(file)

    def _ask_and_open(self, file: EncryptedFile) -> bytes:
        """The file's key; who types a wrong passphrase is asked again, as often as that may be."""
        for _ in range(1, self._options.tries):
            with contextlib.suppress(WrongPassphraseError):
                return self._open(file, self._ask(confirm=False))
        return self._open(file, self._ask(confirm=False))

    def _remembered(self, file: EncryptedFile) -> bytes | None:
        if not self._seconds():
            return None
        key = kernel_keyring.recall(self._key_name(file))
        try:
            if key:
                file.verify(key)
        except (SealError, ValueError):
            return None
        return key

    def _remember(self, file: EncryptedFile, key: bytes) -> None:
        seconds = self._seconds()
        if seconds:
            kernel_keyring.remember(self._key_name(file), key, seconds)
        else:
            self._forget(file)

    def _forget(self, file: EncryptedFile) -> None:
        kernel_keyring.forget(self._key_name(file))

    def _key_name(self, file: EncryptedFile) -> bytes:
        return unlocked.key_name(self._path, base64.b64encode(file.recipe.salt).decode())

    def _open(self, file: EncryptedFile, passphrase: str) -> bytes:
        """The file's key; if the passphrase is right, it is remembered."""
        key = self._derive(passphrase, file.recipe)
        try:
            file.verify(key)
        except SealError as error:
            self._passphrase = None
            raise WrongPassphraseError(
                f"the passphrase does not open {self._path}",
                "try again: kubectl connector verify --all; if you are sure of it, the file was"
                " altered: restore it from a backup",
            ) from error
        self._passphrase = passphrase
        self._remember(file, key)
        return key

    def _derive(self, passphrase: str, recipe: KeyRecipe) -> bytes:
        with in_turn(f"{self._path}.key"):
            return derive_key(passphrase, recipe)

    def _write(self, file: EncryptedFile) -> None:
        try:
            make_private_folder(self._options.folder)
            replace_file(self._path, file.dump())
            remove_leftovers(self._path)
        except OSError as error:
            raise self._inaccessible("written", error) from error

    def _remove(self) -> None:
        try:
            os.unlink(self._path)
        except OSError as error:
            raise self._inaccessible("removed", error) from error

    def _inaccessible(self, done: str, error: OSError) -> StoreError:
        return StoreError(
            f"{self._path} can't be {done}: {error.strerror}",
            "make sure that it and its folder are yours",
        )


def open_store(options: StoreOptions) -> FileStore:
    """The encrypted file in the options' folder."""
    return FileStore(options, remember=lambda: _seconds(options.setting(REMEMBER)))
