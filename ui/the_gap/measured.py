"""The stored table of the gap as rates: how often each model was right in each task, with the sentences behind it."""

from dataclasses import dataclass
from functools import lru_cache

from attention_core import gap, tasks
from attention_core.taught import ModelSpec
from ui import state
from ui.models import lessons, loaders

RAW, MINILM = "Raw vectors", "MiniLM"
COLUMNS = {  # the columns of the core's table, as this page names them; one that is not here keeps its own name
    gap.RAW: RAW,
    "1-1": "Taught, 1 layer",
    "2-4": "Taught, 2 layers",
    "2-4-positions": "Taught, with positions",
    "1-2": "Taught, 2 heads",
    "1-1-residual": "Taught, 1 head, keeps its own vector",
    gap.MINILM: MINILM,
    "smollm2": "SmolLM2",
}
SETS = {"Natural sentences": "natural", "Unseen words": "unseen"}
UNSEEN = SETS["Unseen words"]
QUESTIONS = {  # of each task: is it done rightly?
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
    """A sentence of the measurement and whether it was answered rightly."""

    example: tasks.Example
    right: bool


@dataclass(frozen=True)
class Rate:
    """How often one model was right in one task, on one set of sentences.

    Attributes:
        group: the set of sentences, a value of SETS.
        task: its name in the core.
        name: of the model, as the page names it.
        right, count: numbers of sentences.
        low, high: the ends of the 95 % interval of the share.
        chance: the share that guessing gives.
        cases: the sentences.
        variant: of a taught model; None for the others.
        head: the pretrained model's layer and head, from 1; None where no head was chosen.
        other_splits: of a taught model the shares on other splits of the words, for which none was chosen.
    """

    group: str
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
def measured() -> tuple[Rate, ...]:
    """All rates, as the core's command stored them.

    Raises:
        DamagedData: the file is missing or altered.
    """
    found, stored = [], loaders.gap_table()
    for task, row in stored["rows"].items():
        variants = gap.columns(task)
        sets = {name: [tasks.parse_marked(text) for text in texts] for name, texts in row["sentences"].items()}
        for column, cell in row["cells"].items():
            for name, examples in sets.items():
                if name not in cell:
                    continue
                kept, wrong = cell[name], set(cell[name]["wrong"])
                cases = tuple(Case(example, place not in wrong) for place, example in enumerate(examples))
                numbers = (kept["right"], kept["of"], kept["low"], kept["high"], gap.chance(task, examples))
                head = tuple(cell["head"]) if cell["head"] else None
                variant = variants.get(column)
                splits = stored.get("splits", {}).get(variant.file, ()) if variant and name == UNSEEN else ()
                title = COLUMNS.get(column, column)
                found.append(Rate(name, task, title, *numbers, cases, variant, head, tuple(splits)))
    return tuple(found)


def titles() -> dict[str, str]:
    """The title of each task of the table: pronouns first, as in the rest of the app, similar words last."""
    measured_tasks = dict.fromkeys(rate.task for rate in measured())
    order = [task for task in QUESTIONS if task in measured_tasks]
    order += [task for task in measured_tasks if task not in QUESTIONS]
    return {task: title_of(task) for task in order}


def title_of(task: str) -> str:
    """A task as the page names it."""
    lesson = lessons.lesson_of(task)
    return lesson.title if lesson else {"similarity": "Similar words"}.get(task, task.capitalize())


def names() -> tuple[str, ...]:
    """The models of the table: raw vectors, taught ones, pretrained ones."""
    present = list(dict.fromkeys(rate.name for rate in measured()))
    order = list(COLUMNS.values())
    return tuple(sorted(present, key=lambda name: order.index(name) if name in order else len(order)))


def rates_of(task: str, group: str) -> list[Rate]:
    """The rates of a task on a set of sentences, in the order of `names`; on unseen words where it has none on it."""
    of_task = [rate for rate in measured() if rate.task == task]
    found = [rate for rate in of_task if rate.group == group] or [rate for rate in of_task if rate.group == UNSEEN]
    return sorted(found, key=lambda rate: names().index(rate.name))


def rate_of(task: str, name: str, group: str) -> Rate:
    """One rate; that of the last model where this one was not measured in the task."""
    here = rates_of(task, group)
    return next((rate for rate in here if rate.name == name), here[-1])


def chosen_task() -> str:
    """The chosen task, by its name in the core."""
    by_title = {title: task for task, title in titles().items()}
    return by_title.get(state.get("gtask")) or by_title[str(state.default("gtask"))]  # a link may name any


def chosen_set() -> str:
    """The chosen set of sentences, a value of SETS."""
    return SETS.get(state.get("gset")) or SETS[str(state.default("gset"))]


def chosen() -> Rate:
    """The rate whose sentences are shown."""
    return rate_of(chosen_task(), str(state.get("gby")), chosen_set())


def taught(task: str, group: str) -> Rate | None:
    """The rate of the taught model that a task takes, as Teach it names it; None where nothing is taught."""
    lesson, rates = lessons.lesson_of(task), [rate for rate in rates_of(task, group) if rate.variant]
    return next((rate for rate in rates if lesson and rate.variant == lesson.best), rates[0] if rates else None)


def compared(task: str, group: str) -> list[Rate]:
    """The rates that the opening picture compares: raw vectors, the taught model that a task takes, MiniLM."""
    best = taught(task, group)
    return [rate for rate in rates_of(task, group) if rate.name in (RAW, MINILM) or rate is best]


def head_for(task: str, name: str = MINILM) -> tuple[int, int] | None:
    """A pretrained model's head for a task, layer and head from 1; None where the whole sentence was read."""
    return next((rate.head for rate in measured() if (rate.task, rate.name) == (task, name) and rate.head), None)
