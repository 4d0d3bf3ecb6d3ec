"""Two trainings of Teach it as the page computes them: "He, she, it", with which it opens, and copying.

    python benchmarks/bench_training.py

Both in one process, in turn, so that a busy moment is one for both. A training begins with its sentences made anew.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from timing import Spread  # noqa: E402

from attention_core import taught  # noqa: E402
from attention_core.learning import Progress  # noqa: E402
from ui.models import loaders, training  # noqa: E402

ROUNDS = 5
TASKS = ("gender", "copy")  # the first is the one with which the page opens


def reports(settings: training.Settings) -> Iterator[Progress]:
    """A whole training, its sentences included."""
    sentences = taught.datasets(settings.spec.task, loaders.glove())
    return taught.train(settings.spec, sentences, settings.seed, settings.d_k, training.recipe(settings))


def measure() -> None:
    """Train the page's model of each task in turn and print what each took."""
    seconds: dict[str, list[float]] = {task: [] for task in TASKS}
    steps, accuracy = {}, {}
    for turn in range(ROUNDS + 1):
        for task in TASKS:
            start = time.perf_counter()
            *_, last = reports(training.usual_settings(taught.find_spec(task)))
            if turn:  # the first turn opens the word vectors
                seconds[task].append(time.perf_counter() - start)
            steps[task], accuracy[task] = last.step, last.accuracy
    print(f"{'a training':<14}{'steps':>8}{'seconds':>22}{'/ ' + TASKS[0]:>12}{'unseen words right':>22}")
    for task in TASKS:
        spread = Spread(seconds[task])
        ratio = spread.over(Spread(seconds[TASKS[0]])).median
        print(f"{task:<14}{steps[task]:>8}{f'{spread:.2f}':>22}{ratio:>12.2f}{accuracy[task]:>22.1%}")


if __name__ == "__main__":
    measure()
