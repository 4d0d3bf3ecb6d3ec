"""Models in training: each visitor's own, a report at a time, so that nobody waits long for anybody.

Training is seeded, so a link needs no more than the settings and a number of steps: whoever opens it trains the same
model again. What has been trained is kept for a while, and a link that is opened here often opens at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from attention_core import learning, tasks, taught
from attention_core.learning import Diverged, Encoded, Model, Progress, Recipe
from attention_core.taught import Variant
from ui.models import loaders

ROOM = threading.BoundedSemaphore(2)  # trainings that compute at the same moment; each fills a core
PATIENCE = 1.0  # seconds that a visitor's next steps wait for room before the page says so
EVERY = 50  # steps from one report to the next, when most has been learned
ALL_DRAWN, FEWER = 30, 4  # up to this step every report is drawn, later every fourth
MOST_KEPT = 32  # trainings, of which each takes about half a megabyte

_kept: OrderedDict["Settings", "Run"] = OrderedDict()
_lock = threading.Lock()
_writing = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """What is trained, and how: with the number of steps, this determines every number of the model."""

    variant: Variant
    d_k: int = taught.D_K
    rate: float = Recipe().rate
    seed: int = taught.SEED


def recipe(settings: Settings) -> Recipe:
    """How these settings are trained."""
    return replace(settings.variant.recipe, rate=settings.rate, every=EVERY)


def material(task: str) -> tuple[Encoded, Encoded]:
    """The sentences to train with and those to test with, the same for every visitor and every seed."""
    with _writing:
        return _material(task)


@lru_cache(maxsize=len(tasks.TASKS))
def _material(task: str) -> tuple[Encoded, Encoded]:
    return taught.material(task, loaders.glove())


@lru_cache(maxsize=32)
def untrained(settings: Settings) -> Model:
    """The model before its first step."""
    one, generator = settings.variant, np.random.default_rng(settings.seed)
    d_model = loaders.glove().d_model
    return learning.new_model(generator, d_model, one.n_layers, one.n_heads, settings.d_k, one.residual, one.reads)


def shipped(settings: Settings) -> Model | None:
    """The model with these settings that came with the app, None if there is none.

    Raises:
        DamagedData: its file is missing or altered.
    """
    one = settings.variant
    if settings != Settings(one) or one not in taught.VARIANTS:
        return None
    model = _loaded(one)
    return model if len(model.parameters["1.W_Q"]) == loaders.glove().d_model else None


@lru_cache(maxsize=len(taught.VARIANTS))
def _loaded(one: Variant) -> Model:
    return taught.load(one)


def _reports(settings: Settings) -> Iterator[Progress]:
    sentences = material(settings.variant.task)
    return taught.training(settings.variant, sentences, settings.seed, settings.d_k, recipe(settings))


class Run:
    """One visitor's model in training.

    Attributes:
        settings: what is trained.
        history: every report so far, the first before any step.
        diverged: what was said when training ran away, None while it has not.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.history: list[Progress] = []
        self.diverged: Diverged | None = None
        self._reports: Iterator[Progress] | None = None
        self._turn = threading.Lock()  # a visitor who clicks starts a new run while the last one still trains

    @property
    def step(self) -> int:
        """How many steps have been trained."""
        return self.history[-1].step if self.history else 0

    def is_at(self, step: int) -> bool:
        """Whether no training is left before the page can show the model after so many steps."""
        return self.diverged is not None or (bool(self.history) and self.step >= step)

    def advance(self, target: int) -> bool:
        """Train a piece further; False if too many others are training just now.

        The first steps change most and are all drawn. What was taken from those kept has its reports but not the
        trainer's memory, so its steps are made once more, unseen, before it goes on.

        Args:
            target: the step at which the training is to stop.
        """
        with self._turn:
            if not ROOM.acquire(timeout=PATIENCE):
                return False
            try:
                if self._reports is None:
                    self._reports = _reports(self.settings)
                for _ in range(1 if self.step < ALL_DRAWN else FEWER):
                    if not self.is_at(target):
                        report = next(self._reports)
                        if not self.history or report.step > self.step:
                            self.history.append(report)
            except Diverged as error:
                self.diverged = error
            finally:
                ROOM.release()
            return True

    def keep(self) -> None:
        """Let whoever opens a link to this model have it at once."""
        with _lock:
            known = _kept.get(self.settings)
            if known is None or known.step < self.step or self.diverged:
                copy = Run(self.settings)
                copy.history, copy.diverged = list(self.history), self.diverged
                _kept[self.settings] = copy
            _kept.move_to_end(self.settings)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)


def recalled(settings: Settings, step: int) -> Run:
    """A training that is at this step, if it is among those kept; else one that has not begun."""
    run = Run(settings)
    with _lock:
        known = _kept.get(settings)
    if known is None:
        return run
    upto = next((place for place, report in enumerate(known.history) if report.step >= step), None)
    if upto is not None:
        run.history = known.history[: upto + 1]
    elif known.diverged:
        run.history, run.diverged = list(known.history), known.diverged
    return run


def forget() -> None:
    """Keep none; for tests."""
    with _lock:
        _kept.clear()
