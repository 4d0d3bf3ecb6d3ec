"""The first page: a sentence in, weights out."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui import state
from ui.kit import components
from ui.kit.figures import Picture
from ui.map import cell, compare, downloads, panel
from ui.map.view import Choice, View, chosen, raw_view
from ui.playground import settings, who
from ui.shell import body, errors, links, presentation, sentence_input, switches
from ui.state import controls, scrolling


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

    def part() -> None:
        shown = None
        with figure, errors.show_errors():
            shown = who.map_of_sentence(model, state.switches())
        if shown is None:
            return
        view, choice = shown.view, chosen(shown.view)
        with words:
            panel.draw_words(view, choice, "raw")
            if view.is_grey(choice.query) or not presentation.is_alone("map"):
                settings.draw_headline(shown)
        with aside:
            settings.draw_note(shown)
        with figure:
            panel.draw_pictures(view, choice, "raw", "cell" if view.walk else "", narrow=True)
        draw_folds(shown, choice)

    body.draw_part(part)


def draw_folds(shown: who.MapOnPage, choice: Choice) -> None:
    """Draw the folds below the map."""
    view, compared = shown.view, None

    def draw_downloads() -> None:
        downloads.draw_downloads(view, choice, links.source_of("playground"), "raw", compared)

    if shown.model == who.VECTORS:
        controls.fold("cell", "One cell’s arithmetic", cell.draw, view, choice, "raw")
        controls.fold("out", "The word before and after attention", cell.draw_output, view, choice)
        if state.get("cmp"):
            compared = compare_settings(view, choice)
    controls.fold("take", "Take it away", draw_downloads)


def compare_settings(view: View, choice: Choice) -> dict[str, Picture] | None:
    """Draw the same sentence under a second setting, beside the first; its pictures, to take away."""
    if scrolling.first_visit("playground"):
        scrolling.scroll_to(settings.COMPARISON_KEY)
    with st.container(key=settings.COMPARISON_KEY), errors.show_errors():
        components.text(settings.COMPARISON_TITLE, "heading")
        switches.draw(setting="2")
        return compare.compare(view, raw_view(state.switches("2")), choice, "raw")


body.draw("playground", page)
