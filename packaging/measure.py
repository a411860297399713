"""Measure how fast an installed plugin starts, with a real keyring: ``make measure-archive``.

    python packaging/measure.py [--rounds 40] [--json FILE] NAME=EXECUTABLE …

Each round runs every program once, one after the other, so that other load on the machine affects
all alike. The medians are compared with ``python -c pass`` of the interpreter that runs this. The
keyring is a gnome-keyring of our own, and the program that is measured last fills it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.apiserver import ApiServer, User  # noqa: E402
from tests.kubeconfigs import token_user, write_kubeconfig  # noqa: E402
from tests.secret_service import secret_service  # noqa: E402

TOKEN = "a-token-to-measure-with"  # noqa: S105  for a server that ends with this program
WORDS = (["version"], ["--help"], ["list"])
NOTHING = "python -c pass"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("programs", nargs="+", metavar="NAME=EXECUTABLE")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    programs = dict(each.split("=", 1) for each in arguments.programs)
    programs = {name: os.path.abspath(path) for name, path in programs.items()}
    with _connector(list(programs.values())[-1]) as (environment, credential):
        commands = {
            (name, words[0]): [path, *words]
            for name, path in programs.items()
            for words in (*WORDS, credential)
        }
        commands[(NOTHING, "")] = [sys.executable, "-c", "pass"]
        times = _interleaved(commands, environment, arguments.rounds)
    medians = {key: statistics.median(each) * 1000 for key, each in times.items()}
    if arguments.json:
        table = [{"program": n, "command": c, "ms": ms} for (n, c), ms in medians.items()]
        arguments.json.write_text(json.dumps(table, indent=1) + "\n")
    _print(medians, list(programs))


@contextlib.contextmanager
def _connector(program: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """A home with a connector whose token is in the keyring, and the arguments of its stanza."""
    users = {TOKEN: User("jane@example.com", ())}
    with (
        tempfile.TemporaryDirectory() as folder,
        secret_service() as session,
        ApiServer(tokens=users) as server,
    ):
        kubeconfig = write_kubeconfig(Path(folder) / "config", server, token_user(TOKEN))
        environment = session | {"KUBECONFIG": str(kubeconfig), "LANG": "C.UTF-8"}
        for words in (["register", "prod", "--auto-configure"], ["login", "prod", "--exec"]):
            subprocess.run([program, *words], env=environment, check=True, capture_output=True)
        view = [
            f"{Path(sys.executable).parent}/kubectl",
            "config",
            "view",
            "--minify",
            "-o",
            "json",
        ]
        shown = subprocess.run(view, env=environment, check=True, capture_output=True).stdout
        yield environment, json.loads(shown)["users"][0]["user"]["exec"]["args"]


def _interleaved(
    commands: dict[tuple[str, str], list[str]], environment: dict[str, str], rounds: int
) -> dict[tuple[str, str], list[float]]:
    times: dict[tuple[str, str], list[float]] = {key: [] for key in commands}
    for turn in range(rounds + 2):  # the first two rounds only fill the disk's cache
        for key, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run(command, env=environment, check=False, capture_output=True)
            taken = time.perf_counter() - start
            if done.returncode:
                raise SystemExit(f"{command}: {done.stderr.decode()}")
            if key[1] == "credential" and TOKEN.encode() not in done.stdout:
                raise SystemExit(f"{command} answers without the token")
            if turn >= 2:
                times[key].append(taken)
    return times


def _print(medians: dict[tuple[str, str], float], programs: list[str]) -> None:
    columns = [words[0] for words in WORDS] + ["credential"]
    nothing = medians[(NOTHING, "")]
    lines = [f"| | {' | '.join(columns)} | credential, ratio |", "|---" * (len(columns) + 2) + "|"]
    lines.append(f"| {NOTHING} | {nothing:.1f} |" + " |" * (len(columns) - 1) + " 1.00 |")
    for name in programs:
        cells = " | ".join(f"{medians[(name, column)]:.1f}" for column in columns)
        lines.append(f"| {name} | {cells} | {medians[(name, 'credential')] / nothing:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
