"""Keyring backends with one behaviour each: they work, are locked, fail, forget or hang."""

from __future__ import annotations

import threading
from collections.abc import Callable

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError


class MemoryKeyring(KeyringBackend):
    """Works."""

    priority = -1  # the library's own search never finds it

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.items: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.items.pop((service, username), None) is None:
            raise PasswordDeleteError("no such password")


class RaisingKeyring(MemoryKeyring):
    """Raises one error from everything."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error

    def delete_password(self, service: str, username: str) -> None:
        raise self.error


class LockedKeyring(RaisingKeyring):
    """The user dismisses every prompt."""

    def __init__(self) -> None:
        super().__init__(KeyringLocked("Failed to unlock the collection!"))


class FailingKeyring(RaisingKeyring):
    """Fails at every call, though it is not locked."""

    def __init__(self) -> None:
        super().__init__(PasswordSetError("the disk is full"))


class UndeletingKeyring(MemoryKeyring):
    """Refuses to delete, with the error that other backends raise for a missing item."""

    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError("cancelled by user")


class ForgetfulKeyring(MemoryKeyring):
    """Takes every item, keeps none, and reports no error."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class MeddlingKeyring(MemoryKeyring):
    """Lets another process act in the middle of a call."""

    def __init__(self) -> None:
        super().__init__()
        self._meddling: dict[str, Callable[[], None]] = {}

    def before_reading(self, service: str, meddle: Callable[[], None]) -> None:
        """Call ``meddle`` once, just before an item is read."""
        self._meddling[service] = meddle

    def get_password(self, service: str, username: str) -> str | None:
        if meddle := self._meddling.pop(service, None):
            meddle()
        return super().get_password(service, username)


class BlockingKeyring(MemoryKeyring):
    """Waits for the user to unlock it, until ``unlocked`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.unlocked.wait()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self.unlocked.wait()
        super().delete_password(service, username)


class BlockingWrites(BlockingKeyring):
    """Can be read, but waits before it keeps or removes anything."""

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))
