"""A long day in a quarter of an hour: visits of every kind at once, and what they leave in the server's memory.

    python benchmarks/soak.py
    python benchmarks/soak.py --minutes 60
    python benchmarks/soak.py --no-language-model    as where it is not installed

A visit goes to some page with some folds open, on a short sentence, a long text, or a hostile link. There it chooses
words, takes files away, trains; some visits are cut off in the middle and come back by their link.
Printed are the memory over time, that of the process that draws pictures apart, at the end what fills it, by name and
size; whatever went wrong, and the views that came back as another.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from load import SENTENCES  # noqa: E402
from serving import Served  # noqa: E402

from tests.support.addresses import all_open  # noqa: E402
from tests.support.visitor import Visitor  # noqa: E402
from ui.shell.pages import PAGES, Page  # noqa: E402

AT_ONCE = 8
LONG = " ".join(SENTENCES[index % len(SENTENCES)] for index in range(45))[:1900]
HOSTILE = ("\u202e\u0301" * 200, "='\"<script>&{}\n\x00", "[SEP] [CLS]", "\U0001f600" * 300, "", "\uffff king")
NUMBERS = ("1e999", "-1", "nan", "99999999", "x", "0")


class Day:
    """What happened so far."""

    def __init__(self) -> None:
        self.visits: Counter = Counter()
        self.errors: Counter = Counter()
        self.lost = 0


def link_of(page: Page, chance: random.Random) -> dict[str, str]:
    """The settings of a visit."""
    kind = chance.choice(("short", "short", "long", "hostile"))
    folds = [name for name in all_open(page) if chance.random() < 0.4]
    text = {"short": chance.choice(SENTENCES), "long": LONG, "hostile": chance.choice(HOSTILE)}[kind]
    query = {"text" if page.name == "next_word" else "s": text} | dict.fromkeys(folds, "true")
    if kind == "hostile":
        query |= {name: chance.choice(NUMBERS) for name in ("q", "k", "d", "l", "h", "dk", "heads", "draws", "wq")}
    elif page.name == "teach_it":
        query["trained"] = chance.choice(("0", "60", "9999"))
    return query


def as_link(query: dict[str, str]) -> str:
    """The settings as a link writes them."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())


def shown(visitor: Visitor) -> dict[str, list[str]]:
    """What the link says that the page offers."""
    link = json.loads(visitor.widgets[visitor.widget("run-ended")].json)["link"]
    return parse_qs(urlsplit(link).query, keep_blank_values=True)


async def take_pictures(visitor: Visitor, chance: random.Random) -> int:
    """Take away some of what the page offers; how much."""
    files = [file for element in visitor.widgets.values() if (file := getattr(element, "deferred_file_id", ""))]
    wanted = chance.sample(files, k=min(2, len(files)))
    for file in wanted:
        await visitor.download(file)
    return len(wanted)


async def visit(url: str, number: int, day: Day) -> None:
    """One visit."""
    chance = random.Random(number)
    page = chance.choice(PAGES)
    query = link_of(page, chance)
    address = "" if page is PAGES[0] else page.name
    visitor = Visitor(url, as_link(query), address)
    try:
        await visitor.open()
        for _ in range(chance.randint(0, 3) if visitor.has_words() else 0):  # without a text there are none
            await visitor.choose_word(chance.randint(0, 5))
        day.visits["pictures"] += await take_pictures(visitor, chance)
        if query.get("trained") == "0" and chance.random() < 0.3:
            await visitor.set("train", "trigger_value", True)
            day.visits["trainings"] += 1
        before = shown(visitor)
        if chance.random() < 0.3:
            visitor.socket.transport.abort()
            day.visits["cut off"] += 1
            visitor = Visitor(url, as_link({name: value[0] for name, value in before.items()}), address)
            await visitor.open()
            day.lost += shown(visitor) != before
        await visitor.close()
    except Exception as error:  # whatever it is, it is what this program is there to find
        day.errors[f"{page.name}: {type(error).__name__}: {str(error)[:100]}"] += 1
    for fault in visitor.faults:
        day.errors[f"{page.name}: {fault[:100]}"] += 1
    day.visits["visits"] += 1


async def live(served: Served, minutes: float, day: Day) -> None:
    """Let visits come, AT_ONCE at a time, until the end; print the memory as it goes."""
    process, end = psutil.Process(served.process.pid), time.monotonic() + 60 * minutes
    numbers = iter(range(10**9))

    async def visitors() -> None:
        while time.monotonic() < end:
            await visit(served.url, next(numbers), day)

    async def watch() -> None:
        while time.monotonic() < end:
            await asyncio.sleep(60 * minutes / 15)
            drawing = sum(child.memory_info().rss for child in process.children()) / 2**20
            memory = f"{process.memory_info().rss / 2**20:6.0f} MiB, and {drawing:4.0f} where pictures are drawn"
            print(f"{day.visits['visits']:>7} visits {memory}", flush=True)

    await asyncio.gather(watch(), *(visitors() for _ in range(AT_ONCE)))


def print_tally(served: Served, file: Path) -> None:
    """Print what fills the server's memory, from 1 MiB on."""
    served.process.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    if not file.exists():
        print("the server gave no tally of its memory")
        return
    for name, size in json.loads(file.read_text("utf-8")).items():
        if size >= 1:
            print(f"{size:>9.1f} MiB  {name}")


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=15)
    options.add_argument("--no-language-model", action="store_true")
    chosen, day = options.parse_args(), Day()
    if chosen.no_language_model:
        os.environ["ATTENTION_LM"] = "none"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tally.json"
        served = Served(ROOT, program=(str(ROOT / "benchmarks" / "tallied.py"), str(file)))
        try:
            asyncio.run(live(served, chosen.minutes, day))
            alive = served.process.poll() is None
            if alive:
                print_tally(served, file)
        finally:
            served.stop()
    print(f"{dict(day.visits)}; views that came back as another: {day.lost}; errors: {sum(day.errors.values())}")
    for text, times in day.errors.most_common(10):
        print(f"  {times} × {text}")
    if not alive:
        print("the server has ended")
    sys.exit(1 if day.lost or day.errors or not alive else 0)


if __name__ == "__main__":
    main()
