"""The user's default settings, in ``config.yaml``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from kubectl_connector import files, suggest, yaml_file
from kubectl_connector.errors import StoreError, UsageError
from kubectl_connector.model.setting import Setting

KIND = "Settings"
PASSPHRASE_VARIABLE = "KUBECTL_CONNECTOR_PASSPHRASE"  # noqa: S105 (its name)
"""The environment variable with the passphrase of the file store, for where nobody can be asked."""
NEW_PASSPHRASE_VARIABLE = "KUBECTL_CONNECTOR_NEW_PASSPHRASE"  # noqa: S105
"""The one with the passphrase that the file store is to get instead."""
EXPORT_PASSPHRASE_VARIABLE = "KUBECTL_CONNECTOR_EXPORT_PASSPHRASE"  # noqa: S105
"""The one with the passphrase of a file that is exported or imported."""

_NEEDS = {
    PASSPHRASE_VARIABLE: "the file store needs its passphrase",
    NEW_PASSPHRASE_VARIABLE: "the file store needs a new passphrase",
    EXPORT_PASSPHRASE_VARIABLE: "the exported file needs its passphrase",
}

OWN: Mapping[str, Setting] = {
    "store": Setting("keyring", "Where register puts secrets: keyring or file."),
    "login.mode": Setting(
        "embed", "What login writes: embed (the credential) or exec (how to ask us for it)."
    ),
    "login.exec-api-version": Setting(
        "v1", "The version of an exec stanza: v1, or v1beta1 for clients that refuse v1."
    ),
    "warn": Setting(
        "on", "Say once a day, beside kubectl, that a credential ends soon: on or off."
    ),
}
"""Every setting that is not a store's."""

SWITCH = ("on", "off")


def check_switch(value: str) -> str:
    """``value`` if it is on or off; UsageError."""
    if value not in SWITCH:
        raise UsageError(f'"{value}" is neither on nor off', "give on or off")
    return value


Check = Callable[[str], str]
"""Returns a valid value; UsageError for a value that the setting can't have."""


def passphrase(environ: Mapping[str, str], variable: str = PASSPHRASE_VARIABLE) -> str:
    """A passphrase from the environment, the file store's; StoreError where it is not set."""
    if not environ.get(variable):
        raise StoreError(
            f"{_NEEDS[variable]}, and there is nobody to ask", f"set {variable} in the environment"
        )
    return environ[variable]


class Settings:
    """The settings in one folder.

    Methods raise CatalogError where the file is unusable, and OwnLockError where another process
    keeps it locked.
    """

    def __init__(
        self,
        folder: str,
        checks: Mapping[str, Check],
        of_stores: Callable[[], Mapping[str, Setting]] = dict,
    ) -> None:
        """``folder`` need not exist; a setting without a check takes any text.

        ``of_stores`` gives the settings of the stores. It is slow, so it is called only where one
        of them is concerned.
        """
        self.path = os.path.join(folder, "config.yaml")
        self._checks = checks
        self._of_stores = of_stores

    def known(self) -> Mapping[str, Setting]:
        """Every setting by name."""
        return {**OWN, **self._of_stores()}

    def _setting(self, name: str) -> Setting:
        known = OWN if name in OWN else self.known()
        if name not in known:
            listing = f"settings: {', '.join(known)}"
            raise UsageError(f'no setting "{name}"', suggest.did_you_mean(name, known, listing))
        return known[name]

    def _check(self, name: str, value: str) -> None:
        check = self._checks.get(name, str) if name in OWN else self._setting(name).check
        check(value)

    def load(self) -> dict[str, str]:
        """The settings that the user made, by name; all of them are checked."""
        fields = yaml_file.read(self.path, KIND).by_name
        for name, located in fields.items():
            if name not in OWN and name not in self.known():
                raise yaml_file.broken(self.path, located.line, f'unknown setting "{name}"')
        return {name: self._value(name, located) for name, located in fields.items()}

    def _value(self, name: str, located: yaml_file.Located) -> str:
        try:
            self._check(name, str(located.value))
        except UsageError as error:
            raise yaml_file.broken(self.path, located.line, error.message) from None
        return str(located.value)

    def get(self, name: str) -> str:
        """A setting's value, or its default; UsageError for an unknown setting."""
        return self.values(name)[name]

    def values(self, *names: str) -> dict[str, str]:
        """The values of some settings, or their defaults; UsageError for an unknown setting.

        No other setting is checked, because checking that of a store imports the store.
        """
        values = {name: self.default(name) for name in names}
        fields = yaml_file.read(self.path, KIND).by_name
        made = {name: self._value(name, fields[name]) for name in names if name in fields}
        return values | made

    def default(self, name: str) -> str:
        """A setting's default; UsageError for an unknown setting, with the nearest one."""
        return self._setting(name).default

    def set(self, name: str, value: str) -> None:
        """Keep a value; UsageError for a value that the setting can't have."""
        self._check(name, value)
        self._change(name, lambda settings: {**settings, name: value})

    def unset(self, name: str) -> None:
        """Return a setting to its default."""
        self._change(name, lambda settings: {k: v for k, v in settings.items() if k != name})

    def _change(self, name: str, edit: Callable[[dict[str, str]], dict[str, str]]) -> None:
        setting = self._setting(name)
        with files.own_lock(self.path):
            before = self.load()
            after = edit(before)
            if after != before:
                yaml_file.write(self.path, KIND, dict(after))
        setting.apply(os.path.dirname(self.path))
