"""The front door: a sentence in, weights out."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui import state
from ui.map import cell, compare, files, panel, settings, who
from ui.map.view import chosen, raw_view
from ui.shell import errors, pages, sentence_input, views


def compare_settings() -> dict | None:
    """The same sentence under a second setting, beside the first."""
    sentence_input.draw_switches(setting="2")
    with errors.show_errors():
        return compare.compare(view, raw_view(state.switches("2")), choice, "raw")


model = sentence_input.ask_with_model()
words = views.figure("map", "words")
pictures, beside = st.columns([10, 3], gap="medium")
with beside:
    settings.draw(model)
sight = who.look_at_sentence(model, state.switches())
view, choice = sight.view, chosen(sight.view)
with words:
    panel.words_and_reading(view, choice, "raw")
    settings.draw_lesson(sight)
with beside:
    settings.draw_aside(sight)
with pictures, views.figure("map"):
    panel.pictures(view, choice, "raw", "cell" if view.walk else "", narrow=True)
compared = None
if sight.model == who.VECTORS:
    pages.fold("cell", "One cell, step by step", cell.cell, view, choice, "raw")
    pages.fold("out", "The word before and after attention", cell.output, view, choice)
    compared = pages.fold("cmp", "Compare two settings", compare_settings)
pages.fold(
    "take",
    "Take it away",
    files.take_away,
    view,
    choice,
    pages.link("playground"),
    "raw",
    compared,
)
