"""A hall trains: a hundred visitors press Train within ten seconds, on equal settings and on several different ones.

    python benchmarks/training_hall.py                 on the same settings, then on six different ones
    python benchmarks/training_hall.py --visitors 20

Server and visitors share this machine. First one visitor trains alone. Then a hall does, while somebody reads another
page and chooses a word every half second. Equal settings are trained once, so the hall costs one training and the
drawings; the steps that a visitor sees first say whether the training is watched from its beginning.
"""

import argparse
import asyncio
import html
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from load import spread  # noqa: E402
from serving import Served  # noqa: E402
from streamlit.proto.WidgetStates_pb2 import WidgetState  # noqa: E402

from tests.support.visitor import Visitor  # noqa: E402

PRESSING = 10  # seconds within which all press Train
PATIENCE = 600  # seconds for one visitor's training
BETWEEN = 0.03  # seconds between two drawings that a page asks for
QUEUED = 1.0  # the same while its training waits
SEEDS = 6  # of the different settings


@dataclass
class Trainee(Visitor):
    """A visitor of Teach it who watches a training.

    Attributes:
        steps: those of the drawings, in order.
        before: how many trainings were before this one, each time that the page said so.
        trained: whether the training has come to its end.
    """

    steps: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    trained: bool = False

    def _note(self, message) -> None:
        super()._note(message)
        if message.delta.WhichOneof("type") != "new_element" or message.delta.new_element.WhichOneof("type") != "html":
            return
        text = html.unescape(message.delta.new_element.html.body)
        if found := re.search(r"Step ([\d,]+) of", text):
            self.steps.append(int(found[1].replace(",", "")))
        if found := re.search(r"(\d+) other training", text):
            self.before.append(int(found[1]))
        self.trained |= "Trained for" in text

    async def train(self) -> float:
        """Press Train and watch until the end; the seconds it took.

        Raises:
            TimeoutError: it has not ended within PATIENCE.
        """
        start = time.perf_counter()
        await self.rerun(pressed=WidgetState(id=self.widget("train"), trigger_value=True))
        while not self.trained:
            queued = len(self.before)
            await self.rerun(self.timer)
            if time.perf_counter() - start > PATIENCE:
                raise TimeoutError(f"at step {self.steps[-1:]}, {self.before[-1:]} before it")
            await asyncio.sleep(QUEUED if len(self.before) > queued else BETWEEN)
        return time.perf_counter() - start


async def train_all(url: str, seeds: list[int], pressing: float) -> tuple[list[Trainee], list[float], list[float]]:
    """Visitors who press Train one after the other; the seconds of each, and those of a reader's reruns meanwhile.

    Args:
        seeds: of each visitor's settings.
        pressing: seconds within which all press.
    """
    crowd = [Trainee(url, f"init={seed}", "teach_it") for seed in seeds]
    reader, reads = Visitor(url), []
    for visitor in (*crowd, reader):
        await visitor.open()

    async def press(place: int) -> float:
        await asyncio.sleep(pressing * place / len(crowd))
        return await crowd[place].train()

    async def read() -> None:
        for place in range(10**9):
            reads.append(await reader.choose_word(place % 6))
            await asyncio.sleep(0.5)

    reading = asyncio.create_task(read())
    seconds = await asyncio.gather(*(press(place) for place in range(len(crowd))))
    reading.cancel()
    for visitor in (*crowd, reader):
        await visitor.close()
    return crowd, seconds, reads


def measure(served: Served, name: str, seeds: list[int], pressing: float) -> None:
    """Let a hall train and print what it waited for and what it cost."""
    process = psutil.Process(served.process.pid)
    before = sum(process.cpu_times()[:2])
    crowd, seconds, reads = asyncio.run(train_all(served.url, seeds, pressing))
    spent = sum(process.cpu_times()[:2]) - before
    first = max(next(step for step in visitor.steps if step) for visitor in crowd)
    queue = max((count for visitor in crowd for count in visitor.before), default=0)
    print(f"\n{name}: {len(crowd)} visitors, {len(set(seeds))} different settings")
    print(f"  from the press to the end: {min(seconds):.1f} to {max(seconds):.1f} s")
    print(f"  processor: {spent:.1f} s, for {sum(len(visitor.steps) for visitor in crowd)} drawings")
    print(f"  the first step that a visitor sees: at most {first}; the longest queue said: {queue}")
    print(f"  somebody who reads meanwhile: {spread(reads)}", flush=True)
    for visitor in crowd:
        if visitor.faults:
            raise RuntimeError(visitor.faults[0])


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--visitors", type=int, default=100)
    chosen = options.parse_args()
    served = Served(ROOT)
    try:
        measure(served, "warm-up", [99], 0)
        measure(served, "alone", [1], 0)
        measure(served, "equal settings", [2] * chosen.visitors, PRESSING)
        measure(served, "different settings", [3 + place % SEEDS for place in range(chosen.visitors)], PRESSING)
    finally:
        served.stop()


if __name__ == "__main__":
    main()
