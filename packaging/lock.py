"""Write the lock files in packaging/locks: ``make lock``.

A lock names every package that is installed, at one version and with its checksums, for every
platform and Python that it serves. pyproject.toml names the wanted packages. Both pip (even an old
one) and uv install a lock with ``--require-hashes --requirement FILE``.

    python packaging/lock.py              keep the versions that still fit
    python packaging/lock.py --upgrade    take the newest of all
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from project import LOCKS, ROOT

ONLY_FOR_CONNECT = "kubernetes"
"""Archives leave it out: it serves ``connect()`` in other programs, and is larger than all the
rest together."""

EDITABLE = "editables"
"""The package that hatchling needs besides itself for an editable install."""


@dataclass(frozen=True)
class Lock:
    """One lock file and what goes into it."""

    about: str
    wanted: list[str]
    python: str = "3.10"
    """The oldest Python that the lock serves."""


def locks(pyproject: Any) -> dict[str, Lock]:
    """Every lock by its file's name, made from the content of pyproject.toml."""
    package: list[str] = pyproject["project"]["dependencies"]
    build: list[str] = pyproject["build-system"]["requires"]
    groups: dict[str, list[str]] = pyproject["dependency-groups"]
    in_archives = [each for each in package if name_of(each) != ONLY_FOR_CONNECT]
    return {
        "archive": Lock("what archives hold besides the program and Python", in_archives, "3.11"),
        "development": Lock(
            "the environment of developers and of CI: the package's dependencies, what builds it,"
            " what checks and tests it",
            [*package, *build, EDITABLE, *groups["dev"]],
        ),
        "older": Lock("the older releases that the tests run too", groups["older"]),
        "tools": Lock("what packaging needs", [*build, *groups["tools"], *groups["uv"]], "3.11"),
        "uv": Lock("uv, which fetches Pythons in CI", groups["uv"]),
        "go": Lock("Go as a Python package, for machines that have none", groups["go"]),
    }


def name_of(requirement: str) -> str:
    """The package that a requirement names, as locks write it."""
    return re.split(r"[^\w.-]", requirement)[0].lower()


def main() -> None:
    """Resolve and write every lock."""
    tomllib = importlib.import_module("tomllib")  # since Python 3.11
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name, lock in locks(pyproject).items():
        _write(name, lock, sys.argv[1:])


def _write(name: str, lock: Lock, options: list[str]) -> None:
    output = LOCKS / f"{name}.txt"
    command = ["uv", "pip", "compile", "--quiet", "--universal", f"--python-version={lock.python}"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", f"--output-file={output}"]
    command += [*options, "-"]
    subprocess.run(command, input="\n".join(lock.wanted), text=True, check=True)
    note = f"# Made by make lock from pyproject.toml: {lock.about}.\n"
    output.write_text(note + output.read_text(encoding="utf-8").removeprefix(note), "utf-8")


if __name__ == "__main__":
    main()
