"""Time whole commands in turn, so that other load on the machine affects all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Command = Sequence[str]


@dataclass(frozen=True)
class Timing:
    """The wall-clock time of one command over many runs, in seconds."""

    median: float
    spread: float
    """Half the distance between the first and the third quartile."""


def interleave(
    commands: Mapping[str, Command], environment: Mapping[str, str], runs: int
) -> dict[str, Timing]:
    """Run the commands in turn, ``runs`` times each; CalledProcessError where one fails."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(runs + 2):
        for name, command in commands.items():
            seconds = _time(command, environment)
            if round_ >= 2:  # the first two rounds warm the caches
                times[name].append(seconds)
    return {name: _timing(seconds) for name, seconds in times.items()}


def table(timings: Mapping[str, Timing], unit: str) -> str:
    """A Markdown table; each ratio is to the median of the command called ``unit``."""
    lines = ["| command | median | ± | ratio |", "|---|---|---|---|"]
    for name, timing in timings.items():
        ratio = timing.median / timings[unit].median
        lines.append(
            f"| {name} | {timing.median * 1e3:.1f} ms | {timing.spread * 1e3:.1f} | {ratio:.2f} |"
        )
    return "\n".join(lines)


def _time(command: Command, environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, list(command), stderr=done.stderr)
    return seconds


def _timing(seconds: list[float]) -> Timing:
    low, middle, high = statistics.quantiles(seconds, n=4)
    return Timing(middle, (high - low) / 2)


def load() -> str:
    """How busy the machine is, for the reader of the table."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
