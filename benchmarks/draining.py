"""Three replicas behind nginx, replaced one after the other by deploy/replace.sh while visitors use them.

    python benchmarks/draining.py
    python benchmarks/draining.py --visitors 30

Servers and visitors share this machine. A visitor whose connection is cut connects again at once, as a browser does.
Printed are, for each replica: how many of its visitors were cut off, how many of them came back with all that they had
set, and the seconds from the cut to the full page. A change that is cut off does not count as set.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from load import CONTROLS, OPENED, SENTENCES, THINKING, fetch, spread, warm  # noqa: E402
from serving import Served  # noqa: E402
from websockets import ConnectionClosed  # noqa: E402

from tests.support import programs  # noqa: E402
from tests.support.balanced import Nginx, replace  # noqa: E402
from tests.support.visitor import Visitor  # noqa: E402
from ui.shell.pages import PAGES  # noqa: E402

REPLICAS = 3
BETWEEN = 15  # seconds before the first replica is drained, and after each


class Hall:
    """What the visitors met with.

    Attributes:
        replaced: the replica that is being replaced or was last; "" before the first.
        waited: seconds of each return, by the replica that was being replaced.
        reruns: seconds of each change.
        lost: returns without something that was set, by replica.
        errors: by text.
        over: whether all may leave.
    """

    def __init__(self) -> None:
        self.replaced = ""
        self.waited: dict[str, list[float]] = {"": []}
        self.reruns: list[float] = []
        self.lost: Counter = Counter()
        self.errors: Counter = Counter()
        self.over = False


async def visit(url: str, number: int, hall: Hall) -> None:
    """One visitor, who toggles and chooses words until the hall is over."""
    chance, page = random.Random(number), PAGES[number % len(PAGES)]
    text, switch = CONTROLS[page.name]
    settings = f"{text}={quote(chance.choice(SENTENCES))}{OPENED.get(page.name, '')}"
    address = "" if page is PAGES[0] else page.name
    visitor = Visitor(url, settings, address, headers={"Cookie": f"replica={number:032x}"})
    try:
        await fetch(url, f"/{address}?{settings}")
        await visitor.open()
        while not hall.over:
            expected = set(urlsplit(visitor.link).query.split("&"))
            try:
                async with asyncio.timeout(chance.uniform(0.5, 1.5) * THINKING):
                    await visitor.socket.wait_closed()
            except TimeoutError:
                try:
                    hall.reruns.append(await change(visitor, switch, chance))
                    continue
                except ConnectionClosed:
                    expected = set(settings.split("&"))  # whether the change was made, nobody knows
            start = time.perf_counter()
            await visitor.open()
            hall.waited[hall.replaced].append(time.perf_counter() - start)
            hall.lost[hall.replaced] += not expected <= set(urlsplit(visitor.link).query.split("&"))
        await visitor.close()
    except Exception as error:  # whatever it is, it is what this program is there to find
        hall.errors[f"{page.name}: {type(error).__name__}: {str(error)[:100]}"] += 1
    for fault in visitor.faults:
        hall.errors[f"{page.name}: {fault[:100]}"] += 1


async def change(visitor: Visitor, switch: str, chance: random.Random) -> float:
    """Toggle the switch or choose a word; the seconds it took."""
    if chance.random() < 0.5:
        return await visitor.set(switch, "bool_value", chance.random() < 0.5)
    return await visitor.choose_word(chance.randint(0, 6))


async def use_and_replace(folder: Path, nginx: Nginx, replicas: list[Served], visitors: int) -> Hall:
    """Let visitors come, replace all replicas, and print what became of the visitors of each."""
    hall = Hall()
    tasks = [asyncio.create_task(visit(nginx.url, number, hall)) for number in range(visitors)]

    def carry_out(command: str) -> None:
        match command.split():
            case ["sleep", seconds]:
                time.sleep(float(seconds))
            case ["docker", "compose", "exec", *_, "reload"]:
                nginx.reload()
            case ["docker", "compose", "up", *_, name]:
                place = int(name.removeprefix("playground-")) - 1
                hall.replaced, hall.waited[name] = name, []
                replicas[place].stop()
                replicas[place] = Served(ROOT, int(replicas[place].url.rpartition(":")[2]))

    await asyncio.sleep(BETWEEN)
    for name in (f"playground-{number}" for number in range(1, REPLICAS + 1)):
        await asyncio.to_thread(replace, folder, carry_out, name)
        await asyncio.sleep(BETWEEN)
        waited = hall.waited[name]
        print(f"{name}: {len(waited)} cut off, {len(waited) - hall.lost[name]} back as they were; {spread(waited)}")
    hall.over = True
    await asyncio.gather(*tasks)
    return hall


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--visitors", type=int, default=60)
    chosen = options.parse_args()
    load = ", ".join(f"{value:.1f}" for value in psutil.getloadavg())
    print(f"{chosen.visitors} visitors, {REPLICAS} replicas, {psutil.cpu_count()} cores; load before: {load}")
    program = programs.find("nginx") or sys.exit("nginx is needed: `make test` installs it")
    replicas: list[Served] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nginx").mkdir()
        try:
            replicas += (Served(ROOT) for _ in range(REPLICAS))
            urls = [replica.url for replica in replicas]
            asyncio.run(warm(urls))
            nginx = Nginx(program, Path(folder) / "nginx", [url.removeprefix("http://") for url in urls])
            try:
                hall = asyncio.run(use_and_replace(Path(folder), nginx, replicas, chosen.visitors))
            finally:
                nginx.stop()
        finally:
            for replica in replicas:
                replica.stop()
    lost, early = hall.lost.total(), len(hall.waited[""])
    print(f"a rerun: {spread(hall.reruns)}; cut off before: {early}; lost: {lost}; errors: {hall.errors.total()}")
    for text, times in hall.errors.most_common(5):
        print(f"  {times} × {text}")
    sys.exit(1 if lost or early or hall.errors else 0)


if __name__ == "__main__":
    main()
