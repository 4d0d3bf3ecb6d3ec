"""The sentence and who looks at it; the settings of word vectors beside their map; the lines about the map."""

import streamlit as st

from ui.kit import components
from ui.kit.glossary import with_terms
from ui.playground.who import MapOnPage
from ui.shell import sentence_input, switches
from ui.state import controls, scrolling
from ui.state.table import TAUGHT, TRANSFORMER, VECTORS

WHO_LOOKS = (
    "Word vectors: the words as they are, nothing trained on top. Taught: a small head that was trained for the chosen "
    "word. Transformer: a head of MiniLM, a pretrained model."
)
COMPARISON_TITLE, COMPARISON_KEY = "Compare two settings", "second-setting"
PAGE_ABOUT = {TAUGHT: ("teach_it", "How is a head taught?"), TRANSFORMER: ("inside_a_transformer", "See all 72 heads")}
TERMS = ("layer", "head", "MiniLM")  # those of the glossary that the lines about a map may have


def ask_with_model() -> str:
    """Draw the shared sentence, beside it the choice of who looks at it, and below both the examples; the choice."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        text = sentence_input.draw_field()
    with right:
        model = controls.segmented("who", "Who looks", help=WHO_LOOKS)
    sentence_input.draw_examples(text)
    sentence_input.draw_notice(presets=False)
    return str(model)


def draw(model: str) -> None:
    """The settings of word vectors; where another model looks, a line in their place."""
    if model == VECTORS:
        with st.container(key="settings"):
            draw_switches_in_a_column()
        return
    components.text("Scaling, self-attention and dimensions are settings of word vectors.", "small")
    page, label = PAGE_ABOUT[model]
    st.page_link(f"pages/{page}.py", label=label, icon=":material/arrow_forward:")


def draw_switches_in_a_column() -> None:
    """The switches of word vectors, one below the other."""
    switches.draw_scaling(width="stretch")
    switches.draw_self()
    switches.draw_dimensions(width="stretch")
    with st.popover("Advanced", key="advanced"):
        switches.draw_causal()
        controls.toggle("cmp", COMPARISON_TITLE, on_change=scrolling.scroll_to, args=(COMPARISON_KEY,))


def draw_headline(shown: MapOnPage) -> None:
    """What to see in the map, in a line, and the way to the page that explains it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="headline"):
        components.text(with_terms(shown.headline, *TERMS), "headline")
        if shown.page:
            st.page_link(f"pages/{shown.page}.py", label="Why?", icon=":material/arrow_forward:", width="content")


def draw_note(shown: MapOnPage) -> None:
    """What else has to be known of the map, beside it."""
    with st.container():  # also for no note, so that the part alone can write here
        if shown.note:
            components.text(with_terms(shown.note, *TERMS), "small")
