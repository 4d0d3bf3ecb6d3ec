"""Step 1: a dictionary that needs the exact label, beside attention, which compares the asked word with every label."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from markupsafe import Markup

from attention_core.steps import Walk, walk
from attention_core.text import shortened
from ui import state
from ui.kit import components, figures, html
from ui.kit.charts import stage_bars
from ui.kit.latex import in_role
from ui.kit.wording import largest, listed, percent, quoted
from ui.models import loaders
from ui.state import controls

LEGS = {"cat": 4, "king": 2, "car": 0}
EXAMPLES = ("cats", "feline", "cat", "queen", "truck")
MAX_TERM_LENGTH = 60


class LookUpResult(NamedTuple):
    """What the dictionary and attention answer.

    Attributes:
        asked: the text as it was typed, without spaces around it.
        word: the word that attention looks for; "" if no word of the text has a vector.
        exact: the legs that the dictionary hands back; None if no label equals the text.
        walk: the way from the word's vector, the query, to the blend; None without a vector.
    """

    asked: str
    word: str
    exact: int | None
    walk: Walk | None


def look_up(text: str) -> LookUpResult:
    """Look a text up in both ways. Keys are the labels' word vectors, values their numbers of legs."""
    asked = text.strip()
    known = loaders.tokenized(asked).known
    if not known:
        return LookUpResult(asked, "", LEGS.get(asked), None)
    query, *keys = loaders.glove().look_up([known[0], *LEGS]).astype(np.float64)
    values = np.array([[legs] for legs in LEGS.values()], dtype=np.float64)
    return LookUpResult(asked, known[0], LEGS.get(asked), walk(query, np.array(keys), values))


def draw() -> None:
    """The field to ask, the dictionary with both answers, and a line on them."""
    components.text("A small dictionary: how many legs has a …?", "plain")
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask-row"):
        with st.container(key="query-field-ask", width=300):
            text = controls.text_field(
                "ask", "Search term: query", max_chars=MAX_TERM_LENGTH, live="300ms", autocomplete="off"
            )
        for word in EXAMPLES:
            st.button(word, on_click=state.set_values, args=({"ask": word},), key=f"ask-{word}")
    answer = look_up(text or "")
    components.show_html(answers_table(answer))
    if answer.walk is not None:
        st.latex(blend_formula(answer.walk))
    components.text(headline(answer), "headline")


def answers_table(answer: LookUpResult) -> Markup:
    """A row for each label: its data, whether it equals the text, and its weight; below them the two answers."""
    weights = None if answer.walk is None else answer.walk.blend.weights
    rows = [
        (
            (label, "key"),
            (f"{legs} legs", "value"),
            "yes" if answer.asked == label else "no",
            "–" if weights is None else weight_bar(float(weights[place])),
        )
        for place, (label, legs) in enumerate(LEGS.items())
    ]
    exact, soft = answers_in_words(answer)
    head = (("label: key", "key"), ("data: value", "value"), "dictionary: key == query?", "attention: how much?")
    bold = Markup("<b>{}</b>").format
    total = (bold("answer"), "", bold(exact), (bold(soft), "output"))
    return html.wide(html.table(head, [*rows, total], "lookup"))


def bars_picture(answer: LookUpResult) -> figures.Picture:
    """What attention gives to each label, as bars to take away, and both answers in words."""
    found = answer.walk is not None
    weights = answer.walk.blend.weights if answer.walk is not None else np.zeros(len(LEGS))
    texts = [percent(float(weight), 1) if found else "no vector" for weight in weights]
    labels = [f"{label}: {legs} legs" for label, legs in LEGS.items()]
    frame = pd.DataFrame({"key": np.arange(len(labels), dtype=np.int16), "value": weights, "shown": texts})
    exact, soft = answers_in_words(answer)
    about = {"asked": f"How many legs has “{shortened(answer.asked)}”?", "dictionary": exact, "attention": soft}
    alt = ", ".join(f"{label} {text}" for label, text in zip(labels, texts, strict=True))
    return figures.Picture(
        stage_bars, frame, f"Weights: {alt}. {headline(answer)}", 102, {"labels": labels}, {"fixed": True}, about
    )


def answers_in_words(answer: LookUpResult) -> tuple[str, str]:
    """What the dictionary and attention hand back."""
    exact = "not found" if answer.exact is None else f"{answer.exact} legs"
    return exact, "not found" if answer.walk is None else f"{answer.walk.blend.output[0]:.2f} legs"


def weight_bar(weight: float) -> Markup:
    """A bar as long as the weight, and the weight in percent."""
    return Markup('<i class=bar style="width:{}rem"></i> {}').format(f"{6 * weight:.2f}", percent(weight, 1))


def blend_formula(walked: Walk) -> str:
    """Every weight times its value, and their sum, as LaTeX."""
    pairs = zip(walked.blend.weights, walked.values[:, 0], strict=True)
    terms = "+".join(rf"{weight:.3f}\times{in_role(f'{value:g}', 'value')}" for weight, value in pairs)
    return rf"{terms}={in_role(f'{walked.blend.output[0]:.2f}', 'output')}"


def headline(answer: LookUpResult) -> str:
    """What to see in the two answers."""
    if not answer.asked:
        return "Type a word to look it up."
    asked = quoted(shortened(answer.asked))
    if answer.walk is None:
        return f"{asked} has no vector, so there is nothing to compare: neither the dictionary nor attention finds it."
    labels = list(LEGS)
    nearest = listed([quoted(labels[place]) for place in largest(answer.walk.blend.weights)])
    other = "" if answer.word == answer.asked.lower() else f" for {quoted(answer.word)}"
    if answer.exact is None:
        return (
            f"No label equals {asked}, so the dictionary finds nothing. Attention{other} compares with every label, "
            f"gives {nearest} the most weight and hands back a blend of all data."
        )
    return (
        f"The label {asked} is there, so the dictionary hands back its data alone. Attention compares with every label "
        "all the same, and hands back a blend."
    )
