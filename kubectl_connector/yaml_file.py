"""Our own YAML files: a version, a kind, and errors that name the line.

This is for the catalog and the settings only. Kubeconfigs are not our files and have rules of
their own: see ``kubeconfig/``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import yaml

from kubectl_connector import files, log
from kubectl_connector.errors import CatalogError
from kubectl_connector.frozen import dataclass
from kubectl_connector.yaml_loader import loader

VERSION = "kubectl-connector/v1"
"""The apiVersion of files whose format has not changed since release 0.1."""

_Loader = loader("Safe")


@dataclass(frozen=True)
class Located:
    """A value in the file and the line where it begins, counted from 1."""

    value: Any
    line: int


@dataclass(frozen=True)
class Fields:
    """A file's version and its top-level fields by name, without ``apiVersion`` and ``kind``."""

    version: str
    by_name: dict[str, Located]


def read(path: str, kind: str, versions: Sequence[str] = (VERSION,)) -> Fields:
    """The top-level fields of a file of this ``kind``; no fields where there is no file.

    ``versions`` are the known versions, the newest first. Raises CatalogError that names the file
    and, if there is one, the line.
    """
    log.info("reading %s", path)
    try:
        with open(path, encoding="utf-8") as file:
            root = yaml.compose(file, Loader=_Loader)
    except FileNotFoundError:
        return Fields(versions[0], {})
    except UnicodeDecodeError as error:
        raise broken(path, None, "not UTF-8") from error
    except OSError as error:
        raise CatalogError(
            f"{path} can't be read: {error.strerror}", "check its owner and mode"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise broken(path, mark.line + 1 if mark else None, problem) from None
    if root is None:
        return Fields(versions[0], {})
    if not isinstance(root, yaml.MappingNode):
        raise broken(path, 1, "expected a mapping")
    fields = {_key(path, key): _located(path, value) for key, value in root.value}
    version = fields.pop("apiVersion", Located(None, 1))
    if not isinstance(version.value, str):
        raise broken(path, version.line, f"apiVersion must be {versions[0]}")
    if version.value not in versions:
        raise CatalogError(
            f"{path}, line {version.line}: apiVersion {version.value} is not known to this version",
            "upgrade kubectl-connector: the file was written by a newer one",
        )
    found = fields.pop("kind", Located(None, 1))
    if found.value != kind:
        raise broken(path, found.line, f"kind must be {kind}")
    return Fields(version.value, fields)


def members_of(path: str, located: Located) -> list[Located]:
    """The members of a list field; CatalogError where it is not a list."""
    if not isinstance(located.value, list):
        raise broken(path, located.line, "expected a list")
    return located.value


def write(path: str, kind: str, fields: dict[str, Any], version: str = VERSION) -> None:
    """Replace the file, which gets mode 0600; a new folder gets 0700.

    Where this raises CatalogError, the old file is whole.
    """
    text = yaml.dump(
        {"apiVersion": version, "kind": kind, **fields},
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
    )
    log.info("writing %s", path)
    try:
        files.make_private_folder(os.path.dirname(path))
        files.replace_file(path, text.encode(), files.PRIVATE_FILE)
    except OSError as error:
        raise CatalogError(
            f"{path} can't be written: {error.strerror}",
            "check the folder's owner, mode and free space; nothing was changed",
        ) from error


def _dumper() -> Any:
    """PyYAML's safe dumper, but a text of several lines is written on one line.

    So every line of the catalog begins as the credential path expects it (``plugin.py``).
    """
    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        pass

    def represent(dumper: Any, text: str) -> Any:
        style = '"' if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    return Dumper


def broken(path: str, line: int | None, problem: str) -> CatalogError:
    """The error for a file that can't be understood."""
    where = f"{path}, line {line}" if line else path
    return CatalogError(
        f"{where}: {problem}", "mend the file by hand, or move it away to start anew"
    )


def _key(path: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise broken(path, _line(node), "expected a field's name")
    return str(node.value)


def _located(path: str, node: yaml.Node) -> Located:
    """A node's value; the members of a list have lines of their own."""
    if isinstance(node, yaml.SequenceNode):
        members = [Located(_value(path, member), _line(member)) for member in node.value]
        return Located(members, _line(node))
    return Located(_value(path, node), _line(node))


def _value(path: str, node: yaml.Node) -> Any:
    try:
        return _Construct().construct_document(node)
    except (yaml.YAMLError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        problem = getattr(error, "problem", None) or "not understood"
        raise broken(path, _line(node), problem) from None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Construct(yaml.constructor.SafeConstructor):
    """PyYAML's safe constructor for nodes that the C parser made; it leaves times as text."""


_Construct.yaml_constructors = {
    **yaml.constructor.SafeConstructor.yaml_constructors,
    "tag:yaml.org,2002:timestamp": yaml.constructor.SafeConstructor.construct_yaml_str,
}
