"""Train W_Q and W_K here and now, and watch where the words of the sentence look."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui.kit import components
from ui.shell import body, presentation, sentence_input
from ui.state import controls
from ui.teach_it import copying, learned, notes, positions, settings, training
from ui.teach_it import map as sentence
from ui.teach_it.sentence_map import SentenceMap


def page() -> None:
    """Draw the page."""
    sentence_input.ask_for_sentence(presets=False)
    settings.choose_task()
    session = settings.current_session()
    with presentation.figure("map", "headline"):
        if not presentation.is_alone("map"):
            training.draw_headline(session)
    left, right = st.columns(2, gap="medium", vertical_alignment="center")
    words = presentation.figure("map", "words")
    settings.offer_sentence(session.lesson)
    settings.ask_for_guess(session)
    training.draw_experiments(session)
    settings.draw_advanced(session)
    sentence.choose_map(session.model)
    with presentation.figure("map"):
        places = sentence.lay_out(session)
    settings.draw_reason(session)

    def progress(session: settings.Session) -> None:
        with left:
            training.draw_buttons(session)
        with right:
            training.draw_score(session)
        sentence.draw_progress(session, places)

    if not session.in_training:
        progress(session)

    def part() -> None:
        now = settings.current_session()
        if session.in_training:
            progress(now)
        with words:
            shown = sentence.current_map(now)
            if shown:
                maps = sentence.maps_of(now, shown)
                sentence.draw_words(now, shown, maps)
        if shown:
            sentence.draw(maps, places.maps)
        draw_folds(now, shown)

    training.draw_while_training(session, part)


def draw_folds(session: settings.Session, shown: SentenceMap | None) -> None:
    """Draw the folds below the map."""
    if shown and session.model.kind == "next_word":
        copying.draw_next_words(session, shown)
    elif shown:
        learned.draw_query_words(session, shown)
    fold, here = sentence.fold, (session, shown)
    fold("tpos", "Positions: how does a word know its place?", shown, positions.draw, *here)
    fold("tmat", "The tables themselves: W_Q and W_K as pictures", shown, learned.draw_weight_tables, *here)
    compared = fold("tcmp", "Before and after, in three maps", shown, learned.draw_before_and_after, *here)
    fold("tcell", "Where does this number come from? One cell, step by step", shown, learned.draw_cell, shown)
    controls.fold(
        "tsay", "What do the numbers mean, and what do they not show?", notes.draw_meaning_of_numbers, session
    )
    controls.fold("ttry", "A challenge: fool the trained head", notes.draw_challenge, session)
    controls.fold("tcode", "The code that trains", notes.draw_code)
    fold("ttake", "Take it away: pictures, numbers, code, link", shown, notes.draw_downloads, shown, compared)


components.style("kit/browser/matrices.css", "shell/browser/no_fading.css", "teach_it/teach_it.css")
body.draw("teach_it", page)
