"""What only the user's files hold: connectors, labels, contexts, namespaces, settings' values.

This module reads files without models or checks. A provider that finds nothing offers nothing, and
reports no error. No secret is read, and no cluster is asked.
"""

from __future__ import annotations

import os
import stat
import time

from kubectl_connector.completion.tree import SETTINGS
from kubectl_connector.errors import ConnectorError

TYPE_CHECKING = False  # importing typing for it would cost time at every press of a key
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from kubectl_connector.completion.complete import Candidate, Line

_UNUSABLE = (ConnectorError, OSError, ValueError, TypeError, AttributeError, LookupError)
"""The errors of reading a file that is missing, broken, or of another shape."""


class UserValues:
    """The providers that ``tree.py`` names, for one user's environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self, provider: str, line: Line) -> Iterable[Candidate]:
        """The provider's candidates; none where its file is missing or broken."""
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
        """The connectors that are not on the line yet."""
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
        known, current = self._kubeconfig(line, names_only=True)
        for context in known:
            name = str(context["name"])
            yield name, "the current one" if name == current else ""

    def _namespaces(self, line: Line) -> Iterator[Candidate]:
        """The namespaces that contexts and connectors name; no cluster is asked for others.

        Where the kubeconfig is broken, those of the connectors are still offered.
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

    def _kubeconfig(self, line: Line, names_only: bool = False) -> tuple[list[dict[str, Any]], str]:
        """The contexts that kubectl would see, and the current one's name.

        This function does not use the kubeconfig engine, which takes twice as long to import
        (docs/performance.md).
        """
        from kubectl_connector.kubeconfig.paths import kubeconfig_files

        named = line.given.get("--kubeconfig")
        files = kubeconfig_files(_path(named) if named else None, self._environ)
        documents = [_kubeconfig_of(files.source(path), names_only) for path in files.paths]
        contexts: dict[str, dict[str, Any]] = {}
        for document in documents:
            for context in document.get("contexts") or []:
                contexts.setdefault(str(_mapping(context)["name"]), context)
        currents = (str(each.get("current-context") or "") for each in documents)
        return list(contexts.values()), next(filter(None, currents), "")


def is_harmless(word: str) -> bool:
    """Whether a word can stand on a command line without quotes, in any shell.

    The scripts of bash put a candidate there without quotes. A name with a space would become two
    words, and a name with ``$(…)``, from a kubeconfig that somebody sent, would become a command.
    """
    return (
        bool(word)
        and not word.startswith("-")
        and all(char.isalnum() or char in "-_.:/@=+,%" for char in word)
    )


def _summary(connector: Mapping[str, Any], now: str) -> str:
    """What tells a connector from others: its note, or else its method and cluster."""
    parts = [connector.get("description") or _method_and_cluster(connector)]
    # Both are RFC 3339 in UTC to the second, so their order as text is their order in time.
    if str(connector.get("expiresAt") or now) < now:
        parts.append("expired")
    return ", ".join(map(str, parts))


def _method_and_cluster(connector: Mapping[str, Any]) -> str:
    return f"{connector.get('authMethod')} for {connector.get('clusterName')}"


def _one_line(text: str) -> str:
    """The text without control characters, and short enough to stand beside a name."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:80]


def _kubeconfig_of(path: str, names_only: bool) -> dict[str, Any]:
    """A kubeconfig's contexts and current context; of a large one, as little as is needed."""
    from kubectl_connector.completion import large

    text = _text(path)
    if len(text) < large.LARGE:
        return _parsed(text)
    if text.lstrip().startswith("{"):
        return _parsed_json(text)
    part = large.cut(text, ("contexts", "current-context"))
    try:
        return large.contexts(part) if names_only else _parsed(part)
    except _UNUSABLE:
        return _parsed(text)


def _load(path: str) -> dict[str, Any]:
    """A YAML file's mapping; empty where there is no file to read."""
    return _parsed(_text(path))


def _text(path: str) -> str:
    """A file's text; empty where there is no file to read."""
    if not _is_worth_reading(path):
        return ""
    with open(path, encoding="utf-8-sig") as file:
        return file.read()


def _parsed(text: str) -> dict[str, Any]:
    """The mapping in a YAML text's first document, with every scalar as text."""
    import yaml

    from kubectl_connector.yaml_loader import loader

    try:
        reader = loader("Base")(text)  # which makes only text
        content = reader.get_data() if reader.check_data() else None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return _mapping(content or {})


def _parsed_json(text: str) -> dict[str, Any]:
    """The mapping of a YAML text in flow style, which mostly is JSON."""
    import json

    try:
        return _mapping(json.loads(text))
    except (ValueError, RecursionError):
        return _parsed(text)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a mapping")
    return value


def _path(word: str) -> str:
    """The path that a word on the command line stands for; the shell has not expanded it yet."""
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        word = word[1:-1]
    return os.path.expanduser(os.path.expandvars(word))


def _is_worth_reading(path: str) -> bool:
    """Whether it is a regular file: reading a pipe would take away what it holds for kubectl."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False
