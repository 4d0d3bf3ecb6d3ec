"""Where one weight comes from, number by number; and what the output is near to."""

import math
from functools import partial

import numpy as np
import streamlit as st
from markupsafe import Markup

from attention_core.steps import Walk
from ui.kit import components
from ui.kit.html import table
from ui.kit.wording import counted, number, percent
from ui.map.view import Choice, View, chooser
from ui.models.queries import is_function_word

PRODUCTS_IN_SIGHT = 6  # products in sight, the others folded away
NEAREST = 8  # words of the vocabulary, before attention and after


def choose_key(view: View, choice: Choice, name: str, label: str = "Choose the word looked at") -> None:
    """Draw the words once more, to choose the one looked at.

    Args:
        name: of the map, for a page may show several.
        label: what is chosen, for those who cannot see it.
    """
    components.words(
        [(label, place) for place, label in enumerate(view.labels)],
        view.weights[choice.query],
        choice.key,
        choice.key,
        components.palette(),
        key=f"{name}-seen",
        on_pick=partial(chooser(view), choice.query),
        label=label,
        role="key",
    )


def draw(view: View, choice: Choice, name: str) -> None:
    """How the weight of the chosen cell comes about, from the products of its numbers on; nothing for a blend.

    Args:
        name: of the map, for a page may show several.
    """
    if view.walk is None:
        return
    choose_key(view, choice, name)
    walked, j = view.walk(choice.query), choice.key
    query_label, key_label = (view.labels[place] for place in choice)
    looks = "looks at" if walked.visible[j] else "may not look at"
    components.show_html(
        Markup(
            "<p><b class=query>{}</b> {} <b class=key>{}</b>. How well the two match is the dot product, the sum of "
            "the products of their numbers. The largest products first, by size:</p>"
        ).format(query_label, looks, key_label)
        + products_table(walked, j, query_label, key_label)
        + chain_table(walked, j)
    )
    if remark := asymmetry_in_words(view, choice):
        components.text(remark, "small")


def products_table(walked: Walk, j: int, query_label: str, key_label: str) -> Markup:
    """The products of the query and key j, the largest first, most of them folded away."""

    def signed(value: float, form: str) -> str:
        return format(value, form).replace("-", "−")

    rows = [
        (
            str(place + 1),
            (signed(walked.query[place], ".4f"), "query"),
            (signed(walked.keys[j, place], ".4f"), "key"),
            signed(walked.products[j, place], "+.4f"),
        )
        for place in walked.order(j)
    ]
    head = ("dimension", (query_label, "query"), (key_label, "key"), "product")
    shown = table(head, rows[:PRODUCTS_IN_SIGHT], "numbers")
    if len(rows) > PRODUCTS_IN_SIGHT:
        more = Markup("<details><summary>{} more</summary>{}</details>")
        shown += more.format(len(rows) - PRODUCTS_IN_SIGHT, table(head, rows[PRODUCTS_IN_SIGHT:], "numbers"))
    return shown


def chain_table(walked: Walk, j: int) -> Markup:
    """From the sum of the products of query and key j to the weight, one step a line."""
    d_k, divisor, weight = len(walked.query), 1 / walked.scale, walked.blend.weights[j]
    paper = math.isclose(divisor, math.sqrt(d_k), rel_tol=1e-6)
    lines = [(f"sum of {counted(d_k, 'product')}: the score", number(walked.scores[j], 4))]
    if not math.isclose(divisor, 1, rel_tol=1e-6):
        by = f"√{d_k} = {number(divisor, 4)}" if paper else number(divisor, 4)
        lines.append((f"÷ {by}: the scaled score", number(walked.scaled[j], 4)))
    if walked.visible[j]:
        if walked.calculable:
            lines += [("e to the power of that", number(float(walked.unshifted[j]), 4))]
            lines += [(f"÷ {number(walked.unshifted_sum, 4)}, the sum of these over the row", number(weight, 4))]
        else:
            shifted = f"minus {number(walked.largest, 4)}, the row’s largest; e to the power of that"
            lines += [(shifted, number(walked.exponentials[j], 4))]
            lines += [(f"÷ {number(walked.row_sum, 4)}, the sum of these over the row", number(weight, 4))]
    else:
        lines += [("masked", "−∞"), ("e to the power of −∞", "0")]
    lines.append(("the weight", percent(weight, 1)))
    return table((), lines, "chain numbers")


def asymmetry_in_words(view: View, choice: Choice) -> str:
    """Why two words that score the same both ways give each other different weights; "" where that is not so."""
    (i, j), scores = choice, view.stages and view.stages.scores
    if scores is None or i == j or not np.isclose(scores[i, j], scores[j, i], rtol=1e-4):
        return ""
    if view.visible is not None and not (view.visible[i, j] and view.visible[j, i]):
        return ""
    here, there = (percent(view.weights[place], 1) for place in ((i, j), (j, i)))
    if here == there:
        return ""
    names = f"{view.labels[i]} → {view.labels[j]}", f"{view.labels[j]} → {view.labels[i]}"
    return (
        f"{names[0]} gets {here} and {names[1]} {there}: where q = k, the score is the same both ways, but each word "
        "divides by a sum of its own."
    )


def nearest(view: View, query: int) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The words with a meaning of their own nearest to a token before and after attention, each with its cosine.

    Of a view without neighbours there are none.
    """
    before, after = view.neighbours(query) if view.neighbours else ([], [])
    return _content_words(before), _content_words(after)


def draw_output(view: View, choice: Choice) -> None:
    """Draw the words nearest to the chosen word's vector, and to its output, the blend of the words it looks at.

    Nothing is drawn of a view without neighbours.
    """
    if view.neighbours is None:
        return
    before, after = nearest(view, choice.query)
    ranks = {word: rank for rank, (word, _) in enumerate(before)}
    word = view.labels[choice.query]
    tables = (
        (f"{word}, before attention", [("", *pair) for pair in before[:NEAREST]]),
        (
            f"{word}, after attention",
            [(_moved(rank, ranks.get(pair[0])), *pair) for rank, pair in enumerate(after[:NEAREST])],
        ),
    )
    for column, (title, rows) in zip(st.columns(2), tables, strict=True):
        with column:
            components.text(title, "heading")
            body = [(other, moved, f"{cosine:.2f}") for moved, other, cosine in rows]
            components.show_html(table(("nearest words", "", "cosine"), body, "chain"))
    components.text(
        "The cosine tells how nearly two vectors point the same way; 1 is the same direction. ↑: places gained. Words "
        "such as “the” and numerals are left out of the lists.",
        "small",
    )


def _content_words(near: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [pair for pair in near if _is_content_word(pair[0])]


def _is_content_word(word: str) -> bool:
    """Whether a word has a meaning of its own: no function word, numeral or single letter."""
    return word.isalpha() and len(word) > 2 and not is_function_word(word)


def _moved(rank: int, before: int | None) -> str:
    """How a neighbour's place has changed by attention."""
    if before is None:
        return "new"
    return f"↑ {before - rank}" if before > rank else ""
