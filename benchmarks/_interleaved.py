"""Time whole commands in turn, so that other load on the machine affects all alike."""

from __future__ import annotations

import os
import resource
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
    processor: float
    """The median of the processor time, which other load on the machine lengthens less."""


def interleave(
    commands: Mapping[str, Command], environment: Mapping[str, str], runs: int
) -> dict[str, Timing]:
    """Run the commands in turn, ``runs`` times each; CalledProcessError where one fails."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for round_ in range(runs + 2):
        for name, command in commands.items():
            taken = _time(command, environment)
            if round_ >= 2:  # the first two rounds warm the caches
                times[name].append(taken)
    return {name: _timing(taken) for name, taken in times.items()}


def table(timings: Mapping[str, Timing], unit: str) -> str:
    """A Markdown table; ratios are to ``unit``, of time and of processor time."""
    lines = ["| command | median | ± | ratio | processor |", "|---|---|---|---|---|"]
    for name, timing in timings.items():
        ratio = timing.median / timings[unit].median
        processor = timing.processor / timings[unit].processor
        lines.append(
            f"| {name} | {timing.median * 1e3:.1f} ms | {timing.spread * 1e3:.1f} | {ratio:.2f}"
            f" | {processor:.2f} |"
        )
    return "\n".join(lines)


def _time(command: Command, environment: Mapping[str, str]) -> tuple[float, float]:
    """The seconds that a command takes, and those that processors work for it."""
    before = _processor()
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
    return seconds, _processor() - before


def _processor() -> float:
    """The processor time of all programs that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timing(taken: list[tuple[float, float]]) -> Timing:
    low, middle, high = statistics.quantiles((seconds for seconds, _ in taken), n=4)
    return Timing(middle, (high - low) / 2, statistics.median(used for _, used in taken))


def load() -> str:
    """How busy the machine is, for the reader of the table."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
