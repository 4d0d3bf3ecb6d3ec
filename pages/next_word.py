"""A language model on a text of the visitor's: the next word, and which heads made it so."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui.kit import components
from ui.next_word import downloads, growth, head_map, next_words, sink, switch_off, text_input
from ui.next_word.selection import cached_selection, read_selection
from ui.shell import body, presentation
from ui.state import controls


def page() -> None:
    """Draw the page."""
    text = text_input.ask_for_text()
    shown = read_selection(text)
    with st.container():  # one place, however many notices there are: what stands below stays while the text grows
        with (
            presentation.figure_container("next-words", "headline"),
            presentation.figure_container("head-map", "headline"),
        ):
            if not presentation.is_alone("head-map"):
                text_input.draw_headline(shown)
        text_input.draw_notices(shown)
    with presentation.figure_container("next-words"):
        next_words.draw_next_words(shown)
        next_words.write_on(shown)
    body.draw_part(lambda: draw_heads(text))


def draw_heads(text: str) -> None:
    """Draw the chosen head on the text, and the folds below."""
    shown = cached_selection(text)
    with presentation.figure_container("head-map"):
        head_map.draw_map(shown)
    controls.fold("woff", "Does it matter? Switch a head off, or cut a cell", switch_off.draw_switch_off, shown)
    controls.fold("wheads", "All heads at a glance, and those whose use was measured", head_map.draw_all_heads, shown)
    controls.fold("wcell", "Where does this number come from? One cell, step by step", head_map.draw_cell, shown)
    controls.fold("wgrow", "How does the word come about? The scores after every layer", growth.draw_growth, shown)
    controls.fold("wsink", "Why does everything look at the first token?", sink.draw_sink, shown)
    controls.fold("ntake", "Take it away: pictures, numbers, code, link", downloads.draw_downloads, shown)


components.style("shell/browser/no_fading.css", "next_word/next_word.css")
body.draw("next_word", page)
