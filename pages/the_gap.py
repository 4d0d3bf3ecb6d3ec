"""Similarity or relationship: the article's table, measured, a task at a time, with every sentence behind it."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui import state
from ui.kit import components
from ui.shell import body, presentation
from ui.state import controls
from ui.the_gap import all_models, downloads, figure, notes, sentences, side_by_side


def page() -> None:
    """Draw the page."""
    figure.choose_query()
    figure.draw_task_choice()
    with presentation.figure_container("bars"):
        figure.draw_question()
        figure.draw_headline()
        figure.draw_bars()
    figure.draw_set_choice()
    controls.fold("gsent", "Which sentences were right, which wrong?", sentences.draw_sentences)
    body.draw_part(draw_your_sentence)


def draw_your_sentence() -> None:
    """Draw the visitor's own sentence, and the folds below."""
    if state.shows_one_figure():
        with presentation.figure_container("your-sentence"):
            st.header("Your sentence", anchor=False)
            side_by_side.draw_side_by_side()
    else:
        controls.fold("gown", "Your sentence in three models", side_by_side.draw_side_by_side)
    controls.fold("gall", "All tasks and models", all_models.draw_all_models)
    controls.fold("gsay", "How was this measured, and what does it not say?", notes.draw_notes)
    controls.fold("gtake", "Take it away: pictures, numbers, link", downloads.draw_downloads)


components.style("the_gap/the_gap.css")
body.draw("the_gap", page)
