"""What a rerun of the playground costs the server, against a bare Streamlit page with the same controls and one chart.

    python benchmarks/bench_playground.py

Both are served at the same time and asked in turn; the cost is the processor time of the server's process for a rerun.
"""

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from serving import Served  # noqa: E402
from timing import Spread  # noqa: E402

from tests.support.visitor import Visitor  # noqa: E402

ROUNDS, RERUNS = 9, 40
FOLDERS = {"the playground": ROOT, "a bare page": ROOT / "benchmarks" / "bare_page"}


async def cost(visitor: Visitor, process: psutil.Process) -> tuple[float, float]:
    """Milliseconds of processor time and of waiting that a rerun takes, over a round of them."""
    before, waited = sum(process.cpu_times()[:2]), 0.0
    for turn in range(RERUNS):
        waited += await visitor.set("d", "double_array_value", [turn + 20])
    return 1000 * (sum(process.cpu_times()[:2]) - before) / RERUNS, 1000 * waited / RERUNS


async def measure(servers: dict[str, Served]) -> None:
    """Ask both in turn and print what it cost."""
    visitors = {name: Visitor(served.url) for name, served in servers.items()}
    for visitor in visitors.values():
        await visitor.open()
    processor, waiting = ({name: [] for name in visitors} for _ in range(2))
    for turn in range(ROUNDS + 1):
        for name, visitor in visitors.items():
            busy, waited = await cost(visitor, psutil.Process(servers[name].process.pid))
            if turn:
                processor[name].append(busy)
                waiting[name].append(waited)
    for title, figures in (("processor time a rerun, ms", processor), ("waiting for a rerun, ms", waiting)):
        ours, bare = (Spread(figures[name]) for name in visitors)
        print(f"{title}: the playground {ours:.1f}, a bare page {bare:.1f}, ratio {ours.over(bare):.2f}")
    for name, visitor in visitors.items():
        if visitor.faults:
            raise RuntimeError(f"{name}: {visitor.faults}")
        await visitor.close()


if __name__ == "__main__":
    running = {name: Served(folder) for name, folder in FOLDERS.items()}
    try:
        asyncio.run(measure(running))
    finally:
        for served in running.values():
            served.stop()
