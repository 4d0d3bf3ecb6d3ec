"""The division on the shared sentence: any divisor, all scores, and how evenly the weights are shared."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st
from markupsafe import Markup

from attention_core import scaling
from attention_core.embeddings import RawAttention
from attention_core.text import number_repeats
from ui import state
from ui.kit import components, figures, html
from ui.kit.wording import counted, largest, listed, percent, quoted
from ui.map import panel
from ui.map.view import chosen, chosen_query, raw_view
from ui.models import loaders
from ui.shell import sentence_input, switches
from ui.state.table import MAX_DIVISOR, MIN_DIVISOR
from ui.why_scale import charts

TITLE = "Any divisor, on your sentence"
DIVISORS = tuple(float(divisor) for divisor in np.geomspace(MIN_DIVISOR, MAX_DIVISOR, 61))


def draw() -> None:
    """The sentence, the divisor, and where the chosen word looks."""
    st.header(f"4. {TITLE}", anchor=False)
    sentence_input.ask_for_sentence()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="switches"):
        switches.draw_scaling()
    view = raw_view(state.switches())
    choice = chosen(view)
    panel.draw_words(view, choice, "divided")
    n = len(view.labels)
    figures.draw(panel.bars_picture(view, choice), "divided-bars")
    root = math.sqrt(_as_they_are().vectors.shape[1])
    components.text(headline(state.switches().divisor or root, root, n), "headline")


def bars_of_word() -> figures.Picture:
    """Where the chosen word looks, to take away with what made it.

    Raises:
        UnknownWords, NothingToAttend: as in `raw_attention`.
    """
    view = raw_view(state.switches())
    choice = chosen(view)
    about = {**view.settings, "query": view.labels[choice.query]}
    return replace(panel.bars_picture(view, choice), about=about)


def headline(divisor: float, root: float, n: int) -> str:
    """What the divisor does to the weights of n words."""
    if n == 1:
        return "A single word gets all the weight, whatever the scores are divided by."
    if math.isclose(divisor, root, abs_tol=0.005):
        return "Divided by √d, as in the paper: similar words get most, and the others keep something."
    if divisor < root:
        return "A smaller divisor than √d: the largest score takes more of the weight, the others less."
    return "A larger divisor than √d: all words come to get the same weight."


def _as_they_are() -> RawAttention:
    """The sentence on raw vectors, its scores not divided."""
    return loaders.raw(state.sentence(), state.switches()._replace(divisor=1.0))


def _divided_by_root() -> RawAttention:
    """The sentence on raw vectors, its scores divided by √d."""
    return loaders.raw(state.sentence(), state.switches()._replace(divisor=0.0))


def draw_maps() -> None:
    """All scores of the sentence, as they are and divided by √d, in the same colours; and where each word looks."""
    plain, divided = _as_they_are(), _divided_by_root()
    labels = number_repeats(plain.tokens)
    n, d = len(labels), plain.vectors.shape[1]
    end = float(np.abs(plain.attention.scores).max())
    if n > panel.MAX_CELLS:
        components.text(f"The maps are drawn for up to {panel.MAX_CELLS} words; the table below has them all.", "small")
    else:
        titles = ("Scores as they are", f"Divided by √{d} = {math.sqrt(d):.3f}")
        for column, title, raw in zip(st.columns(2, gap="medium"), titles, (plain, divided), strict=True):
            with column:
                components.text(title, "heading")
                with st.container(height=panel.height_for(n) + 30, border=False):
                    figures.draw(score_picture(raw.attention.scaled, labels, title, end), f"scores-{raw is plain}")
    components.signed_legend(f"{end:.1f}")
    components.show_html(rows_table(labels, plain.attention.weights, divided.attention.weights))


def score_picture(scores: np.ndarray, labels: list[str], title: str, end: float) -> figures.Picture:
    """Scores of all queries with all keys.

    Args:
        end: the colours run from -end over 0 to end.
    """
    query, key = np.indices(scores.shape, dtype=np.int16)
    frame = pd.DataFrame({"query": query.ravel(), "key": key.ravel(), "score": scores.ravel().astype(np.float32)})
    alt = f"{title}: {len(labels)} by {len(labels)} scores from {scores.min():.1f} to {scores.max():.1f}."
    parameters = {"labels": labels, "high": end or 1.0}
    return figures.Picture(charts.score_map, frame, alt, panel.height_for(len(labels)), parameters)


def rows_table(labels: list[str], plain: np.ndarray, divided: np.ndarray) -> Markup:
    """Of each word the one it looks at most, and the weight, without and with the division."""
    rows = []
    for place, label in enumerate(labels):
        cells: list[html.Cell] = [(label, "query")]
        for weights in (plain[place], divided[place]):
            cells += [(listed([labels[key] for key in largest(weights)], 2), "key"), percent(float(weights.max()), 1)]
        rows.append(cells)
    head = ("query", "not divided: looks most at", "weight", "divided by √d: looks most at", "weight")
    return html.wide(html.table(head, rows), "tall")


def draw_curve() -> None:
    """How evenly the chosen word's weights are shared, for every divisor: its temperature."""
    plain = _as_they_are()
    labels = number_repeats(plain.tokens)
    query = chosen_query(len(labels))
    root = math.sqrt(plain.vectors.shape[1])
    divisor = state.switches().divisor or root
    scores = plain.attention.masked[query]
    keys = int(np.isfinite(scores).sum())
    bits = float(scaling.entropy(scaling.tempered(scores, np.array([divisor])))[0])
    curve = scaling.entropy(scaling.tempered(scores, np.array(DIVISORS)))
    st.latex(r"w=\operatorname{softmax}\!\left(\frac{x}{\tau}\right)")
    components.text(
        "A number τ that divides the scores before softmax is called temperature, as in physics. Cold: the largest "
        "score takes all. Hot: all weights become alike. Entropy, in bits, says how evenly they are shared.",
        "plain",
    )
    frame = pd.DataFrame({"tau": DIVISORS, "bits": curve})
    figures.draw(curve_picture(frame, divisor, root, max(math.log2(keys), 0.5)), "temperature")
    components.text(
        f"At τ = {divisor:.2f} the {counted(keys, 'weight')} of {quoted(labels[query])} "
        f"{'has' if keys == 1 else 'have'} {bits:.2f} bits; the most possible is {math.log2(keys):.2f}. √d is not the "
        "best temperature for every sentence: it is where a model starts. Training makes queries and keys longer, "
        "which is colder, or shorter, which is hotter.",
        "plain",
    )


def curve_picture(frame: pd.DataFrame, divisor: float, root: float, most_bits: float) -> figures.Picture:
    """Entropy against temperature."""
    alt = (
        f"Entropy against temperature: from {frame.bits.iloc[0]:.2f} bits at τ = 0.25 to {frame.bits.iloc[-1]:.2f} at "
        f"τ = 30; marked are τ = 1, τ = √d = {root:.2f} and the chosen τ = {divisor:.2f}."
    )
    parameters = {"unscaled": 1.0, "root": root, "tau": float(divisor), "high": most_bits}
    return figures.Picture(charts.temperature, frame, alt, 240, parameters)
