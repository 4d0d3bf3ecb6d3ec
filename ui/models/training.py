"""Models in training: each visitor's own, a report at a time, so that nobody waits long for anybody.

Training is seeded, so a link needs no more than the settings and a number of steps: whoever opens it trains the same
model again. Trainings are cached for a while, so that a link that is opened often opens at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from attention_core import tasks, taught
from attention_core.layers import Model
from attention_core.learning import Diverged, Encoded, Progress, Recipe
from attention_core.taught import ModelSpec
from ui.models import loaders

TRAINING_SLOTS = threading.BoundedSemaphore(2)  # trainings that compute at the same moment; each fills a core
SLOT_TIMEOUT = 1.0  # seconds that a visitor's next steps wait for room before the page says so
EVERY = 50  # steps from one report to the next, when most has been learned
EVERY_REPORT_UP_TO, REPORTS_PER_DRAWING = 30, 4  # up to this step every report is drawn, later every fourth
MAX_CACHED = 32  # trainings; each takes about half a megabyte

_cached: OrderedDict["Settings", "Run"] = OrderedDict()
_lock = threading.Lock()
_generating = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """What is trained, and how: with the number of steps, this determines every number of the model."""

    spec: ModelSpec
    d_k: int = taught.D_K
    rate: float = Recipe().rate
    seed: int = taught.SEED


def recipe(settings: Settings) -> Recipe:
    """How these settings are trained."""
    return replace(settings.spec.recipe, rate=settings.rate, every=EVERY)


def datasets(task: str) -> tuple[Encoded, Encoded]:
    """The sentences to train with and those to test with, the same for every visitor and every seed."""
    with _generating:
        return _datasets(task)


@lru_cache(maxsize=len(tasks.TASKS))
def _datasets(task: str) -> tuple[Encoded, Encoded]:
    return taught.datasets(task, loaders.glove())


@lru_cache(maxsize=32)
def untrained(settings: Settings) -> Model:
    """The model before its first step."""
    generator = np.random.default_rng(settings.seed)
    return settings.spec.new_model(generator, loaders.glove().d_model, settings.d_k)


def shipped(settings: Settings) -> Model | None:
    """The model with these settings that came with the app, None if there is none.

    Raises:
        DamagedData: its file is missing or altered.
    """
    spec = settings.spec
    if settings != Settings(spec) or spec not in taught.SHIPPED:
        return None
    model = _loaded(spec)
    return model if model.d_word == loaders.glove().d_model else None


@lru_cache(maxsize=len(taught.SHIPPED))
def _loaded(spec: ModelSpec) -> Model:
    return taught.load(spec)


def _reports(settings: Settings) -> Iterator[Progress]:
    sentences = datasets(settings.spec.task)
    return taught.train(settings.spec, sentences, settings.seed, settings.d_k, recipe(settings))


class Run:
    """One visitor's model in training.

    Attributes:
        settings: what is trained.
        history: every report so far, the first before any step.
        diverged: the error with which training failed, None while it has not.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.history: list[Progress] = []
        self.diverged: Diverged | None = None
        self._reports: Iterator[Progress] | None = None
        self._turn = threading.Lock()  # a visitor who clicks starts a new run while the last one still trains

    @property
    def step(self) -> int:
        """The steps trained so far."""
        return self.history[-1].step if self.history else 0

    def is_at(self, step: int) -> bool:
        """Whether the model after this number of steps, or the failure before it, is there to be shown."""
        return self.diverged is not None or (bool(self.history) and self.step >= step)

    def advance(self, target: int) -> bool:
        """Train up to a few reports further; False if too many others are training just now.

        The first steps change most and are all drawn. A cached training has no optimiser state, so its steps are
        replayed before it goes on.

        Args:
            target: the step at which the training is to stop.
        """
        with self._turn:
            if not TRAINING_SLOTS.acquire(timeout=SLOT_TIMEOUT):
                return False
            try:
                if self._reports is None:
                    self._reports = _reports(self.settings)
                for _ in range(1 if self.step < EVERY_REPORT_UP_TO else REPORTS_PER_DRAWING):
                    if not self.is_at(target):
                        report = next(self._reports)
                        if not self.history or report.step > self.step:
                            self.history.append(report)
            except Diverged as error:
                self.diverged = error
            finally:
                TRAINING_SLOTS.release()
            return True

    def cache(self) -> None:
        """Keep the reports, so that a link to this model opens at once."""
        with _lock:
            known = _cached.get(self.settings)
            if known is None or known.step < self.step or self.diverged:
                copy = Run(self.settings)
                copy.history, copy.diverged = list(self.history), self.diverged
                _cached[self.settings] = copy
            _cached.move_to_end(self.settings)
            while len(_cached) > MAX_CACHED:
                _cached.popitem(last=False)


def from_cache(settings: Settings, step: int) -> Run:
    """A training that is at this step, if it is cached; else one that has not begun."""
    run = Run(settings)
    with _lock:
        known = _cached.get(settings)
    if known is None:
        return run
    upto = next((place for place, report in enumerate(known.history) if report.step >= step), None)
    if upto is not None:
        run.history = known.history[: upto + 1]
    elif known.diverged:
        run.history, run.diverged = list(known.history), known.diverged
    return run


def clear_cache() -> None:
    """Forget all trainings; for tests."""
    with _lock:
        _cached.clear()
