"""The map of the chosen head: its words coloured, its choice, its heatmap, and the folds about it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core import tasks
from attention_core.embeddings import UnknownWords
from attention_core.layers import Model
from ui import state
from ui.kit import components
from ui.kit.glossary import tip
from ui.map import panel
from ui.map.verdict import verdict_in_words
from ui.map.view import chooser
from ui.models.lessons import offered_sentences
from ui.shell import errors, presentation
from ui.state import controls
from ui.state.table import CONTROLS
from ui.teach_it import next_words, progress, samples
from ui.teach_it.head_view import HeadView, compute_layers, head_view
from ui.teach_it.session import Session, steps_in_words

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


def chosen_view(session: Session) -> HeadView | None:
    """The map of the chosen head, or of the mean; None, with a notice, if no word of the sentence has a vector."""
    model = session.model
    try:
        layers = compute_layers(model)
    except UnknownWords as error:
        errors.draw_error(error)
        return None
    return head_view(session, model, layers, steps_in_words(session), chosen_head(model), chosen_layer(model))


def heads_to_draw(model: Model) -> dict[str, tuple[int | None, int]]:
    """Head and layer of each map to draw, by its title.

    One map, titled "", is that of the chosen head. In place of the mean of two heads there is a map of each; of a model
    that copies there is one of each of its two layers.
    """
    head, l = chosen_head(model), chosen_layer(model)
    if model.kind == "next_word" and model.n_layers == SIDE_BY_SIDE and state.get("map") == state.default("map"):
        return {f"Layer {layer}": (head, layer) for layer in (1, 2)}
    if head is None and model.n_heads == SIDE_BY_SIDE:
        return {f"Head {number}": (number - 1, l) for number in (1, 2)}
    return {"": (head, l)}


def views_to_draw(session: Session, shown: HeadView) -> dict[str, HeadView]:
    """The maps to draw by their titles, as in `heads_to_draw`.

    Args:
        shown: the map of the chosen head.
    """
    steps = steps_in_words(session)
    return {
        title: head_view(session, session.model, shown.layers, steps, head, l) if title else shown
        for title, (head, l) in heads_to_draw(session.model).items()
    }


def draw_words(session: Session, shown: HeadView, views: dict[str, HeadView]) -> None:
    """Draw the sentence coloured by the chosen word's weights, once for each map, and the result in words.

    Below a sentence of the visitor's own are the limits of the task.
    """
    for number, (title, of_head) in enumerate(views.items(), start=1):
        if title:
            components.text(title, "heading")
        view, (query, key) = of_head.view, of_head.choice
        components.words(
            [(text if place is None else view.labels[place], place) for text, place in view.words],
            view.weights[query],
            query,
            key,
            components.palette(),
            key=f"taught-words-{number}",
            on_pick=chooser(view),
        )
    components.text(result_in_words(session, shown, averaged=len(views) > 1))
    own, query = state.sentence() not in offered_sentences(), shown.choice.query
    if session.fully_trained and own and query == tasks.find_query(session.lesson.task, list(shown.view.tokens)):
        components.text(session.lesson.limits, "small")


def result_in_words(session: Session, shown: HeadView, *, averaged: bool) -> str:
    """What the model answers at the chosen word; of a pointer, where that word looks.

    Args:
        averaged: whether the map shown is the mean of several that are drawn.
    """
    tokens, query = shown.view.tokens, shown.choice.query
    if session.model.kind == "classifier":
        return verdict_in_words(session.lesson, session.model, tokens[query], shown.layers[-1].output[query])
    if session.model.kind == "next_word":
        return next_words.prediction_in_words(session.model, shown.layers, tokens, query)
    return ("On average " if averaged else "") + shown.view.in_words(*shown.choice)


def draw_map_choice(model: Model) -> None:
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
    """The places of the maps, and of the sample sentences and the training's curves; None where these are left out."""

    maps: list[DeltaGenerator]
    sentences: DeltaGenerator | None
    curves: DeltaGenerator | None


def lay_out(session: Session) -> Places:
    """Draw the places of the maps and of what stands beside or below them."""
    count = len(heads_to_draw(session.model))
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
        samples.draw_sentences(session)
    with places.curves:  # below the sentences, which stay where they are when the first point appears
        progress.draw_curve(session, "accuracy")
        if session.model.kind == "next_word":
            progress.draw_curve(session, "loss")


def draw_maps(views: dict[str, HeadView], places: list[DeltaGenerator]) -> None:
    """Draw the maps, each in its place."""
    for place, (title, shown) in zip(places, views.items(), strict=True):
        with place:
            if title:
                components.text(title, "heading")
                panel.draw_heatmap(shown.view, shown.choice, f"taught-{title[-1]}")
            else:
                panel.draw_heatmap(shown.view, shown.choice, "taught", opens="tcell")


def draw_fold(name: str, title: str, shown: HeadView | None, body: Callable[..., Any], *args: Any) -> Any:
    """Draw a fold about the sentence under the model; without one, it has a notice."""

    def checked_body(*args: Any) -> Any:
        if shown:
            return body(*args)
        return components.text("There is nothing to show: the sentence above has no word with a vector.")

    return controls.fold(name, title, checked_body, *args)
