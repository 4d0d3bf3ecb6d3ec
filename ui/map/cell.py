"""Where one weight comes from, number by number; and what the output is near to."""

import html
import math

import streamlit as st

from attention_core.steps import Walk
from ui.kit import components
from ui.kit.wording import counted, number, percent
from ui.map.view import Choice, View, choose


def choose_key(view: View, choice: Choice, key: str) -> None:
    """The words once more, to choose the one looked at."""
    components.words(
        [(label, place) for place, label in enumerate(view.labels)],
        view.weights[choice.query],
        choice.key,
        choice.key,
        components.palette(),
        key=f"{key}-seen",
        on_pick=lambda place: choose(view, choice.query, place),
        label="Choose the word looked at",
        role="key",
    )


def cell(view: View, choice: Choice, key: str) -> None:
    """How the weight of the chosen cell came about, from the products of its numbers to the share on the heatmap."""
    choose_key(view, choice, key)
    walked, j = view.walk(choice.query), choice.key
    looking, seen = (html.escape(view.labels[place]) for place in choice)
    looks = "looks at" if walked.visible[j] else "may not look at"
    components.show_html(
        f"<p><b class=query>{looking}</b> {looks} <b class=key>{seen}</b>. How well the two match is the dot product, "
        "the sum of the products of their numbers. The largest products first, by size:</p>"
        + products_table(walked, j, looking, seen)
        + chain_table(walked, j)
    )


def products_table(walked: Walk, j: int, looking: str, seen: str, shown: int = 6) -> str:
    """The products of the query and key j, the largest first, the rest folded away."""
    rows = [
        f"<tr><td>{place + 1}</td><td class=query>{walked.query[place]:.4f}</td>"
        f"<td class=key>{walked.keys[j, place]:.4f}</td><td>{walked.products[j, place]:+.4f}</td></tr>".replace(
            "-", "−"
        )
        for place in walked.order(j)
    ]
    names = f"<th>dimension</th><th class=query>{looking}</th><th class=key>{seen}</th><th>product</th>"
    head = f"<thead><tr>{names}</tr></thead>"
    table = f"<table>{head}<tbody>{''.join(rows[:shown])}</tbody></table>"
    if len(rows) > shown:
        table += (
            f"<details><summary>{len(rows) - shown} more</summary>"
            f"<table>{head}<tbody>{''.join(rows[shown:])}</tbody></table></details>"
        )
    return table


def chain_table(walked: Walk, j: int) -> str:
    """From the sum of the products of query and key j to the weight, one step a line."""
    d_k = len(walked.query)
    lines = [(f"sum of {counted(d_k, 'product')}: the score", number(walked.scores[j], 4))]
    divisor, root = 1 / walked.scale, math.sqrt(d_k)
    by = f"√{d_k} = {number(root, 4)}" if math.isclose(divisor, root, rel_tol=1e-6) else number(divisor, 4)
    lines.append(("not scaled" if divisor == 1 != root else f"÷ {by}: the scaled score", number(walked.scaled[j], 4)))
    if walked.visible[j]:
        lines += [
            ("mask: this word may be looked at", number(walked.scaled[j], 4)),
            (f"minus the row’s largest, {number(walked.largest, 4)}; exp of that", number(walked.exponentials[j], 4)),
            (f"÷ the row’s sum of these, {number(walked.row_sum, 4)}: the weight", number(walked.weights[j], 4)),
        ]
    else:
        lines += [("mask: this word may not be looked at", "−∞"), ("exp of −∞", "0"), ("the weight", "0")]
    lines.append(("in percent", percent(walked.weights[j], 2)))
    rows = "".join(f"<tr><td>{html.escape(text)}</td><td>{html.escape(value)}</td></tr>" for text, value in lines)
    return f"<table class=chain><tbody>{rows}</tbody></table>"


def output(view: View, choice: Choice) -> None:
    """What the chosen word brings back: the words nearest to its vector, and to the blend of what it looked at."""
    before, after = view.neighbours(choice.query)
    word = view.labels[choice.query]
    for column, title, near in zip(
        st.columns(2), (f"{word}, before attention", f"{word}, after attention"), (before, after), strict=True
    ):
        with column:
            components.text(title, "heading")
            rows = "".join(f"<tr><td>{html.escape(other)}</td><td>{cosine:.2f}</td></tr>" for other, cosine in near)
            head = "<thead><tr><th>nearest words</th><th>cosine</th></tr></thead>"
            components.show_html(f"<table class=chain>{head}<tbody>{rows}</tbody></table>")
    components.text(
        "The output is the weighted sum of the values: here, of the words’ full vectors, each times the weight it got. "
        "The cosine says how nearly two vectors point the same way; 1 is the same direction.",
        "small",
    )
