"""What a rerun of each page costs the server, against a bare Streamlit page with the same controls and one chart.

    python benchmarks/bench_pages.py

App and bare page are served at the same time and asked in turn; in each rerun a visitor chooses another word. The cost
is the processor time of the server's process for a rerun.
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
from ui.shell.pages import PAGES  # noqa: E402

ROUNDS, RERUNS = 5, 60  # processor time is counted in steps of 10 ms
BARE = "a bare page"


async def cost(visitor: Visitor, process: psutil.Process) -> tuple[float, float]:
    """Milliseconds of processor time and of waiting that a rerun takes, over a round of them."""
    before, waited = sum(process.cpu_times()[:2]), 0.0
    for turn in range(RERUNS):
        place = turn % 6 + 1
        waited += await (visitor.choose_word(place) if visitor.has_words() else visitor.set("q", "double_value", place))
    return 1000 * (sum(process.cpu_times()[:2]) - before) / RERUNS, 1000 * waited / RERUNS


async def measure(app: Served, bare: Served) -> None:
    """Ask all pages in turn and print what each cost."""
    visitors = {BARE: (Visitor(bare.url), bare)}
    for page in PAGES:
        links = {"next_word": "wq=1", "step_by_step": "q=1&step=2", "the_gap": "q=1&gown=true"}
        link = links.get(page.name, "q=1")  # where a word can be chosen
        visitors[page.name] = (Visitor(app.url, link, "" if page is PAGES[0] else page.name), app)
    for visitor, *_ in visitors.values():
        await visitor.open()
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in visitors}
    for turn in range(ROUNDS + 1):
        for name, (visitor, served) in visitors.items():
            costs = await cost(visitor, psutil.Process(served.process.pid))
            if turn:
                found[name].append(costs)
    spent, waited = ({name: Spread([pair[part] for pair in found[name]]) for name in found} for part in (0, 1))
    print(f"{'':<24}{'processor time, ms':>20}{'/ bare':>10}{'waiting, ms':>20}{'/ bare':>10}")
    for name in visitors:
        line = [
            f"{figures[name].median:>20.1f}{figures[name].over(figures[BARE]).median:>10.2f}"
            for figures in (spent, waited)
        ]
        print(f"{name:<24}{''.join(line)}")
    for name, (visitor, *_) in visitors.items():
        if visitor.faults:
            raise RuntimeError(f"{name}: {visitor.faults[0]}")
        await visitor.close()


if __name__ == "__main__":
    served = [Served(ROOT), Served(ROOT / "benchmarks" / "bare_page")]
    try:
        asyncio.run(measure(*served))
    finally:
        for one in served:
            one.stop()
