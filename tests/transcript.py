"""Find console sessions in Markdown and run them again.

A session is a block marked ``console``. Lines that begin with ``$`` are commands; the lines after
each are its output, stdout and stderr together.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT = 30.0


@dataclass(frozen=True)
class Step:
    """A command, and the output that the document shows."""

    command: str
    output: str


def steps(markdown: str) -> list[Step]:
    """The commands of every session, in order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Step(command, output.rstrip("\n")))
    return found


def run(command: str, environment: Mapping[str, str], folder: Path) -> str:
    """Run a command in bash and return its output; the exit status may be any."""
    done = subprocess.run(
        ["bash", "-c", command],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    return done.stdout.rstrip("\n")


def comparable(output: str) -> str:
    """The output without what differs from run to run: numbers, ids, and widths."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}", "ID", output)
    text = re.sub(r"[0-9]+(\.[0-9]+)*", "0", text)
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


@contextlib.contextmanager
def cluster(kubeconfig: Path, port: int = 0) -> Iterator[None]:
    """Run the loopback cluster as people do; yield once its kubeconfig is there."""
    command = [sys.executable, "-m", "tests.apiserver", "--write-kubeconfig", str(kubeconfig)]
    command += ["--port", str(port)]
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + LIMIT
        while not os.path.exists(kubeconfig):
            assert process.poll() is None, "the cluster did not start"
            assert time.monotonic() < end, "the cluster did not start"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(LIMIT)
