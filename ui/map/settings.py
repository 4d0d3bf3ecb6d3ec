"""The settings of word vectors beside their map, and the lesson line that follows them."""

import streamlit as st

from ui import state
from ui.kit import components, glossary
from ui.map.who import TAUGHT, VECTORS, Sight
from ui.models import loaders

SELF = "Self-attention: a word may look at itself"
PAGES = {TAUGHT: ("teach_it", "How is a head taught?"), "Transformer": ("inside_a_transformer", "All 72 heads")}


def draw(model: str) -> None:
    """The settings of word vectors; where another model looks, a line in their place."""
    if model != VECTORS:
        components.text("Scaling, self-attention and dimensions are settings of word vectors.", "small")
        page, label = PAGES[model]
        st.page_link(f"pages/{page}.py", label=label, icon=":material/arrow_forward:")
        return
    with st.container(key="switches"):
        draw_switches()


def draw_switches(setting: str = "") -> None:
    """The switches of word vectors, one below the other; setting "2" draws those of the comparison."""
    st.toggle("Scaling: divide by √d", state.default("scale" + setting), **state.widget_args("scale" + setting))
    st.toggle(SELF, state.default("self" + setting), help=glossary.help("self-attention"), **state.widget_args("self" + setting))
    st.slider("Dimensions d", 1, loaders.glove().d_model, state.default("d" + setting), **state.widget_args("d" + setting))
    with st.popover("Advanced"):
        st.toggle("Causal mask", help=glossary.help("causal"), **state.widget_args("causal" + setting))


def draw_lesson(sight: Sight) -> None:
    """What to see in the map, in a line."""
    components.text(sight.lesson, "lesson")
    if sight.aside:
        components.text(sight.aside, "small")
