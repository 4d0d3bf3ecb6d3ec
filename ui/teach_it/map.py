"""The shared sentence under the model: its words coloured, its map, and how the model does on the sample sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core import learning, tasks
from attention_core.embeddings import UnknownWords
from attention_core.layers import Model, forward
from attention_core.ranking import first_largest
from ui import state
from ui.kit import components
from ui.kit.glossary import tip
from ui.kit.wording import percent
from ui.map import panel
from ui.map.verdict import verdict_in_words
from ui.map.view import chooser
from ui.models import loaders
from ui.models.lessons import VERDICTS, SampleSentence, offered_sentences, sample_sentences
from ui.shell import errors, presentation
from ui.shell.sentence_input import choose_sentence
from ui.state import controls
from ui.state.table import CONTROLS
from ui.teach_it import copying
from ui.teach_it.sentence_map import SentenceMap, head_map, sentence_map
from ui.teach_it.settings import Session, steps_in_words
from ui.teach_it.training import draw_curve

SIDE_BY_SIDE = 2  # heads that are drawn beside each other; of more the mean is drawn


def chosen_layer(model: Model) -> int:
    """The layer, from 1, whose map is asked for."""
    place = CONTROLS["map"].options.index(state.get("map"))
    return min(place or model.n_layers, model.n_layers)


def chosen_head(model: Model) -> int | None:
    """The head, from 0, whose map is asked for; None for all of several."""
    place = CONTROLS["hd"].options.index(state.get("hd"))
    if model.n_heads == 1:
        return 0
    return min(place, model.n_heads) - 1 if place else None


def current_map(session: Session) -> SentenceMap | None:
    """The map of the chosen head, or of the mean; None, with a notice, if no word of the sentence has a vector."""
    try:
        head, l = chosen_head(session.model), chosen_layer(session.model)
        return sentence_map(session, session.model, steps_in_words(session), head, l)
    except UnknownWords as error:
        errors.draw_error(error)
        return None


def maps_to_draw(model: Model) -> dict[str, tuple[int | None, int]]:
    """Head and layer of the chosen map, titled ""; in place of the mean of two heads each of them; of copying both
    layers."""
    head, l = chosen_head(model), chosen_layer(model)
    if model.kind == "next_word" and model.n_layers == SIDE_BY_SIDE and state.get("map") == state.default("map"):
        return {f"Layer {each}": (head, each) for each in (1, 2)}
    if head is None and model.n_heads == SIDE_BY_SIDE:
        return {f"Head {each + 1}": (each, l) for each in (0, 1)}
    return {"": (head, l)}


def maps_of(session: Session, shown: SentenceMap) -> dict[str, SentenceMap]:
    """The map shown, titled "", or the two that stand for it, as `maps_to_draw`."""
    steps = steps_in_words(session)
    return {
        title: head_map(session, session.model, shown.layers, steps, head, l) if title else shown
        for title, (head, l) in maps_to_draw(session.model).items()
    }


def draw_words(session: Session, shown: SentenceMap, maps: dict[str, SentenceMap]) -> None:
    """The sentence coloured by the chosen word's weights, for two maps twice, and the result in words.

    Below a sentence of the visitor's own are the limits of the task.
    """
    for number, (title, each) in enumerate(maps.items(), start=1):
        if title:
            components.text(title, "heading")
        components.words(
            [(text if place is None else each.view.labels[place], place) for text, place in each.view.words],
            each.view.weights[each.choice.query],
            each.choice.query,
            each.choice.key,
            components.palette(),
            key=f"taught-words-{number}",
            on_pick=chooser(each.view),
        )
    query = shown.choice.query
    if session.model.kind == "classifier":
        output = shown.layers[-1].output[query]
        components.text(verdict_in_words(session.lesson, session.model, shown.view.tokens[query], output))
    elif session.model.kind == "next_word":
        components.text(copying.prediction_in_words(session.model, shown.layers, shown.view.tokens, query))
    else:
        components.text(("On average " if len(maps) > 1 else "") + shown.view.in_words(*shown.choice))
    own = state.sentence() not in offered_sentences()
    if session.fully_trained and own and query == tasks.find_query(session.lesson.task, list(shown.view.tokens)):
        components.text(session.lesson.limits, "small")


def choose_map(model: Model) -> None:
    """Draw the choice of the layer and the head whose map is drawn, where there are several."""
    names = {option: option for name in ("map", "hd") for option in CONTROLS[name].options}
    if model.kind == "next_word":
        names[state.default("map")] = "Both layers"
    offered = (("map", "Map of", "layer", model.n_layers), ("hd", "Head", "head", model.n_heads))
    with st.container(horizontal=True, gap="medium", key="teach-maps"):
        for name, title, term, count in offered:
            options = CONTROLS[name].options[: count + 1]
            if state.get(name) not in options:  # of a larger model
                state.set_values({name: state.default(name)})
            if count > 1:
                controls.select(name, title, options, width=150, format_func=names.get, help=tip(term))


class Places(NamedTuple):
    """Where to draw the maps, the sample sentences and the curves of the training; None where they are not drawn."""

    maps: list[DeltaGenerator]
    sentences: DeltaGenerator | None
    curves: DeltaGenerator | None


def lay_out(session: Session) -> Places:
    """Draw the places of the maps and of what stands beside or below them."""
    count = len(maps_to_draw(session.model))
    above = list(st.columns(count, gap="medium")) if count > 1 else []
    if presentation.is_alone("map"):
        return Places(above or [st.container()], None, None)
    left, right = st.columns([3, 2] if count == 1 else 2, gap="medium")
    return Places(above or [left], right if count == 1 else left, right)


def draw_progress(session: Session, places: Places) -> None:
    """Draw the sample sentences and the curves of the training."""
    if places.sentences is None or places.curves is None:
        return
    with places.sentences:
        draw_sentences(session)
    with places.curves:  # below the sentences, which stay where they are when the first point appears
        draw_curve(session, "accuracy")
        if session.model.kind == "next_word":
            draw_curve(session, "loss")


def draw(maps: dict[str, SentenceMap], places: list[DeltaGenerator]) -> None:
    """The chosen map, or two beside each other."""
    for place, (title, each) in zip(places, maps.items(), strict=True):
        with place:
            if title:
                components.text(title, "heading")
                panel.draw_heatmap(each.view, each.choice, f"taught-{title[-1]}")
            else:
                panel.draw_heatmap(each.view, each.choice, "taught", opens="tcell")


def fold(name: str, title: str, shown: SentenceMap | None, body: Callable[..., Any], *args: Any) -> Any:
    """Draw a fold about the sentence under the model; without one, it has a notice."""

    def checked_body(*args: Any) -> Any:
        if shown:
            return body(*args)
        return components.text("There is nothing to show: the sentence above has no word with a vector.")

    return controls.fold(name, title, checked_body, *args)


@dataclass(frozen=True)
class Answer:
    """A model's answer to a sample sentence.

    Attributes:
        text: the answer in words.
        share: the weight or probability that the right answer gets.
        correct: whether the model is right.
    """

    text: str
    share: float
    correct: bool


def answer(model: Model, sample: SampleSentence) -> Answer:
    """Compute the model's answer to a sample sentence."""
    words, query, right = sample.example.tokens, sample.example.query, sample.example.answer
    layers = forward(model, loaders.glove().look_up(list(words)))
    if model.kind == "classifier":
        good = float(learning.probability_good(model, layers[-1].output)[query])
        text = f"{VERDICTS[int(good > 0.5)]} {percent(max(good, 1 - good))}"
        return Answer(text, good if right else 1 - good, (good > 0.5) == bool(right))
    if model.kind == "next_word":
        return Answer(*copying.answer(model, layers, words, query, right))
    row = layers[-1].attention.weights.mean(axis=0)[query]
    best = int(first_largest(row))
    correct = best == right if model.d_positions else words[best] == words[right]
    return Answer(f"{words[query]} → {words[best]} {percent(row[best])}", float(row[right]), correct)


def draw_sentences(session: Session) -> None:
    """Draw the sample sentences of the task, the model's answer to each, and the choice among them."""
    samples = sample_sentences(session.lesson)
    components.text("Sentences to try", "heading")
    lines = []
    for sample in samples:
        found = answer(session.model, sample)
        value = f"{found.text}, {'right' if found.correct else 'wrong'}"
        lines.append((sample.text, value, found.share, sample.text == state.sentence()))
    label = "Sentences of this task: choose one"
    components.radio_list(lines, key="sentences", on_pick=lambda place: choose_sentence(samples[place]), label=label)
