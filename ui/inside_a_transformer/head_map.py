"""The chosen map, remarks on how to read it, its arithmetic, and the heads ranked by one of its weights."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core import inside
from attention_core.text import shortened
from ui import state
from ui.inside_a_transformer.grid import draw_ranking, overview, rank_text
from ui.inside_a_transformer.selection import MAP, Selection, draw_controls
from ui.kit import components
from ui.kit.wording import listed, percent, quoted, rounded
from ui.map import cell, panel
from ui.map.view import chooser, head_name
from ui.state import scrolling
from ui.state.table import MEAN, ONE, ROLLOUT

MARKS = "marks that the model puts in front of each sentence and at its end"


def lay_out(shown: Selection) -> DeltaGenerator:
    """Draw what stays around the map when another word is chosen; return the place of the map."""
    with st.container(key=MAP):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.header(shown.name, anchor=False)
            draw_controls()
        components.text(marks_text(shown), "small")
        place = st.container()
    st.markdown(
        "A map shows where a head looks. Whether it also tells why the model answers as it does is "
        "disputed ([Jain & Wallace 2019](https://arxiv.org/abs/1902.10186), "
        "[Wiegreffe & Pinter 2019](https://arxiv.org/abs/1908.04626))."
    )
    st.button(
        "“tired” or “soft”: one word turns “it” from the cat to the mat",
        on_click=show_tired_and_soft,
        key="show-flip",
        type="tertiary",
        icon=":material/arrow_forward:",
    )
    return place


def draw_map(shown: Selection, place: DeltaGenerator) -> None:
    """Draw the chosen map, and below it a remark on how to read it, into the place that `lay_out` returned."""
    with place:
        panel.draw(shown.view, shown.choice, "head", opens="icell")
        if text := remark(shown):
            components.text(text, "small")


def marks_text(shown: Selection) -> str:
    """What [CLS] and [SEP] are and how much they get; what the signs for pieces mean, where there are any."""
    if shown.map_filter.marks:
        start, end = overview(shown.text, shown.map_filter, components.palette()).marks
        text = (
            f"[CLS] and [SEP] are {MARKS}. Heads with nothing to find give them their weight (Clark et al. 2019): all "
            f"72 together {rounded(start)} and {rounded(end)}."
        )
    else:
        text = f"[CLS] and [SEP], {MARKS}, are left out here."
    if any(token.startswith("·") for token in shown.view.tokens):
        text += " A dot marks a piece that goes on with the word before it."
    if "[UNK]" in shown.reading.tokens.pieces:
        text += unknown_text(shown)
    return text


def unknown_text(shown: Selection) -> str:
    """Which words [UNK] stands for, and why."""
    tokens = shown.reading.tokens
    spans = (span for piece, span in zip(tokens.pieces, tokens.spans, strict=True) if piece == "[UNK]")
    unknown = dict.fromkeys(shown.text[start:end] for start, end in spans)  # each once
    return (
        f" [UNK] stands for {listed([quoted(shortened(word, 20)) for word in unknown])}: a word with a sign that "
        "no piece of the model has, such as an emoji, or with more than 100 characters."
    )


def remark(shown: Selection) -> str:
    """A sentence on how to read the map with the present settings; "" for none."""
    view, (query, key) = shown.view, shown.choice
    if shown.kind == ROLLOUT:
        return (
            "Rollout multiplies the average maps of all layers; half of each word is assumed to stay where it is "
            "(Abnar & Zuidema 2020)."
        )
    if shown.map_filter.share < 1:
        return f"Grey: not among the strongest weights that make up {percent(shown.map_filter.share)} of their row."
    if not shown.map_filter.see_self:
        return "What a word gives itself is left out, and the rest of its row divided by its sum."
    if shown.kind == MEAN or len(view.labels) < 4 or query == key:
        return ""
    others, most = inside.sent_by_others(view.weights, query, key)
    if not most:
        return ""
    query_label, key_label = quoted(view.labels[query]), quoted(view.labels[key])
    count = f"{most} of the {len(view.labels) - 2} other words"
    return f"Not only {query_label}: {count} look most at {key_label}; on average they give it {rounded(others)}."


def draw_cell(shown: Selection) -> None:
    """Draw the arithmetic of the chosen weight."""
    if shown.kind != ONE:
        components.text("A blend of several heads has no arithmetic of its own. Choose one head above.")
        return
    marks = "" if shown.map_filter.marks else " The row’s sum includes [CLS] and [SEP]."
    components.text(
        "The first word gives this head’s query, the second its key, 32 numbers each; the next part shows how they "
        f"come from what layer {shown.layer + 1} was given.{marks}",
        "small",
    )
    cell.draw(shown.view, shown.choice, "head")


def draw_heads_for_pair(shown: Selection) -> None:
    """Draw all heads, ranked by the weight they give the chosen pair."""
    view = shown.view
    query, key = (view.labels[place] for place in shown.choice)
    cell.choose_key(view, shown.choice, "find")
    ranked = inside.heads_for_pair(shown.reading, *shown.tokens)
    components.text(
        f"{query} → {key}: {head_name(*ranked[0][:2]).lower()} gives most, {percent(ranked[0][2], 1)}"
        f"{rank_text(ranked, shown)}"
    )
    draw_ranking(ranked, shown, "found", "weight", partial(chooser(view), *shown.choice))
    if not shown.map_filter.see_self:
        components.text("By the weights that the model computed, nothing left out.", "small")


def show_tired_and_soft() -> None:
    """Open the two sentences under the head that tells them apart. For callbacks."""
    state.set_values({"s": state.default("s"), "s2": "", "q": 8, "k": 0, "of": ONE, "l": 4, "h": 2, "itwo": True})
    scrolling.scroll_to("itwo")
