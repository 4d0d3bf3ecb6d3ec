"""A lecture hall: two hundred visitors within a minute, each with a link, typing, toggling, choosing, thinking.

    python benchmarks/load.py                        200 visitors on one process
    python benchmarks/load.py --replicas 2           on two, behind nginx as deploy/ has it
    python benchmarks/load.py --visitors 20 --minutes 0.5

Server and visitors share this machine. The hall fills in two halves, each kept for a while, so that what a rerun takes
is known for half the visitors and for all. A visitor speaks Streamlit's protocol and thinks two seconds between two
steps; a sentence is typed in two of them. Each page is asked for by the same number of visitors. Nobody trains: it
computes for seconds, and the page lets only two at a time do so.
"""

import argparse
import asyncio
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from serving import Served  # noqa: E402

from tests.support import programs  # noqa: E402
from tests.support.balanced import Nginx  # noqa: E402
from tests.support.visitor import Visitor  # noqa: E402
from ui.shell.pages import PAGES  # noqa: E402

BARE_SECONDS = 30  # for which the same visitors are on a bare page
THINKING = 2.0
FILLING = 60  # seconds until all are there
SENTENCES = (  # none is the default, which a link leaves out
    "The queen and the king ruled the kingdom",
    "The cat sat on the mat because it was soft",
    "The doctor thanked the nurse because she had helped him all night",
    "Paris is to France as Berlin is to Germany, and Rome to Italy",
    "A long river of words runs past the old stone bridge and down to the sea where the boats wait for the morning",
)
CONTROLS = {  # what is typed and toggled on each page
    "playground": ("s", "self"),
    "step_by_step": ("s", "causal"),
    "why_scale": ("s", "scaled-shown"),
    "teach_it": ("s", "tsay"),
    "the_gap": ("s", "gsay"),
    "inside_a_transformer": ("s", "marks"),
    "next_word": ("text", "nofirst"),
}

OPENED = {"step_by_step": "&step=5", "the_gap": "&gown=true"}  # where there is all of this


@dataclass
class Hall:
    """What all visitors met with.

    Attributes:
        reruns: seconds, with the moment at which each began.
        pages: seconds of each visitor's first full page.
        lost: visitors whose session or state was gone.
        errors: by text.
        here: how many are in.
    """

    reruns: list[tuple[float, float]] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    lost: int = 0
    errors: Counter = field(default_factory=Counter)
    here: int = 0


async def visit(url: str, number: int, pages: list[str], end: float, hall: Hall) -> None:
    """One visitor, from the link to the end."""
    chance = random.Random(number)
    page = pages[number % len(pages)]
    sentence = chance.choice(SENTENCES)
    text, switch = CONTROLS[page]
    link = f"{text}={quote(sentence)}{OPENED.get(page, '')}"
    cookie = {"Cookie": f"replica={number:032x}"}
    visitor = Visitor(url, link, "" if page == PAGES[0].name else page, headers=cookie)
    try:
        start = time.perf_counter()
        await fetch(url, f"/{visitor.page}?{link}")
        await visitor.open()
        hall.pages.append(time.perf_counter() - start)
        hall.here += 1
        sentence = await stay(visitor, chance, (text, switch), visitor.choose_word, sentence, end, hall)
        if quote(sentence, safe="") not in visitor.link:
            hall.lost += 1
        await visitor.close()
    except Exception as error:  # whatever it is, it is what this program is there to find
        hall.errors[f"{page}: {type(error).__name__}: {str(error)[:100]}"] += 1
        hall.lost += 1
    for fault in visitor.faults:
        hall.errors[f"{page}: {fault[:100]}"] += 1


async def stay(
    visitor: Visitor,
    chance: random.Random,
    names: tuple[str, str],
    choose: Callable[[int], Coroutine[Any, Any, float]],
    sentence: str,
    end: float,
    hall: Hall,
) -> str:
    """Type, toggle and choose until the end; the last sentence typed.

    Args:
        names: the controls for it.
        choose: chooses a word.
    """
    text, switch = names

    async def timed(act: Coroutine[Any, Any, float]) -> None:
        began = time.perf_counter()
        hall.reruns.append((began, await act))

    on, rest = False, ""
    while True:
        pause = chance.uniform(0.5, 1.5) * THINKING
        if time.perf_counter() + pause > end:
            return sentence
        await asyncio.sleep(pause)
        if rest:
            sentence, rest = rest, ""
            await timed(visitor.set(text, "string_value", sentence))
            continue
        match chance.choice(("type", "toggle", "choose")):
            case "type":
                rest = chance.choice(SENTENCES)
                sentence = rest[: len(rest) // 2]
                await timed(visitor.set(text, "string_value", sentence))
            case "toggle":
                on = not on
                await timed(visitor.set(switch, "bool_value", on))
            case "choose":
                await timed(choose(chance.randint(0, 6)))


async def fetch(url: str, path: str) -> None:
    """The page itself, before its websocket."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
    status = (await reader.readline()).split()[1]
    await reader.read()
    writer.close()
    if status != b"200":
        raise ConnectionError(f"{path[:40]} answered {status.decode()}")


@dataclass
class Watched:
    """The processes that serve, and what they use."""

    processes: list[psutil.Process]

    def memory(self) -> float:
        """Resident MiB of all together."""
        return sum(process.memory_info().rss for process in self.alive()) / 2**20

    def seconds(self) -> float:
        """Processor time of all together."""
        return sum(sum(process.cpu_times()[:2]) for process in self.alive())

    def alive(self) -> list[psutil.Process]:
        """Those that are still there: one of nginx's only loads its cache, and ends."""
        return [process for process in self.processes if process.is_running()]


def spread(values: list[float]) -> str:
    """Median, 95th and 99th of a hundred, in milliseconds."""
    if len(values) < 2:
        return "too few"
    cuts = statistics.quantiles([1000 * value for value in values], n=100)
    return f"p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f} ms of {len(values)}"


async def warm(urls: list[str]) -> None:
    """One visitor to each page of each replica, as a new server gets before it is shown to anybody."""
    for url, page in itertools.product(urls, PAGES):
        visitor = Visitor(url, page="" if page is PAGES[0] else page.name)
        await visitor.open()
        await visitor.close()


async def bare_reruns(visitors: int) -> float:
    """The reruns a second of processor time that a bare page does for as many visitors, who do the same there."""
    served, hall = Served(ROOT / "benchmarks" / "bare_page"), Hall()
    process, end = psutil.Process(served.process.pid), time.perf_counter() + BARE_SECONDS

    async def visit_bare(number: int) -> None:
        visitor = Visitor(served.url, headers={"Cookie": f"replica={number:032x}"})
        await visitor.open()

        def choose(place: int) -> Coroutine[Any, Any, float]:
            return visitor.set("q", "double_value", place)

        await stay(visitor, random.Random(number), ("s", "self"), choose, "", end, hall)
        await visitor.close()

    try:
        visits = [asyncio.create_task(visit_bare(number)) for number in range(visitors)]
        await asyncio.sleep(BARE_SECONDS / 3)  # until all are there, and it is warm
        spent, done = sum(process.cpu_times()[:2]), len(hall.reruns)
        await asyncio.gather(*visits)
        return (len(hall.reruns) - done) / (sum(process.cpu_times()[:2]) - spent)
    finally:
        served.stop()


async def fill(url: str, watched: Watched, visitors: int, minutes: float, pages: list[str], bare: float) -> Hall:
    """Let the hall fill in two halves, keep each, and print what was measured.

    Args:
        bare: the reruns a second of processor time that a bare page does for such visitors.
    """
    hall, tasks = Hall(), []
    start = time.perf_counter()
    half, kept = FILLING / 2 * min(1.0, visitors / 200), 60 * minutes / 2
    end = start + 2 * (half + kept)
    before = watched.memory()
    for stage in (1, 2):
        for number in range((stage - 1) * visitors // 2, stage * visitors // 2):
            tasks.append(asyncio.create_task(visit(url, number, pages, end, hall)))
            await asyncio.sleep(half / (visitors / 2))
        began, used = time.perf_counter(), watched.seconds()
        series = []
        for _ in range(6):
            await asyncio.sleep(kept / 6)
            series.append(watched.memory())
        lasted = time.perf_counter() - began
        reruns = [taken for at, taken in hall.reruns if at > began]
        print(f"\n{hall.here} visitors, {lasted:.0f} s")
        print(f"  a rerun: {spread(reruns)}; {len(reruns) / lasted:.0f} a second")
        print(f"  first full page: {spread(hall.pages)}")
        spent = watched.seconds() - used
        per_core = len(reruns) / spent
        print(
            f"  processor: {100 * spent / lasted:.0f} % of a core; {per_core:.0f} reruns a second of one core,", end=" "
        )
        print(f"{per_core / bare:.2f} of what a bare page does ({bare:.0f})")
        print(f"  memory, MiB: {' '.join(f'{value:.0f}' for value in series)}; {before:.0f} before", end="; ")
        print(f"{(series[-1] - before) / max(hall.here, 1):.2f} a visitor", flush=True)
    await asyncio.gather(*tasks)
    print(f"\nlost sessions: {hall.lost}; errors: {sum(hall.errors.values())}")
    for text, times in hall.errors.most_common(5):
        print(f"  {times} × {text}")
    return hall


def measure(run: Callable[[str, Watched], Awaitable[Hall]], replicas: int) -> Hall:
    """Serve, warm up, run, and end it all."""
    with tempfile.TemporaryDirectory() as folder:
        serving = []
        try:
            serving = [Served(ROOT) for _ in range(replicas)]
            urls = [served.url for served in serving]
            asyncio.run(warm(urls))
            if replicas > 1:
                program = programs.find("nginx") or sys.exit("nginx is needed for replicas: `make test` installs it")
                serving.append(Nginx(program, Path(folder), [url.removeprefix("http://") for url in urls]))
            first = [psutil.Process(served.process.pid) for served in serving]
            apps = [process for one in first for process in (one, *one.children(recursive=True))]
            return asyncio.run(run(serving[-1].url, Watched(apps)))
        finally:
            for served in reversed(serving):
                served.stop()


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--visitors", type=int, default=200)
    options.add_argument("--minutes", type=float, default=4, help="how long, after the hall has filled")
    options.add_argument("--replicas", type=int, default=1)
    names = [page.name for page in PAGES]
    options.add_argument("--page", choices=names, help="all on this page; without it, spread evenly over all pages")
    chosen = options.parse_args()
    pages = [chosen.page] if chosen.page else names
    print(f"{chosen.visitors} visitors, {chosen.replicas} process(es), {psutil.cpu_count()} cores")
    load = ", ".join(f"{value:.1f}" for value in psutil.getloadavg())
    print(f"load of the machine before: {load} (above 1.5, others work here too and the figures are no good)")
    bare = asyncio.run(bare_reruns(chosen.visitors // chosen.replicas))

    def run(url: str, watched: Watched) -> Awaitable[Hall]:
        return fill(url, watched, chosen.visitors, chosen.minutes, pages, bare)

    hall = measure(run, chosen.replicas)
    sys.exit(1 if hall.lost or hall.errors else 0)


if __name__ == "__main__":
    main()
