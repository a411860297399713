"""What the user wants by default, in ``config.yaml``, and where our files are."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from kubectl_connector import files, suggest, yaml_file
from kubectl_connector.errors import UsageError

KIND = "Settings"
HOME_VARIABLE = "KUBECTL_CONNECTOR_HOME"
PASSPHRASE_VARIABLE = "KUBECTL_CONNECTOR_PASSPHRASE"  # noqa: S105 (its name)

DEFAULTS: Mapping[str, str] = {"store": "keyring", "login.mode": "embed"}
"""Every setting there is, with its value where the user set none."""


def home_folder(environ: Mapping[str, str]) -> str:
    """The folder of our files: ``KUBECTL_CONNECTOR_HOME``, else the platform's own place."""
    if environ.get(HOME_VARIABLE):
        return os.path.abspath(environ[HOME_VARIABLE])
    import platformdirs

    return platformdirs.user_config_dir("kubectl-connector", appauthor=False, roaming=False)


class Settings:
    """The settings in one folder. Methods raise CatalogError where the file is unusable."""

    def __init__(self, folder: str) -> None:
        """``folder`` need not exist."""
        self.path = os.path.join(folder, "config.yaml")

    def load(self) -> dict[str, str]:
        """The settings that the user made, by name."""
        fields = yaml_file.read(self.path, KIND)
        for name, item in fields.items():
            if name not in DEFAULTS:
                raise yaml_file.broken(self.path, item.line, f'unknown setting "{name}"')
        return {name: str(item.value) for name, item in fields.items()}

    def get(self, name: str) -> str:
        """A setting's value, or its default; UsageError for one that there isn't."""
        return self.load().get(check_setting(name), DEFAULTS[name])

    def set(self, name: str, value: str) -> None:
        """Keep a value that the caller has checked."""
        check_setting(name)
        self._change(lambda settings: {**settings, name: value})

    def unset(self, name: str) -> None:
        """Go back to the default."""
        check_setting(name)
        self._change(lambda settings: {k: v for k, v in settings.items() if k != name})

    def _change(self, edit: Callable[[dict[str, str]], dict[str, str]]) -> None:
        with files.locked(self.path):
            before = self.load()
            after = edit(before)
            if after != before:
                yaml_file.write(self.path, KIND, dict(after))


def check_setting(name: str) -> str:
    """``name`` if there is such a setting; UsageError that suggests the nearest."""
    if name not in DEFAULTS:
        known = f"settings: {', '.join(DEFAULTS)}"
        raise UsageError(f'no setting "{name}"', suggest.did_you_mean(name, DEFAULTS, known))
    return name
