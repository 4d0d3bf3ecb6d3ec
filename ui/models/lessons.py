"""The tasks as pages show them: their titles, words and sample sentences, and which word of a sentence asks."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import streamlit as st

from attention_core import learning, tasks, taught
from attention_core.examples import PRESETS
from attention_core.layers import Model
from attention_core.taught import ModelSpec
from ui import state
from ui.kit.wording import percent, quoted
from ui.models import loaders

GOOD = ("bad", "good")


@dataclass(frozen=True)
class Lesson:
    """A task as the page shows it.

    Attributes:
        task: its name in the core.
        title: on the page, and in a link.
        lesson: what it teaches, in two sentences.
        hidden: what it does not show.
        marked: sentences to try, with marks as in `tasks`.
        asks: what a sentence should have, for the task to mean anything.
    """

    task: str
    title: str
    lesson: str
    hidden: str
    marked: tuple[str, ...]
    asks: str

    @property
    def best(self) -> ModelSpec:
        """The best model that comes with the app."""
        return taught.find_spec(self.task)


LESSONS = (
    Lesson(
        "object",
        "Verb and object",
        "A verb should look at its object. Being alike is not what counts: “drove” has to ask for things that can be "
        "driven, so W_Q turns verbs into questions, and W_K turns nouns into answers.",
        "Without positions, “the dog bit the man” and “the man bit the dog” are one and the same: who did it to whom "
        "cannot be told.",
        (
            "The king and queen ruled^ the kingdom*",
            "She drove^ the old car* to the river",
            "The dog bit^ the man*",
            "The man bit^ the dog*",
        ),
        "verb that the task knows",
    ),
    Lesson(
        "gender",
        "He, she, it",
        "A pronoun should look at the noun it stands for. What “she” has to ask for is the same in every sentence, so "
        "one layer is enough: W_Q turns “she” into a question that the keys of queens, aunts and Annas answer.",
        "With two women in the sentence it would have to guess: gender is all that it has learned to ask for.",
        (
            "Mary* gave John the keys because she^ trusted him",
            "Mary gave John* the keys because he^ trusted her",
            "My uncle sold the boat* because it^ was too old",
            "My uncle* sold the boat because he^ was too old",
        ),
        "“he”, “she” or “it”",
    ),
    Lesson(
        "meaning",
        "Tired or soft",
        "“it” has the same vector in “it was tired” and in “it was soft”, so one layer asks the same question twice "
        "and is right in one of them at most. Two layers can: in the first “it” takes up something of “tired” or "
        "“soft”, and in the second it asks with that.",
        "What the living do and what things are like is all that it tells apart. It knows nothing of cats and mats "
        "beyond their vectors.",
        (
            "The cat* sat on the mat because it^ was tired",
            "The cat sat on the mat* because it^ was soft",
            "The dog* slept under the blanket because it^ was hungry",
            "The dog slept under the blanket* because it^ was woolen",
        ),
        "“it”",
    ),
    Lesson(
        "negation",
        "Happy or not",
        "What attention brings back to a word tells whether something good or bad is said. “not” turns good into bad "
        "and bad into good, and one head can hardly do both; two share the work, one looks for “not” on behalf of good "
        "words, the other on behalf of bad ones.",
        "It finds a “not” anywhere in the sentence: without positions it cannot tell whose it is.",
        (
            "The soup was good^+",
            "The soup was not good^-",
            "The soup was bad^-",
            "The soup was not bad^+",
        ),
        "good or bad word that the task knows",
    ),
)
BY_TITLE = {lesson.title: lesson for lesson in LESSONS}


def lesson_of(task: str) -> Lesson | None:
    """The lesson on a task, None if there is nothing to train for it."""
    return next((lesson for lesson in LESSONS if lesson.task == task), None)


@dataclass(frozen=True)
class Try:
    """A sentence to try: its text, its words, which of them asks, and what the answer is."""

    text: str
    example: tasks.Example


@lru_cache(maxsize=8)
def tries(lesson: Lesson) -> tuple[Try, ...]:
    """The sentences of a task."""
    found = []
    for text in lesson.marked:
        example = tasks.parse_marked(text)
        lowered = tasks.Example(tuple(word.lower() for word in example.tokens), example.asks, example.answer)
        found.append(Try(" ".join(example.tokens), lowered))
    return tuple(found)


@cache
def ours() -> frozenset[str]:
    """The sentences that the app offers, on any page."""
    tried = (one.text for lesson in LESSONS for one in tries(lesson))
    return frozenset(tried).union(preset.sentence for preset in PRESETS)


def find_what_asks(page: str, task: str, instead: Try | None = None) -> None:
    """Look from the word that asks, whenever a page has another sentence or another task; what a link says holds.

    Args:
        page: whose sentence and task it is.
        instead: takes the sentence's place where that has no such word and is not the visitor's own.
    """
    now, before = (state.sentence(), task), st.session_state.get(f"asked-{page}")
    st.session_state[f"asked-{page}"] = now
    if now == before:
        return
    asks = tasks.find_query(task, loaders.taken_apart(state.sentence()).known)
    if asks is None:
        if instead and state.sentence() in ours():
            state.set_and_rerun(chosen(instead))
    elif before or "q" not in st.query_params:
        state.set_and_rerun({"q": asks + 1})


def chosen(one: Try) -> dict[str, state.Value]:
    """What makes a sentence the shared one, and looks from the word that asks."""
    return {"s": one.text, "q": one.example.asks + 1, "k": 0}


def choose(one: Try) -> None:
    """Make a sentence the shared one, and look from the word that asks. For callbacks."""
    state.set_values(chosen(one))


def read_in_words(lesson: Lesson, model: Model, word: str, output: np.ndarray) -> str:
    """What is read from what a word brings back.

    Args:
        output: (d_model,) of the last layer, at the word.
    """
    if tasks.find_query(lesson.task, [word]) is None:
        return f"Nothing is read at {quoted(word)}: choose a {lesson.asks}."
    good = float(learning.probability_good(model, output))
    return f"Read at {quoted(word)}: something {GOOD[int(good > 0.5)]} is said, {percent(max(good, 1 - good), 1)} sure."
