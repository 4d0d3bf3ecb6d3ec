"""Models in training: equal settings are trained once in a process; each visitor watches from the first step.

Training is seeded, so a link holds only the settings and a number of steps: a visitor who opens it trains the same
model again. Recent reports are cached, so that a link that is opened often opens at once.

At most SLOTS trainings compute at the same moment. The others wait in the order in which they were requested. The page
of each visitor requests its training again and again; a training without a request for LEASE seconds leaves the queue.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import numpy as np

from attention_core import tasks, taught
from attention_core.layers import Model
from attention_core.learning import Diverged, EncodedSentences, Progress, Recipe
from attention_core.taught import ModelSpec
from ui.models import loaders

SLOTS = 2  # trainings that compute at the same moment; each fills a core
LEASE = 10.0  # seconds without a request after which a visitor counts as gone; a waiting page sends one every second
EVERY = 50  # steps from one report to the next, after the first 100 (`Recipe.next_report`)
EVERY_REPORT_UP_TO, REPORTS_PER_DRAWING = 30, 4  # up to this step every report is drawn, later every fourth
MAX_CACHED = 12  # trainings; the largest, 28 reports of 250 kB, takes 7 MB

_lock = threading.Lock()
_generating = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """What is trained, and how: with the number of steps, this determines every number of the model."""

    spec: ModelSpec
    d_k: int = taught.D_K
    rate: float = Recipe().rate
    seed: int = taught.SEED


def usual_settings(spec: ModelSpec) -> Settings:
    """How the models that come with the app are trained."""
    return Settings(spec, spec.d_k, spec.recipe.rate)


def recipe(settings: Settings) -> Recipe:
    """How these settings are trained."""
    return replace(settings.spec.recipe, rate=settings.rate, every=EVERY)


def datasets(task: str) -> tuple[EncodedSentences, EncodedSentences]:
    """The sentences to train with and those to test with, the same for every visitor and every seed."""
    with _generating:
        return _datasets(task)


@lru_cache(maxsize=len(tasks.TASKS) + 1)
def _datasets(task: str) -> tuple[EncodedSentences, EncodedSentences]:
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
    if settings != usual_settings(spec) or spec not in taught.SHIPPED:
        return None
    model = _loaded(spec)
    return model if model.d_word == loaders.glove().d_model else None


@lru_cache(maxsize=len(taught.SHIPPED))
def _loaded(spec: ModelSpec) -> Model:
    return taught.load(spec)


def _reports(settings: Settings) -> Iterator[Progress]:
    sentences = datasets(settings.spec.task)
    return taught.train(settings.spec, sentences, settings.seed, settings.d_k, recipe(settings))


class TrainingQueue:
    """The trainings that visitors wait for, in the order of the first requests; the first few may compute."""

    def __init__(self, slots: int = SLOTS, lease: float = LEASE, clock: Callable[[], float] = time.monotonic):
        self._slots, self._lease, self._clock = slots, lease, clock
        self._leases: OrderedDict[Settings, dict[int, float]] = OrderedDict()  # each training's visitors and deadlines
        self._lock = threading.Lock()

    def join(self, settings: Settings, visitor: int) -> int:
        """Put a training at the end of the queue, or keep its place in it: the number of trainings before it."""
        with self._lock:
            now = self._clock()
            self._leases.setdefault(settings, {})[visitor] = now + self._lease
            for other in list(self._leases):
                self._drop(other, [v for v, deadline in self._leases[other].items() if deadline < now])
            place = list(self._leases).index(settings)
            if self.may_compute(place):
                self._leases[settings][visitor] = math.inf  # while it computes, its lease does not end
            return place

    def renew(self, settings: Settings, visitor: int) -> bool:
        """Keep the place for another LEASE seconds after computing; False if the visitor has left meanwhile."""
        with self._lock:
            stays = visitor in self._leases.get(settings, {})
            if stays:
                self._leases[settings][visitor] = self._clock() + self._lease
            return stays

    def may_compute(self, place: int) -> bool:
        """Whether the training at this place of the queue has a slot."""
        return place < self._slots

    def leave(self, settings: Settings, visitor: int) -> None:
        """Remove a visitor; a training without a visitor leaves the queue."""
        with self._lock:
            self._drop(settings, [visitor])

    def clear(self) -> None:
        """Remove all visitors."""
        with self._lock:
            self._leases.clear()

    def _drop(self, settings: Settings, visitors: list[int]) -> None:
        leases = self._leases.get(settings, {})
        for visitor in visitors:
            leases.pop(visitor, None)
        if not leases:
            self._leases.pop(settings, None)


queue = TrainingQueue()


class Training:
    """The only training with these settings in this process, which several visitors may watch.

    Attributes:
        reports: every report so far, the first before any step.
        diverged: the error with which training failed, None while it has not.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.reports: list[Progress] = []
        self.diverged: Diverged | None = None
        self._reports: Iterator[Progress] | None = None
        self._computing = threading.Lock()

    def compute(self, count: int) -> None:
        """Train until there are so many reports, or training has failed. Other visitors' calls wait meanwhile."""
        with self._computing:
            try:
                if self._reports is None:
                    self._reports = islice(_reports(self.settings), len(self.reports), None)
                while len(self.reports) < count and not self.diverged:
                    self.reports.append(next(self._reports))
            except Diverged as error:
                self.diverged = error
            except BaseException:  # the generator is used up: the next call begins a new one
                self._reports = None
                raise


_trainings: OrderedDict[Settings, Training] = OrderedDict()


def training_of(settings: Settings) -> Training:
    """The only training with these settings, new if there is none. The least recently used ones are dropped."""
    with _lock:
        training = _trainings.setdefault(settings, Training(settings))
        _trainings.move_to_end(settings)
        while len(_trainings) > MAX_CACHED:
            _trainings.popitem(last=False)  # a visitor who watches it keeps a reference to it
        return training


class VisitorTraining:
    """A training as one visitor watches it, from the first step.

    Attributes:
        settings: what is trained.
        repeats_up_to: the step up to which it repeats what a link holds, 0 if the visitor began it here.
        waiting: the number of other trainings before this one in the queue, 0 while it does not wait.
    """

    def __init__(self, settings: Settings, repeats_up_to: int = 0):
        self.settings = settings
        self.repeats_up_to = repeats_up_to
        self.waiting = 0
        self._training = training_of(settings)
        self._seen = 0
        self._advancing = threading.Lock()  # a click starts a new run while the last one may still be in `advance`

    @property
    def history(self) -> list[Progress]:
        """The reports that the visitor has seen, the first before any step."""
        return self._training.reports[: self._seen]

    @property
    def step(self) -> int:
        """The step of the last report seen."""
        return self.history[-1].step if self._seen else 0

    @property
    def diverged(self) -> Diverged | None:
        """The error with which training failed, once the visitor has seen every report before it."""
        return self._training.diverged if self._seen == len(self._training.reports) else None

    def is_at(self, step: int) -> bool:
        """Whether the visitor has come to the model after this number of steps, or to the failure before it."""
        return self.diverged is not None or (self._seen > 0 and self.step >= step)

    def skip_to(self, step: int) -> None:
        """Go to the report at this step, or to the failure before it, if it has been computed already."""
        reports = list(self._training.reports)
        place = next((place for place, report in enumerate(reports, start=1) if report.step >= step), 0)
        self._seen = place or (len(reports) if self._training.diverged else self._seen)

    def advance(self, target: int) -> bool:
        """Go on by one report or a few, computing those that are missing; False while it waits in the queue.

        The first steps change most, so up to EVERY_REPORT_UP_TO it goes on by one report.

        Args:
            target: the step at which the training is to stop.
        """
        with self._advancing:
            for _ in range(1 if self.step < EVERY_REPORT_UP_TO else REPORTS_PER_DRAWING):
                if self.is_at(target):
                    break
                if self._seen == len(self._training.reports):
                    place = queue.join(self.settings, id(self))
                    if not queue.may_compute(place):
                        self.waiting = place
                        return False
                    try:
                        self._training.compute(self._seen + 1)
                    finally:
                        stays = queue.renew(self.settings, id(self))
                    if not stays:
                        break
                self._seen = min(self._seen + 1, len(self._training.reports))
            self.waiting = 0
            if self.is_at(target):
                self.leave()
            return True

    def leave(self) -> None:
        """Leave the queue."""
        queue.leave(self.settings, id(self))


def training_at(settings: Settings, step: int) -> VisitorTraining:
    """A training that is at this step, if it has been computed already; else one before its first step."""
    training = VisitorTraining(settings, repeats_up_to=step)
    training.skip_to(step)
    return training


def clear_cache() -> None:
    """Drop all trainings and empty the queue; for tests."""
    with _lock:
        _trainings.clear()
    queue.clear()
