"""Fair clocks: every contender in its own process, all in turn in one run, so that a busy machine is busy for each.

Only the standard library, and no large arrays: a child's peak memory counts from what its parent held.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# A program's modules are compiled once and kept. Where the environment forbids that, a fresh process would be timed
# compiling ours, while those of other packages came compiled.
KEEP_MODULES = {"PYTHONDONTWRITEBYTECODE": ""}
# Left alone, glibc gives large arrays back to the system at once and asks for them again at the next call; fetching the
# pages anew then costs more than the arithmetic. The same for every contender; see mallopt(3).
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**26)}


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __format__(self, spec: str) -> str:
        low, high = min(self.values), max(self.values)
        return f"{self.median:{spec}} [{low:{spec}}–{high:{spec}}]"

    def over(self, other: "Spread") -> "Spread":
        """How many times the other, measurement by measurement: taken side by side, a busy moment cancels."""
        return Spread([a / b for a, b in zip(self.values, other.values, strict=True)])


def cold(commands: dict[str, list[str]], rounds: int, threads: int) -> dict[str, tuple[Spread, float]]:
    """Start each command anew, in turn; for each its wall seconds and its peak resident memory in MiB."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    peak = dict.fromkeys(commands, 0.0)
    for turn in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=with_threads(threads), stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            taken = time.perf_counter() - start
            if status:
                sys.exit(f"{' '.join(command)} failed")
            if turn:  # the first turn only warms the disk's cache
                seconds[name].append(taken)
                peak[name] = max(peak[name], usage.ru_maxrss / 1024)
    return {name: (Spread(seconds[name]), peak[name]) for name in commands}


def warm(commands: dict[str, list[str]], request: object, rounds: int, threads: int) -> dict[str, Spread]:
    """Ask each command, kept running, the same again and again, in turn; for each the milliseconds an answer took.

    A command reads a request (JSON) a line and answers with a line of milliseconds; see `answer`.
    """
    running = {}
    for name, command in commands.items():
        running[name] = subprocess.Popen(
            command, env=with_threads(threads), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, process in running.items():
            process.stdin.write(json.dumps(request) + "\n")
            milliseconds = float(process.stdout.readline())
            if turn:
                taken[name].append(milliseconds)
    for process in running.values():
        process.stdin.close()
        process.wait()
    return {name: Spread(values) for name, values in taken.items()}


def requests() -> Iterator[object]:
    """What `warm` asks, one after the other."""
    for line in sys.stdin:
        yield json.loads(line)


def answer(function, repeats: int = 5, seconds: float = 0.01) -> None:
    """Tell `warm` the milliseconds one call of the function takes: the median of a few measurements.

    Each measurement lasts so many seconds at least: a call of microseconds is made many times over.
    """
    calls = max(1, round(seconds / timeit.timeit(function, number=1)))
    print(statistics.median(timeit.repeat(function, number=calls, repeat=repeats)) / calls * 1000, flush=True)


def with_threads(threads: int) -> dict[str, str]:
    """This process's environment, with so many threads for whatever computes; memory and modules are kept for reuse."""
    return os.environ | KEEP_MODULES | KEEP_MEMORY | dict.fromkeys(THREADS, str(threads))
