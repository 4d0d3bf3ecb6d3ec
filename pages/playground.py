"""The first page: a sentence in, weights out."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui import state
from ui.kit.figures import Picture
from ui.map import cell, compare, downloads, panel
from ui.map.view import Choice, chosen, raw_view
from ui.playground import settings, who
from ui.shell import body, errors, links, presentation, sentence_input, switches
from ui.state import controls


def page() -> None:
    """Draw the page."""
    model = sentence_input.ask_with_model()
    words = presentation.figure("map", "words")
    pictures, beside = st.columns([10, 3], gap="medium")
    with beside:
        settings.draw(who.model_shown(model))
        aside = st.container()
    with pictures:
        figure = presentation.figure("map")

    def look() -> None:
        sight = who.look_at_sentence(model, state.switches())
        view, choice = sight.view, chosen(sight.view)
        with words:
            panel.draw_words(view, choice, "raw")
            settings.draw_headline(sight)
        with aside:
            settings.draw_aside(sight)
        with figure:
            panel.pictures(view, choice, "raw", "cell" if view.walk else "", narrow=True)
        draw_folds(sight, choice)

    body.draw_part(look)


def draw_folds(sight: who.MapOnPage, choice: Choice) -> None:
    """Draw the folds below the map."""
    view, compared = sight.view, None

    def compare_settings() -> dict[str, Picture] | None:
        """The same sentence under a second setting, beside the first."""
        switches.draw(setting="2")
        with errors.show_errors():
            return compare.compare(view, raw_view(state.switches("2")), choice, "raw")

    def take_away() -> None:
        downloads.take_away(view, choice, links.link_to("playground"), "raw", compared)

    if sight.model == who.VECTORS:
        controls.fold("cell", "One cell, step by step", cell.cell, view, choice, "raw")
        controls.fold("out", "The word before and after attention", cell.output, view, choice)
        compared = controls.fold("cmp", "Compare two settings", compare_settings)
    controls.fold("take", "Take it away", take_away)


body.draw("playground", page, in_part=("q", "k", "divisor2", "d2"))
