"""The ten likeliest next words, the temperature, and writing on."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from markupsafe import Markup

from ui import state
from ui.kit import components
from ui.kit.glossary import with_terms
from ui.kit.wording import counted, percent
from ui.models import language_model
from ui.next_word.selection import Selection
from ui.next_word.waiting import wait_for
from ui.state import controls, scrolling
from ui.state.table import BY_LOT

MAX_WORDS = 20  # that "Write on" writes at a time


@dataclass
class Writing:
    """A text to which the model adds words, held in the session until it is done.

    Attributes:
        start: the text before.
        text: with the words written so far.
        remaining: the number of pieces still to write.
        total: the number of pieces in all.
        word: the id of the piece that the visitor pressed, which comes first.
    """

    start: str
    text: str
    remaining: int
    total: int
    word: int | None = None


def draw_next_words(shown: Selection) -> None:
    """Draw the likeliest next words, and beside them the controls for writing on."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw_likeliest(shown)
    with right:
        draw_writing(shown)


def draw_likeliest(shown: Selection) -> None:
    """Draw the ten likeliest next pieces as bars; a press takes one."""
    components.text("The ten likeliest next words", "heading")
    # The session keeps the callback and the values in it: so these, and not what the model computed.
    tokens_left, text, ids = shown.tokens_left, shown.text.text, shown.likely.ids.tolist()

    def take(place: int) -> None:
        if tokens_left > 0:
            st.session_state["writing"] = Writing(text, text, 1, 1, ids[place])

    lines = [
        (shown.readable(piece), percent(share, 1), float(share), False)
        for piece, share in zip(shown.likely.pieces, shown.likely_probabilities, strict=True)
    ]
    components.radio_list(
        lines, key="likeliest", on_pick=take, label="The ten likeliest next words: press one to take it", buttons=True
    )
    others = np.delete(shown.probabilities, ids)
    components.text(
        f"Press a word to add it to the text. The other {len(others):,} pieces that the model knows share "
        f"{percent(float(others.sum()), 1)}.",
        "small",
    )


def draw_writing(shown: Selection) -> None:
    """Draw the temperature, the choice of how a word is taken, and the buttons that let the model write."""
    controls.slider(
        "temp",
        "Temperature: divides the scores",
        step=0.1,
        help="Softmax turns the scores of all words into probabilities. Before that each score is divided by the "
        "temperature, as by √dₖ on page 3: a small one lets the best word take all, a large one makes all alike.",
    )
    draw_rule_choice()
    draw_written(shown.text.text)
    draw_buttons(shown)
    draw_progress(full=shown.tokens_left <= 0)
    config = language_model.model().config
    about = (
        f"{language_model.name()}, with {language_model.size() / 1e6:,.0f} million numbers in "
        f"{counted(config.n_layers, 'layer')} of {counted(config.n_heads, 'head')}, invents facts as fluently as it "
        "writes true ones."
    )
    components.text(with_terms(about, "SmolLM2", "layer", "head"), "small")


def draw_rule_choice() -> None:
    """Draw the choice of how a word is taken, with the seed where it is drawn by lot."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule = controls.segmented(
            "by",
            "Which word is taken",
            help="Drawn by lot, each word comes as often as its probability says; the seed makes the lot repeatable. "
            "The text here is one line: new lines are left out.",
        )
        if rule == BY_LOT:
            controls.number_field("wseed", "Seed", width=110, help="The same seed draws the same words.")


def draw_buttons(shown: Selection) -> None:
    """Draw the buttons that start and stop writing."""
    writing, text = "writing" in st.session_state, shown.text.text

    def write() -> None:
        st.session_state["writing"] = Writing(text, text, MAX_WORDS, MAX_WORDS)
        scrolling.scroll_to("written")

    def stop() -> None:
        if writing := st.session_state.pop("writing", None):
            st.session_state["written"] = writing
            state.set_values({"text": writing.text, "wq": 0, "wk": 0})

    with st.container(horizontal=True, vertical_alignment="center"):
        full = shown.tokens_left <= 0
        st.button("Write on", on_click=write, type="primary", key="write", disabled=writing or full, width=120)
        st.button("Stop", on_click=stop, key="stop-writing", disabled=not writing, width=90)


def draw_progress(*, full: bool) -> None:
    """Draw how many words are written, or why no more are.

    Args:
        full: whether the text has as many tokens as fit.
    """
    writing = st.session_state.get("writing")
    if writing and writing.total > 1:
        written = writing.total - writing.remaining
        st.progress(written / writing.total)
        components.text(f"{written} of {counted(writing.total, 'word')} written", "small")
    elif full:
        most = language_model.max_tokens()
        components.text(f"The text has {most} tokens, as many as fit here: shorten it to write on.", "small")
    elif ended := st.session_state.pop("text-ended", None):
        components.text(ended, "notice")


def draw_written(text: str) -> None:
    """Draw the text, with the part marked that the model has written; nothing where it has written none."""
    written = st.session_state.get("writing") or st.session_state.get("written")
    place = st.empty()  # also where nothing is written, so that what stands below keeps its place
    if written and written.text == text:
        with place.container(key="written"):
            html = Markup('<p class="say plain">{}<b>{}</b></p>')
            components.show_html(html.format(written.start, text[len(written.start) :]))


def why_ended(name: str, piece: str) -> str:
    """Why a text does not go on.

    Args:
        name: of the piece that ended it, as a sentence mentions it.
    """
    if "\n" in piece or "\r" in piece:
        why = "a new line, and the text here is one line"
    elif "<0x" in piece:
        why = "part of a character that the model does not complete"
    else:
        why = "a mark of the model’s own, not text"
    return f"Here the text ends: {name} would come next, {why}."


def write_on(shown: Selection) -> None:
    """Write the next word, and let the page be drawn again with it."""
    writing = st.session_state.get("writing")
    if not writing:
        return
    seed = int(state.get("wseed")) if state.get("by") == BY_LOT else None
    temperature, text, word = shown.temperature, writing.text, writing.word
    written = wait_for(
        ("write", text, temperature, seed, word),
        lambda: language_model.write(text, temperature, seed, word),
        "The model is writing",
    )
    remaining = 0 if written.ended_by else writing.remaining - 1
    if written.ended_by:
        st.session_state["text-ended"] = why_ended(shown.piece_name(written.ended_by), written.ended_by)
    if remaining and shown.tokens_left > 1:
        st.session_state["writing"] = replace(writing, text=written.text, remaining=remaining, word=None)
        st.rerun()
    st.session_state.pop("writing", None)
    st.session_state["written"] = replace(writing, text=written.text)
    state.set_in_run({"text": written.text, "wq": 0, "wk": 0, "word": 1})
    st.rerun()
