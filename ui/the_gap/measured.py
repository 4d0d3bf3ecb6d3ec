"""The stored rates: how often each model was right in each task, with the sentences that it was measured on."""

from dataclasses import dataclass
from functools import lru_cache

from attention_core import gap, tasks
from attention_core.taught import ModelSpec
from ui import state
from ui.models import lessons, loaders
from ui.state.table import GAP_MODELS, GAP_TASKS, NATURAL, TASK_TITLES, UNSEEN_WORDS

RAW, MINILM = GAP_MODELS[gap.RAW], GAP_MODELS[gap.MINILM]
NAMES = tuple(GAP_MODELS.values())  # raw vectors, taught models, pretrained ones
SETS = {NATURAL: "natural", UNSEEN_WORDS: "unseen"}
UNSEEN = SETS[UNSEEN_WORDS]
QUESTIONS = {  # what is measured in each task
    "gender": "Does “he”, “she” or “it” look most at its noun? Gender and kind decide.",
    "meaning": "Does “it” look most at the right one of two nouns? A later word decides, such as “tired” or “soft”.",
    "object": "Does a verb look most at its object?",
    "subject": "Does a verb look most at its subject?",
    "adjective": "Does an adjective look most at the noun it describes?",
    "negation": "Is the sentence read as good or bad, “not” included?",
    "similarity": "Does a word look most at the word most like it in meaning?",
}


@dataclass(frozen=True)
class Case:
    """A sentence of the measurement and whether the model was right."""

    example: tasks.Example
    right: bool


@dataclass(frozen=True)
class Rate:
    """How often one model was right in one task, on one set of sentences.

    Attributes:
        sentence_set: a value of SETS.
        task: its name in the core.
        name: of the model, as the page names it.
        right, count: numbers of sentences.
        low, high: the ends of the 95 % interval of the share.
        chance: the share that guessing gives.
        cases: the sentences.
        variant: of a taught model; None for the others.
        head: the pretrained model's layer and head, from 1; None where no head was chosen.
        other_splits: of a taught model the shares on other splits of the words, on which nothing was chosen.
    """

    sentence_set: str
    task: str
    name: str
    right: int
    count: int
    low: float
    high: float
    chance: float
    cases: tuple[Case, ...]
    variant: ModelSpec | None
    head: tuple[int, int] | None
    other_splits: tuple[float, ...] = ()

    @property
    def share(self) -> float:
        """The share of right answers."""
        return self.right / self.count

    @property
    def kind(self) -> int:
        """0 for raw vectors, 1 for a taught model, 2 for a pretrained one."""
        return 0 if self.name == RAW else 1 if self.variant else 2

    @property
    def model(self) -> str:
        """The model, with its head or its probe."""
        if self.head:
            return f"{self.name}, layer {self.head[0]}, head {self.head[1]}"
        if self.task == "negation" and not self.variant:
            return f"{self.name}, a formula fitted to its {'output' if self.name == RAW else 'sentence vector'}"
        return self.name


@lru_cache(maxsize=1)
def all_rates() -> tuple[Rate, ...]:
    """All rates of the stored table.

    Raises:
        DamagedData: the file is missing or altered.
    """
    found, stored = [], loaders.gap_table()
    for task, row in stored["rows"].items():
        variants = gap.columns(task)
        sets = {name: [tasks.parse_marked(text) for text in texts] for name, texts in row["sentences"].items()}
        for column, cell in row["cells"].items():
            variant = variants.get(column)
            head = tuple(cell["head"]) if cell["head"] else None
            for sentence_set, examples in sets.items():
                if sentence_set not in cell:
                    continue
                counts, wrong = cell[sentence_set], set(cell[sentence_set]["wrong"])
                cases = tuple(Case(example, place not in wrong) for place, example in enumerate(examples))
                splits = stored.get("splits", {}).get(variant.file, ()) if variant and sentence_set == UNSEEN else ()
                rate = Rate(
                    sentence_set=sentence_set,
                    task=task,
                    name=GAP_MODELS[column],
                    right=counts["right"],
                    count=counts["of"],
                    low=counts["low"],
                    high=counts["high"],
                    chance=gap.chance(task, examples),
                    cases=cases,
                    variant=variant,
                    head=head,
                    other_splits=tuple(splits),
                )
                found.append(rate)
    return tuple(found)


def rates_of(task: str, sentence_set: str) -> list[Rate]:
    """The rates of a task on a set of sentences, in the order of NAMES; on unseen words if it has none on this set."""
    of_task = [rate for rate in all_rates() if rate.task == task]
    if sentence_set not in {rate.sentence_set for rate in of_task}:
        sentence_set = UNSEEN
    found = [rate for rate in of_task if rate.sentence_set == sentence_set]
    return sorted(found, key=lambda rate: NAMES.index(rate.name))


def rate_of(task: str, name: str, sentence_set: str) -> Rate:
    """One rate; MiniLM's where this model was not measured in the task."""
    here = {rate.name: rate for rate in rates_of(task, sentence_set)}
    return here.get(name, here[MINILM])


def chosen_task() -> str:
    """The chosen task, by its name in the core."""
    return next(task for task in GAP_TASKS if TASK_TITLES[task] == state.get("gtask"))


def chosen_set() -> str:
    """The chosen set of sentences, a value of SETS."""
    return SETS[state.get("gset")]


def chosen_rate() -> Rate:
    """The rate whose sentences are shown."""
    return rate_of(chosen_task(), str(state.get("gby")), chosen_set())


def taught_rate(task: str, sentence_set: str) -> Rate | None:
    """The rate of the best taught model of a task; None where nothing is taught."""
    lesson, rates = lessons.lesson_of(task), [rate for rate in rates_of(task, sentence_set) if rate.variant]
    return next((rate for rate in rates if lesson and rate.variant == lesson.best), rates[0] if rates else None)


def compared_rates(task: str, sentence_set: str) -> list[Rate]:
    """The rates that the opening picture compares: raw vectors, the best taught model, MiniLM."""
    best = taught_rate(task, sentence_set)
    return [rate for rate in rates_of(task, sentence_set) if rate.name in (RAW, MINILM) or rate is best]


def head_for(task: str) -> tuple[int, int] | None:
    """MiniLM's head for a task, layer and head from 1; None where a probe on the sentence vector was measured."""
    return next((rate.head for rate in all_rates() if (rate.task, rate.name) == (task, MINILM) and rate.head), None)
