"""What only the user's own files know: connectors, labels, contexts, namespaces, settings' values.

Files are read as they are, without models or checks: a completion that finds nothing offers
nothing, and never complains. No secret is read, no cluster is asked.
"""

from __future__ import annotations

import os
import stat
import time

from kubectl_connector.completion.tree import SETTINGS
from kubectl_connector.errors import ConnectorError

TYPE_CHECKING = False  # typing's own would be imported at every press of a key
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from kubectl_connector.completion.complete import Candidate, Line

LARGEST = 8 * 1024 * 1024
"""Bytes of a file that is still worth reading while a person waits."""

_UNUSABLE = (ConnectorError, OSError, ValueError, TypeError, AttributeError, LookupError)
"""What reading a file may raise that is missing, broken, or of another shape."""


class UserValues:
    """The providers that ``tree.py`` names, for one user's environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self, provider: str, line: Line) -> Iterable[Candidate]:
        """What the provider offers; nothing where its file is missing or broken."""
        providers = {
            "connectors": self._connectors,
            "contexts": self._contexts,
            "labels": self._labels,
            "namespaces": self._namespaces,
            "setting values": self._setting_values,
        }
        try:
            found = list(providers[provider](line))
        except _UNUSABLE:
            return []
        return [(name, _one_line(meaning)) for name, meaning in found if is_harmless(name)]

    def _connectors(self, line: Line) -> Iterator[Candidate]:
        """Those that are not on the line yet."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        for connector in self._catalog():
            name = str(connector["name"])
            if name not in line.arguments:
                yield name, _summary(connector, now)

    def _labels(self, _line: Line) -> Iterator[Candidate]:
        labels = (_mapping(connector.get("labels") or {}) for connector in self._catalog())
        pairs = {f"{key}={value}" for each in labels for key, value in each.items()}
        return ((pair, "") for pair in sorted(pairs))

    def _contexts(self, line: Line) -> Iterator[Candidate]:
        known, current = self._kubeconfig(line)
        for context in known:
            name = str(context["name"])
            yield name, "the current one" if name == current else ""

    def _namespaces(self, line: Line) -> Iterator[Candidate]:
        """Those that contexts and connectors name; what others a cluster has, it would have to say.

        A broken kubeconfig doesn't hide what the connectors know.
        """
        found = {str(connector.get("namespace") or "") for connector in self._catalog()}
        try:
            contexts = self._kubeconfig(line)[0]
        except _UNUSABLE:
            contexts = []
        found |= {str(_mapping(each["context"]).get("namespace") or "") for each in contexts}
        return ((name, "") for name in sorted(found) if name)

    def _setting_values(self, line: Line) -> Iterator[Candidate]:
        return ((value, "") for value in SETTINGS.get(line.arguments[0], ()))

    def _catalog(self) -> list[dict[str, Any]]:
        from kubectl_connector.home import home_folder

        path = os.path.join(home_folder(self._environ), "connectors.yaml")
        return [_mapping(each) for each in _load(path).get("connectors") or []]

    def _kubeconfig(self, line: Line) -> tuple[list[dict[str, Any]], str]:
        """The contexts that kubectl would see, and the current one's name.

        The kubeconfig engine knows more than that, and takes twice as long to import (docs/
        performance.md).
        """
        from kubectl_connector.kubeconfig.paths import kubeconfig_files

        named = line.given.get("--kubeconfig")
        files = kubeconfig_files(_path(named) if named else None, self._environ)
        documents = [_load(files.source(path)) for path in files.paths]
        contexts: dict[str, dict[str, Any]] = {}
        for document in documents:
            for context in document.get("contexts") or []:
                contexts.setdefault(str(_mapping(context)["name"]), context)
        currents = (str(each.get("current-context") or "") for each in documents)
        return list(contexts.values()), next(filter(None, currents), "")


def is_harmless(word: str) -> bool:
    """Whether a word can be put on a command line as it is, in any shell.

    The scripts of bash put a candidate there without quotes, so one with a space would become two
    words, and one with ``$(…)``, from a kubeconfig that somebody sent, a command.
    """
    return (
        bool(word)
        and not word.startswith("-")
        and all(char.isalnum() or char in "-_.:/@=+,%" for char in word)
    )


def _summary(connector: Mapping[str, Any], now: str) -> str:
    """What a person tells it by: the note, or else the method and the cluster."""
    parts = [connector.get("description") or _method_and_cluster(connector)]
    # Both are RFC 3339 in UTC to the second: they sort as they follow each other in time.
    if str(connector.get("expiresAt") or now) < now:
        parts.append("expired")
    return ", ".join(map(str, parts))


def _method_and_cluster(connector: Mapping[str, Any]) -> str:
    return f"{connector.get('authMethod')} for {connector.get('clusterName')}"


def _one_line(text: str) -> str:
    """Without what a terminal would obey, and short enough to stand beside a name."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:80]


def _load(path: str) -> dict[str, Any]:
    """A YAML file in which every scalar stays text; empty where there is none to read."""
    if not _is_worth_reading(path):
        return {}
    import yaml

    from kubectl_connector.yaml_loader import loader

    try:
        with open(path, encoding="utf-8-sig") as file:
            content = yaml.load(file, Loader=loader("Base"))  # noqa: S506 (makes only text)
            return _mapping(content or {})
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a mapping")
    return value


def _path(word: str) -> str:
    """A path as it stands on a command line, where the shell has not read it yet."""
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        word = word[1:-1]
    return os.path.expanduser(os.path.expandvars(word))


def _is_worth_reading(path: str) -> bool:
    """Whether it is a file: to read a pipe would take from it what it holds for kubectl."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST
