"""A person at a terminal in a private home, who types every command as ``kubectl …``."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import PLUGIN, VENV_BIN, Home

LIMIT = 60.0
"""Seconds after which we take a command to hang."""


@dataclass(frozen=True)
class Refusal:
    """A command that failed as every command must: two lines on stderr, nothing on stdout."""

    code: int
    error: str
    hint: str


@dataclass
class Terminal:
    """Runs ``kubectl``; ``connector`` is short for ``kubectl connector``."""

    kubectl: Path
    home: Home
    environment: dict[str, str] = field(default_factory=dict)

    def run(
        self, *words: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``kubectl WORDS`` with ``stdin`` as its input."""
        return subprocess.run(
            [self.kubectl, *words],
            input=stdin,
            env=self.environ() | dict(env or {}),
            cwd=self.home.path,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def ask(self, *words: str | Path) -> str:
        """The output of ``kubectl WORDS``, which must succeed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def connector(
        self, *words: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> str:
        """The output of ``kubectl connector WORDS``, which must succeed."""
        done = self.run("connector", *words, stdin=stdin, env=env)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stderr}{done.stdout}"
        return done.stdout

    def document(self, *words: str | Path) -> Any:
        """The JSON that ``kubectl connector WORDS -o json`` prints."""
        return json.loads(self.connector(*words, "-o", "json"))

    def kept(self) -> dict[str, Any]:
        """What the catalog file holds of every connector, by name; this runs no command."""
        catalog = self.home.connector_home / "connectors.yaml"
        if not catalog.exists():
            return {}
        return {one["name"]: one for one in yaml.safe_load(catalog.read_text())["connectors"]}

    def refused(
        self, *words: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Refusal:
        """Run ``kubectl connector WORDS``, which must fail; return how it failed."""
        done = self.run("connector", *words, stdin=stdin, env=env)
        lines = done.stderr.splitlines()
        assert done.returncode != 0, done.stdout
        assert len(lines) == 2, done.stderr
        assert lines[0].startswith("error: "), done.stderr
        assert lines[1].startswith("hint:  "), done.stderr
        assert done.stdout == ""
        return Refusal(done.returncode, lines[0][7:], lines[1][7:])

    def who_am_i(self, *options: str) -> str:
        """The username that the cluster sees with the current context."""
        return self.ask("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}", *options)

    def current_context(self) -> str:
        """The name of the current context."""
        return self.ask("config", "current-context")

    def environ(self) -> dict[str, str]:
        path = [str(PLUGIN.parent), str(self.kubectl.parent), str(VENV_BIN), os.environ["PATH"]]
        return {
            **os.environ,  # scrubbed; the home fixture has put its own paths there
            "PATH": os.pathsep.join(path),
            "LANG": "C.UTF-8",
            **self.environment,
        }


def imported(terminal: Terminal, *words: str) -> set[str]:
    """The modules that ``python WORDS`` imports."""
    done = subprocess.run(
        [VENV_BIN / "python", "-X", "importtime", *words],
        env=terminal.environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r"^import time: .*\| +(\S+)$", done.stderr, re.MULTILINE)) - {"package"}


def tokens_at_once(terminal: Terminal, count: int, arguments: tuple[str, ...]) -> set[str]:
    """The tokens that ``count`` of our processes print while they run at the same time."""
    program = str(PLUGIN)

    def run(_: int) -> str:
        done = subprocess.run(
            [program, *arguments],
            env=terminal.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["status"]["token"])

    with ThreadPoolExecutor(count) as pool:
        return set(pool.map(run, range(count)))
