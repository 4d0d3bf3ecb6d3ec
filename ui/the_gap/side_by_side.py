"""The visitor's own sentence: the weights of a word on raw vectors, in the taught head that fits, and in MiniLM."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from attention_core.bert import UnfitSentence
from attention_core.embeddings import UnknownWords
from attention_core.layers import Model, forward
from attention_core.ranking import first_largest
from ui import state
from ui.kit import components
from ui.kit.wording import quoted
from ui.map.verdict import verdict_in_words
from ui.map.view import View, chosen_query, left_out_by_words, merge_pieces
from ui.models import lessons, loaders, training
from ui.models.lessons import Lesson
from ui.models.queries import lessons_for
from ui.shell import errors
from ui.shell.sentence_input import ask_for_sentence, choose_sentence
from ui.the_gap import measured
from ui.the_gap.measured import MINILM, RAW

Pair = tuple[list[int], list[int], str]  # a word that all models know, as in `align_known`
UNREADABLE = (UnknownWords, UnfitSentence)  # the errors where a model cannot read the sentence


@dataclass(frozen=True)
class ModelMap:
    """A sentence's attention map in one model.

    Attributes:
        title: of the model.
        view: the map of the words that all models know.
        text: a remark on the map; "" for none.
    """

    title: str
    view: View
    text: str = ""

    def in_words(self, query: int) -> str:
        """Where a word, by its position, looks, and the remark."""
        return f"{self.view.in_words(query)} {self.text}".strip()


@dataclass(frozen=True)
class Comparison:
    """A sentence in all models.

    Attributes:
        maps: one of each model.
        query: the position of the word that looks.
        places: of each word the positions of its parts among those that have a vector.
        note: why no taught head is among the models; "" where one is.
    """

    maps: list[ModelMap]
    query: int
    places: list[list[int]]
    note: str


def draw_side_by_side() -> None:
    """Draw the shared sentence three times, coloured by where the chosen word looks in each model."""
    ask_for_sentence(presets=False)
    text, task = state.sentence(), measured.chosen_task()
    draw_sentence_buttons(task)
    try:
        pairs = shared_words(text)
    except UNREADABLE as error:
        errors.draw_error(error)
        return
    if not pairs:
        components.text("No word of this sentence is known to all three.", "notice")
        return
    found = compare_models(text, pairs, chosen_query(len(loaders.tokenized(text).known)), task)
    for number, model_map in enumerate(found.maps):
        draw_map(model_map, found.query, number, found.places)
    if found.note:
        components.text(found.note, "small")
    components.text("[CLS] and [SEP]: marks that MiniLM puts in front of each sentence and at its end.", "small")


def shared_words(text: str) -> list[Pair]:
    """The words that all models know, as `loaders.known_to_both`.

    Raises:
        UnknownWords: no word has a vector.
        UnfitSentence: as in `loaders.reading`.
    """
    if not loaders.tokenized(text).known:
        raise UnknownWords(loaders.tokenized(text).unknown)
    return loaders.known_to_both(text, loaders.reading(text).tokens)


def compare_models(text: str, pairs: list[Pair], chosen: int, task: str) -> Comparison:
    """A sentence's map in each model.

    Args:
        pairs: of `shared_words`.
        chosen: the query's position among the words that have a vector.
        task: the one whose taught head is taken where several fit.
    """
    known = loaders.tokenized(text).known
    places, pieces, words = (list(column) for column in zip(*pairs, strict=True))
    query = next((i for i, group in enumerate(places) if chosen in group), 0)
    lesson = fitting_lesson(known[places[query][0]], known, task)
    model = training.shipped(training.usual_settings(lesson.best)) if lesson else None
    maps, note = [raw_map(text, places, words)], ""
    if lesson and model:
        maps.append(taught_map(lesson, model, known, places, words, query))
    elif lesson:
        note = "The taught heads read other vectors than those loaded here."
    else:
        note = f"No head was taught for {quoted(words[query])}. Choose “he”, “she”, “it”, a verb or an adjective."
    maps.append(minilm_map(lesson, text, pieces, words))
    return Comparison(maps, query, places, note)


def fitting_lesson(word: str, known: list[str], task: str) -> Lesson | None:
    """The lesson whose head is meant for a word: that of the chosen task if it fits, or else the first that does."""
    fitting = lessons_for(word, known)
    return next((lesson for lesson in fitting if lesson.task == task), next(iter(fitting), None))


def raw_map(text: str, places: list[list[int]], words: list[str]) -> ModelMap:
    """The map of raw vectors; no word looks at itself, for most would look most at themselves."""
    alone = len(loaders.tokenized(text).known) == 1
    raw = loaders.raw(text, state.Switches(see_self=alone))
    view = View(raw.tokens, raw.attention.weights, visible=np.isfinite(raw.attention.masked))
    return ModelMap(RAW, merge_pieces(view, places, words))


def taught_map(
    lesson: Lesson, model: Model, known: list[str], places: list[list[int]], words: list[str], query: int
) -> ModelMap:
    """The map of the model that comes with the app for a lesson, the mean where it has several heads."""
    last = forward(model, loaders.glove().look_up(known))[-1]
    view = View(known, last.attention.weights.mean(axis=0))
    text = ""
    if model.kind == "classifier":
        place = places[query][0]
        text = verdict_in_words(lesson, model, known[place], last.output[place])
    return ModelMap(f"Taught: {lesson.title}", merge_pieces(view, places, words), text)


def minilm_map(lesson: Lesson | None, text: str, pieces: list[list[int]], words: list[str]) -> ModelMap:
    """The map of MiniLM's head for a lesson, or else of the head that its own page opens with."""
    head = measured.head_for(lesson.task) if lesson else None
    layer, number = head or (state.default("l"), state.default("h"))
    reading = loaders.reading(text)
    view = View(reading.tokens.pieces, reading.layers[layer - 1].attention(number - 1).weights)
    note = "" if head else "This head looks at the word before; none was measured for this."
    view = replace(merge_pieces(view, pieces, words), left_out=left_out_by_words(pieces, len(reading.tokens.pieces)))
    return ModelMap(f"{MINILM}, layer {layer}, head {number}", view, note)


def draw_map(model_map: ModelMap, query: int, number: int, places: list[list[int]]) -> None:
    """Draw a sentence coloured by where the chosen word looks, and the same in words."""
    view = model_map.view
    components.text(model_map.title, "heading")
    components.words(
        [(label, place) for place, label in enumerate(view.labels)],
        view.weights[query],
        query,
        int(first_largest(view.weights[query])),
        components.palette(),
        key=f"gap-words-{number}",
        on_pick=lambda place: state.set_values({"q": places[place][0] + 1, "k": 0}),
        label=f"{model_map.title}: choose the word to look from",
    )
    components.text(model_map.in_words(query), "plain")


def draw_sentence_buttons(task: str) -> None:
    """Draw a button for each of two sample sentences of the task, which makes it the shared sentence."""
    lesson = lessons.lesson_of(task)
    if lesson is None:
        return
    with st.container(horizontal=True):
        for place, offered in enumerate(lessons.sample_sentences(lesson)[:2]):
            shown = offered.text == state.sentence()
            st.button(
                offered.text,
                on_click=choose_sentence,
                args=(offered,),
                key=f"offer-{place}",
                disabled=shown,
            )
