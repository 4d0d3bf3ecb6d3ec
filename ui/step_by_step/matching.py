"""Steps 3 and 4: the dot product of the query with every key, and the division of the scores."""

import numpy as np
import streamlit as st

from attention_core.ranking import first_largest, rank
from ui import state
from ui.kit import components, latex
from ui.kit.glossary import tip
from ui.kit.latex import column, in_role, lines, tex
from ui.kit.wording import counted, largest, listed, number
from ui.map import cell
from ui.shell import switches
from ui.state import controls
from ui.state.table import SENTENCE
from ui.step_by_step import pictures, strip
from ui.step_by_step.selection import ChosenWord, Selection


def _pair() -> str:
    """q · k, as LaTeX."""
    return rf"{in_role('q', 'query')}\cdot {in_role('k', 'key')}"


def draw_scores(selection: Selection) -> None:
    """The dot products: of a sentence one is shown, of typed numbers all."""
    walk, j, word = selection.walk, selection.key, selection.word
    scores = pictures.in_formula(selection, walk.scores)
    if word:
        products = latex.sum_of_products(walk.query, walk.keys[j], walk.order(j), 2)
        formula = [f"{_pair()}={products}={scores[j]}"]
        text = (
            f"{selection.name(word.choice.query)} · {selection.name(j)} = {number(walk.scores[j])}: "
            f"{counted(len(walk.query), 'product')}, added up. A large sum means that the two match."
        )
    else:
        order = rank(np.abs(walk.products))
        formula = [
            lines(
                rf"{in_role('q', 'query')}\cdot {in_role(name, 'key')}&="
                rf"{latex.sum_of_products(walk.query, walk.keys[place], order[place], 3)}={scores[place]}"
                for place, name in enumerate(selection.labels)
            )
        ]
        text = best_match(selection)
    strip.draw(selection, walk.scores, "Scores", formula, text, key="scores")
    if word:
        cell.choose_key(*word, "walk", "Choose the word whose products are shown")
        controls.fold("sprod", "Its products", draw_products, selection, word)
    elif walk.keys.shape[1] > 3:
        components.show_html(pictures.products_table(selection))


def draw_products(selection: Selection, word: ChosenWord) -> None:
    """Draw the products of the chosen query and key."""
    query_label, key_label = (selection.labels[place] for place in (word.choice.query, selection.key))
    components.show_html(cell.products_table(selection.walk, selection.key, query_label, key_label))


def best_match(selection: Selection) -> str:
    """Which key has the largest score, and whether by direction or by length."""
    walk = selection.walk
    relative = walk.scores / (np.abs(walk.scores).max() or 1)  # what is a tie does not depend on how long vectors are
    best = int(first_largest(relative))
    name, score = selection.labels[best], number(float(walk.scores[best]))
    ties = largest(relative)
    if len(ties) > 1:
        tied = listed([selection.labels[place] for place in ties])
        return f"Multiply number by number, add up: {tied} have the largest score, {score}."
    text = f"Multiply number by number, add up: {name} has the largest score, {score}. "
    if np.isnan(walk.cosines).any() or len(selection.labels) == 1:
        return text + "A score is large where both vectors have large numbers in the same places."
    straight = int(first_largest(walk.cosines))
    if walk.cosines[straight] <= 0:
        return text + "No key points the way the query does: all cosines are 0 or less."
    if straight == best:
        return text + "Of all keys it points most nearly where the query points."
    return text + (
        f"Length counts as well as direction: {selection.labels[straight]} points more exactly where the query points, "
        f"but {name} is longer ({walk.lengths[best]:.1f} against {walk.lengths[straight]:.1f})."
    )


def draw_division_switch() -> None:
    """Whether, and for a sentence by what number, the scores are divided."""
    if state.get("on") == SENTENCE:
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="switches-scaling"):
            switches.draw_scaling()
    else:
        controls.toggle("div", "Scaling: divide by √d", help=tip("scaling"))


def draw_scaled(selection: Selection) -> None:
    """The division of the scores."""
    walk, d = selection.walk, len(selection.walk.query)
    scores, scaled = (pictures.in_formula(selection, values) for values in (walk.scores, walk.scaled))
    below = rf"\sqrt{{{d}}}" if selection.by_root else tex(selection.divisor)
    if selection.divisor == 1 and d > 1:
        below = "1"
    if selection.word:
        formula = [
            rf"\frac{{{_pair()}}}{{{below}}}=\frac{{{scores[selection.key]}}}{{{below}}}="
            rf"{scaled[selection.key]}"
        ]
    else:
        formula = [rf"\frac{{1}}{{{below}}}{column(scores)}={column(scaled)}"]
    if selection.by_root and d == 1:
        text = "A vector has 1 number, and √1 = 1: the scores stay as they are."
    elif selection.by_root:
        text = (
            f"Every score is divided by √{d} = {selection.divisor:.2f}, for a key has {d} numbers (dₖ): the order "
            "stays, the gaps shrink."
        )
        if not state.shows_one_figure():
            text += " Why the root? The next page answers that."
    elif selection.divisor == 1:
        text = "Not divided: the scores go on as they are."
    else:
        text = f"Every score is divided by {selection.divisor:.2f}: the order stays, the gaps change."
    strip.draw(selection, walk.scaled, "Scores, divided", formula, text, key="scaled", same_scale=walk.scores)
