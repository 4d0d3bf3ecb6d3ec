"""Train W_Q and W_K here and now, and watch where the words of the sentence look."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui.kit import components
from ui.shell import body, presentation, sentence_input
from ui.state import controls
from ui.teach_it import downloads, experiments, head_map, learned, next_words, notes, positions, progress, settings
from ui.teach_it.head_view import HeadView
from ui.teach_it.session import Session, current_session


def page() -> None:
    """Draw the page."""
    sentence_input.ask_for_sentence(presets=False)
    settings.draw_task_choice()
    settings.choose_query()
    session = current_session()
    with presentation.figure_container("map", "headline"):
        if not presentation.is_alone("map"):
            progress.draw_headline(session)
    left, right = st.columns(2, gap="medium")  # not centred: a notice on the right would move the buttons
    words = presentation.figure_container("map", "words")
    settings.draw_sentence_button(session.lesson)
    settings.ask_for_guess(session)
    experiments.draw_experiments(session)
    settings.draw_advanced(session)
    head_map.draw_map_choice(session.model)
    with presentation.figure_container("map"):
        places = head_map.lay_out(session)
    settings.draw_reason(session)

    def part() -> None:
        now = current_session()
        with left:
            progress.draw_buttons(now)
        with right:
            progress.draw_score(now)
        head_map.draw_progress(now, places)
        with words:
            shown = head_map.chosen_view(now)
            if shown:
                views = head_map.views_to_draw(now, shown)
                head_map.draw_words(now, shown, views)
        if shown:
            head_map.draw_maps(views, places.maps)
        draw_folds(now, shown)

    progress.draw_while_training(session, part)


def draw_folds(session: Session, shown: HeadView | None) -> None:
    """Draw the folds below the map."""
    if shown and session.model.kind == "next_word":
        next_words.draw_next_words(session, shown)
    elif shown:
        learned.draw_query_words(session, shown)
    fold, here = head_map.draw_fold, (session, shown)
    fold("tpos", "Positions: how does a word know its place?", shown, positions.draw_positions, *here)
    fold("tmat", "The tables themselves: W_Q and W_K as pictures", shown, learned.draw_weight_tables, *here)
    compared = fold("tcmp", "Before and after, in three maps", shown, learned.draw_before_and_after, *here)
    fold("tcell", "Where does this number come from? One cell, step by step", shown, learned.draw_cell, shown)
    controls.fold(
        "tsay", "What do the numbers mean, and what do they not show?", notes.draw_meaning_of_numbers, session
    )
    controls.fold("ttry", "A challenge: fool the trained head", notes.draw_challenge, session)
    controls.fold("tcode", "The code that trains", notes.draw_code)
    fold("ttake", "Take it away: pictures, numbers, code, link", shown, downloads.draw_downloads, shown, compared)


components.style("kit/browser/matrices.css", "shell/browser/no_fading.css", "teach_it/teach_it.css")
body.draw("teach_it", page)
