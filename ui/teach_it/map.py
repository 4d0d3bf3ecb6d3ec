"""The shared sentence under the model: its words coloured, its map, and how the model does on the sample sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from attention_core import learning
from attention_core.attention import Attention
from attention_core.embeddings import UnknownWords
from attention_core.glove_sources import vectors_name
from attention_core.layers import Layer, Model, forward
from attention_core.ranking import first_largest
from attention_core.steps import walk
from ui import controls, state
from ui.kit import components, export
from ui.kit.wording import percent
from ui.map import panel
from ui.map.view import Choice, View, choose, chosen
from ui.models import loaders
from ui.models.lessons import VERDICTS, SampleSentence, choose_sentence, sample_sentences, verdict_in_words
from ui.shell import errors, pages
from ui.teach_it.settings import Session, steps_in_words
from ui.teach_it.training import curve

SIDE_BY_SIDE = 2  # heads that are drawn beside each other; of more the mean is drawn


@dataclass(frozen=True)
class SentenceMap:
    """The shared sentence under a model.

    Attributes:
        view: the map.
        choice: the chosen query and key in it.
        layers: the numbers of every layer.
        l: the layer whose map it is, from 1.
        head: the head, from 0; None for the mean of all.
    """

    view: View
    choice: Choice
    layers: list[Layer]
    l: int
    head: int | None


def chosen_layer(model: Model) -> int:
    """The layer, from 1, whose map is asked for."""
    place = state.CONTROLS["map"].options.index(state.get("map"))
    return min(place or model.n_layers, model.n_layers)


def chosen_head(model: Model) -> int | None:
    """The head, from 0, whose map is asked for; None for all of several."""
    place = state.CONTROLS["hd"].options.index(state.get("hd"))
    if model.n_heads == 1:
        return 0
    return min(place, model.n_heads) - 1 if place else None


def sentence_map(session: Session, model: Model, steps: str, head: int | None) -> SentenceMap:
    """The shared sentence under a model.

    Args:
        steps: how long the model was trained, in words.
        head: from 0; None for the mean of all.

    Raises:
        UnknownWords: no word of the sentence has a vector.
    """
    sentence = loaders.taken_apart(state.sentence())
    tokens = sentence.known
    if not tokens:
        raise UnknownWords(sentence.unknown)
    layers, l = forward(model, loaders.glove().look_up(tokens)), chosen_layer(model)
    done = layers[l - 1]
    shows = [f"layer {l}"] * (model.n_layers > 1) + ["mean of all heads" if head is None else f"head {head + 1}"]
    settings = {
        "sentence": state.sentence(),
        "model": f"attention on {vectors_name()} {loaders.glove().d_model}d",
        "task": session.lesson.title.lower(),
        "layers": model.n_layers,
        "heads": model.n_heads,
        "d_k": model.d_k,
        "residual": model.residual,
        "positions": model.d_positions,
        "learning_rate": session.settings.rate,
        "seed": session.settings.seed,
        "steps": steps,
        "shows": ", ".join(shows),
    }
    visible = np.isfinite(done.attention.masked[0])
    visible = None if visible.all() else visible
    if head is None:
        weights = done.attention.weights.mean(axis=0)
        view = View(tokens=tokens, words=sentence.words, settings=settings, weights=weights, visible=visible)
        return SentenceMap(view, chosen(view), layers, l, head)
    q, k, v = done.q[head], done.k[head], done.v[min(head, len(done.v) - 1)]
    stages = (getattr(done.attention, stage)[head] for stage in ("scores", "scaled", "masked", "weights"))
    attention = Attention(*stages, None)
    among = np.ones((len(q), len(k)), bool) if visible is None else visible
    view = View(
        tokens=tokens,
        words=sentence.words,
        settings=settings,
        weights=attention.weights,
        visible=visible,
        stages=attention,
        walk=lambda row: walk(q[row], k, v, among[row]),
        code=lambda: export.head_code(tokens, q, k, v, among, settings),
    )
    return SentenceMap(view, chosen(view), layers, l, head)


def current_map(session: Session) -> SentenceMap | None:
    """The map of the chosen head, or of the mean; None, with a notice, if no word of the sentence has a vector."""
    try:
        return sentence_map(session, session.model, steps_in_words(session), chosen_head(session.model))
    except UnknownWords as error:
        components.text(errors.message_for(error), "notice")
        return None


def maps_to_draw(session: Session, shown: SentenceMap) -> list[SentenceMap]:
    """The chosen map alone; in place of the mean of two heads, each of them."""
    if shown.head is not None or session.model.n_heads != SIDE_BY_SIDE:
        return [shown]
    return [sentence_map(session, session.model, steps_in_words(session), head) for head in range(SIDE_BY_SIDE)]


def draw_words(session: Session, shown: SentenceMap) -> None:
    """The sentence coloured by the chosen word's weights, for two heads twice, and the result in words."""
    maps = maps_to_draw(session, shown)
    for number, each in enumerate(maps, start=1):
        if len(maps) > 1:
            components.text(f"Head {number}", "heading")
        components.words(
            [(text if place is None else each.view.labels[place], place) for text, place in each.view.words],
            each.view.weights[each.choice.query],
            each.choice.query,
            each.choice.key,
            components.palette(),
            key=f"taught-words-{number}",
            on_pick=lambda place, view=each.view: choose(view, place),
        )
    query = shown.choice.query
    if session.model.kind == "classifier":
        output = shown.layers[-1].output[query]
        components.text(verdict_in_words(session.lesson, session.model, shown.view.tokens[query], output))
    else:
        components.text(("On average " if len(maps) > 1 else "") + shown.view.reading(query))


def choose_map(model: Model) -> None:
    """Ask whose map is drawn, where there are several layers or heads."""
    offered = (("map", "Map of", model.n_layers), ("hd", "Head", model.n_heads))
    with st.container(horizontal=True, gap="medium", key="teach-maps"):
        for name, title, count in offered:
            options = state.CONTROLS[name].options[: count + 1]
            if state.get(name) not in options:  # of a larger model
                state.set_values({name: state.default(name)})
            if count > 1:
                controls.select(name, title, options, width=150)


def draw(session: Session, shown: SentenceMap | None) -> None:
    """The map with the sample sentences and the accuracy beside it; two maps beside each other, with those below."""
    maps = maps_to_draw(session, shown) if shown else []
    if len(maps) > 1:
        for column, each in zip(st.columns(len(maps), gap="medium"), maps, strict=True):
            with column:
                components.text(f"Head {each.head + 1}", "heading")
                panel.heatmap(each.view, each.choice, f"taught-{each.head}")
    left, right = st.columns([3, 2] if len(maps) == 1 else 2, gap="medium")
    with right:
        curve(session, "accuracy")
    with left if len(maps) != 1 else right:
        sentences(session)
    if len(maps) == 1:
        with left:
            panel.heatmap(shown.view, shown.choice, "taught", opens="tcell")


def fold(name: str, title: str, shown: SentenceMap | None, body: Callable[..., Any], *args: Any) -> Any:
    """Draw a fold on the sentence under the model; where there is none, the fold says so."""

    def checked_body(*args: Any) -> Any:
        if shown:
            return body(*args)
        return components.text("There is nothing to show: the sentence above has no word with a vector.")

    return pages.fold(name, title, checked_body, *args)


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
    """Ask the model about a sample sentence."""
    words, asks, right = sample.example.tokens, sample.example.asks, sample.example.answer
    layers = forward(model, loaders.glove().look_up(list(words)))
    if model.kind == "classifier":
        good = float(learning.probability_good(model, layers[-1].output)[asks])
        text = f"{VERDICTS[int(good > 0.5)]} {percent(max(good, 1 - good))}"
        return Answer(text, good if right else 1 - good, (good > 0.5) == bool(right))
    row = layers[-1].attention.weights.mean(axis=0)[asks]
    best = int(first_largest(row))
    correct = best == right if model.d_positions else words[best] == words[right]
    return Answer(f"{words[asks]} → {words[best]} {percent(row[best])}", float(row[right]), correct)


def sentences(session: Session) -> None:
    """The sample sentences of the task, the model's answer to each, and the choice among them."""
    samples = sample_sentences(session.lesson)
    components.text("Sentences to try", "heading")
    lines = []
    for sample in samples:
        found = answer(session.model, sample)
        value = f"{found.text}, {'right' if found.correct else 'wrong'}"
        lines.append((sample.text, value, found.share, sample.text == state.sentence()))
    label = "Sentences of this task: choose one"
    components.radio_list(lines, key="sentences", on_pick=lambda place: choose_sentence(samples[place]), label=label)
