"""Step 2: where query, keys and values come from: a word of the sentence, or numbers that the visitor types."""

import streamlit as st

from attention_core.embeddings import UnknownWords
from ui import state
from ui.kit import components, figures
from ui.kit.glossary import with_terms
from ui.kit.latex import column, in_role
from ui.map import panel
from ui.models import loaders
from ui.shell import errors, sentence_input
from ui.state import controls
from ui.state.table import NUMBERS, SENTENCE
from ui.step_by_step import pictures, typed
from ui.step_by_step.selection import ChosenWord, Selection, from_sentence

ROLES = ("query", "key", "value")
ON_HELP = "A word of your sentence with its own vector, or a few small numbers that you may change."


def ask_for_vectors() -> bool:
    """The sentence, or the fields for numbers; whether there is something to compute."""
    if controls.segmented("on", "Walk with", help=ON_HELP) == NUMBERS:
        typed.draw_what_if_buttons("numbers")
        with st.expander("Change the numbers"):
            typed.draw_fields()
        return True
    sentence_input.ask_for_sentence()
    with errors.show_errors():
        if not loaders.tokenized(state.sentence()).known:
            raise UnknownWords(loaders.tokenized(state.sentence()).unknown)
        return True
    return False


def read_selection() -> Selection | None:
    """The query to walk; None if what was typed cannot be read.

    Raises:
        UnknownWords, NothingToAttend: as in `raw_attention`.
    """
    return from_sentence() if state.get("on") == SENTENCE else typed.from_numbers()


def draw(selection: Selection) -> None:
    """The three vectors."""
    if selection.word:
        _draw_word(selection, selection.word)
    else:
        _draw_numbers(selection)


def _draw_word(selection: Selection, word: ChosenWord) -> None:
    panel.draw_words(*word, "walk")
    q, k, v = (in_role(name, role) for name, role in (("q", "query"), ("k", "key"), ("v", "value")))
    st.latex(rf"\text{{here:}}\quad {q}={k}={v}=x")
    st.latex(rf"\text{{trained:}}\quad {q}=x\,W_Q,\;\;{k}=x\,W_K,\;\;{v}=x\,W_V")
    query_label = selection.name(word.choice.query)
    lesson = (
        f"{query_label} asks with its query; every word has a key to be found by and a value to hand over. "
        f"Here all three are the word’s own vector x of {len(selection.walk.query)} numbers; trained "
        "matrices make them three."
    )
    components.text(with_terms(lesson, *ROLES), "headline")


def _draw_numbers(selection: Selection) -> None:
    walk = selection.walk
    if len(walk.query) == 2:
        with st.container(height=345, border=False):
            figures.draw(pictures.query_arrows(walk, selection.labels), "query-arrows")
    else:
        keys = r",\;".join(
            f"{name}={column(key, 'key')}" for name, key in zip(selection.labels, walk.keys, strict=True)
        )
        st.latex(rf"{in_role('q', 'query')}={column(walk.query, 'query')},\quad {keys}")
    lesson = "The query asks, a key is what it may find, a value is what it then gets. All are vectors."
    components.text(with_terms(lesson, *ROLES), "headline")
