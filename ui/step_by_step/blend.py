"""Step 8: the weighted sum of the values; and all steps in one line."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from attention_core.ranking import rank
from ui import state
from ui.kit import components, figures, latex
from ui.kit.latex import column, in_role, lines, tex
from ui.kit.wording import counted, largest, listed, percent
from ui.map import cell, panel
from ui.models.queries import is_function_word
from ui.step_by_step import pictures, strip
from ui.step_by_step.selection import ChosenWord, Selection


def draw(selection: Selection) -> None:
    """The output: the values, each times its weight, added up."""
    walk, (weights, _, output) = selection.walk, selection.walk.blend
    name = in_role(r"\text{output}", "output")
    symbol = rf"{name}=\sum_j w_j\,{in_role('v_j', 'value')}"
    if selection.word:
        _draw_word(selection, selection.word, symbol)
        return
    order = rank(weights)[:3]
    terms = "+".join(rf"{tex(weights[j])}{column(walk.values[j], 'value')}" for j in sorted(order))
    more = r"+\cdots" if np.count_nonzero(weights) > 3 else ""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        if len(walk.query) == 2:
            with st.container(height=345, border=False):
                figures.draw(pictures.output_arrows(walk, selection.labels), "output-arrows")
        else:
            components.show_html(pictures.parts_table(selection))
    with right:
        st.latex(symbol)
        st.latex(lines([f"&{terms}{more}", f"&={column(output, 'output')}"]))
    joined = "laid end to end" if len(walk.query) == 2 else "added up"
    best = listed([f"v{selection.labels[place]}" for place in largest(weights)])
    components.text(
        f"Each value times its weight, {joined}, leads to the output: a blend of all values, nearest to {best}.",
        "headline",
    )


def _draw_word(selection: Selection, word: ChosenWord, formula: str) -> None:
    """The output of a word: the words nearest to it, or of a function word, to which none are near, its parts."""
    weights, _, output = selection.walk.blend
    text = f"Each word’s vector times its weight, added up: a vector of {counted(len(output), 'number')} again."
    function_words = [is_function_word(token) for token in word.view.tokens]
    if not function_words[word.choice.query]:
        st.latex(formula)
        components.text(f"{text} The words nearest to it show what the blend is about:", "headline")
        cell.draw_output(*word)
        return
    parts = [f"{percent(weights[place])} {selection.name(place)}" for place in rank(weights) if weights[place]]
    text += f" It is {listed(parts)}."
    if not all(function_words) and not state.get("lecture"):  # which has no words to choose from
        other = selection.name(function_words.index(False))
        text += (
            f" {selection.name(word.choice.query)} has little meaning of its own; choose {other} to see which words "
            "its blend is nearest to."
        )
    if state.shows_one_figure():  # on the page the weights stand above
        strip.draw(selection, weights, "Parts of the output", [formula], text, key="parts", weights=True)
        return
    st.latex(formula)
    components.text(text, "headline")


def draw_whole(selection: Selection) -> None:
    """The whole formula, and for a sentence all queries at once."""
    st.header("All steps in one line", anchor=False)
    names = ",".join(in_role(name, role) for name, role in (("Q", "query"), ("K", "key"), ("V", "value")))
    st.latex(rf"\operatorname{{Attention}}({names})={latex.attention()}")
    components.show_html(
        Markup(
            "<p><b class=query>Q</b><b class=key>K</b>ᵀ: step 3. √dₖ: step 4. softmax: steps 6 and 7. "
            "<b class=value>V</b>: step 8. The mask, step 5, has no letter.</p>"
        )
    )
    if selection.word:
        components.text("Q has a row for each word, and all rows are computed alike:", "plain")
        figures.draw(panel.heatmap_picture(*selection.word), "walk-all")
