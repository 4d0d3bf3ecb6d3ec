"""Why the scores are divided by √d_k: an example, an experiment, what it costs, the sentence, the temperature.

A guess comes before each answer, for whoever wants one; the link remembers it.
"""

import html
import math
from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from attention_core import scaling
from attention_core.attention import Attention
from attention_core.ranking import first_largest
from attention_core.text import number_repeats
from ui import controls, state
from ui.kit import components, export, figures, latex, lesson_charts
from ui.kit.latex import tex
from ui.kit.palette import THIN
from ui.kit.wording import counted, largest, listed, number, percent, quoted, rounded
from ui.map import panel
from ui.models import loaders
from ui.shell import sentence_input

D_CHOICES = (1, 2, 4, 8, 10, 16, 25, 32, 50, 64, 100, 128, 256, 384, 512, 768, 1024, 2048, 4096)
DRAWS = (100, 300, 1000, 3000)
N_KEYS = 16
QUERIES = 100
SHOW = "Show me"
NAMES = ("perfect key", "80 % key")
TEMPERATURES = tuple(float(tau) for tau in np.geomspace(0.25, 30, 61))


@lru_cache(maxsize=64)
def measured_spread(seed: int, draws: int) -> scaling.Spread:
    """The experiment, once for each seed and number of draws."""
    return scaling.spread(draws, np.random.default_rng(seed))


@lru_cache(maxsize=64)
def measured_cost(seed: int) -> tuple[scaling.Saturation, scaling.Saturation]:
    """What softmax loses, without and with scaling."""
    return scaling.saturation(N_KEYS, QUERIES, np.random.default_rng(seed))


def guess(name: str, question: str, options: tuple[str, ...], right: str) -> bool:
    """Ask for a guess; whether the answer may be shown. A picture keeps the answer's place until then.

    Args:
        name: of the control.
        right: the option that is right.
    """
    chosen = st.segmented_control(question, [*options, SHOW], **state.widget_args(name))
    said = {
        None: "A guess opens the answer, and so does “Show me”.",
        SHOW: f"The answer: {right}.",
        right: f"Yes: {right}.",
    }
    components.text(said.get(chosen, f"You said {chosen}; it is {right}."), "answer")
    return chosen is not None


def withheld(height: int) -> None:
    """Keeps the place of an answer."""
    with st.container(height=height, vertical_alignment="center", horizontal_alignment="center"):
        components.text("?", "question")


def bars(attention: Attention, what: str) -> figures.Picture:
    """The two shares of the example."""
    shares = attention.weights[0]
    words = [_share(share) for share in shares]
    drawn = pd.DataFrame({"key": np.arange(2, dtype=np.int16), "value": shares, "shown": words})
    said = ", ".join(f"{name} {word}" for name, word in zip(NAMES, words, strict=True))
    fill = {"labels": list(NAMES)}
    return figures.Picture(lesson_charts.stage_bars, drawn, f"{what}: {said}.", 84, fill, {"fixed": True})


def _share(share: float) -> str:
    return f"{share:.2f}" if share >= 0.005 or share == 0 else number(share)


def example() -> None:
    """A perfect key and one that is 80 % as good, in d dimensions."""
    st.header("1. Two keys, one of them perfect", anchor=False)
    components.text(
        "A query of d ones meets a key of d ones, a perfect match, and a key of d times 0.8, which is 80 % as good. "
        "The two keys stay the same kind of match whatever d is. But the scores are sums of d products, so they grow "
        "with d, and so does the gap between them.",
        "plain",
    )
    d = st.select_slider("Dimensions d", D_CHOICES, state.default("sd"), **state.widget_args("sd"))
    without, with_scaling = scaling.two_keys(d, 1.0), scaling.two_keys(d)
    dots = r"\underbrace{1\times %s+\cdots+1\times %s}_{%d}" if d > 2 else "+".join([r"1\times %s"] * d)
    st.latex(
        latex.lines(
            rf"{latex.in_role('q', 'query')}\cdot {latex.in_role(f'k_{place + 1}', 'key')}&="
            + dots % ((each, each, d) if d > 2 else (each,) * d)
            + f"={tex(without.scores[0, place])}"
            for place, each in enumerate(("1", "0.8"))
        )
    )
    opened = guess(
        "g1",
        "Which share does the 80 % key get at d = 100, if the scores go into softmax as they are?",
        ("44 %", "20 %", "2 %", "less than 0.001 %"),
        "less than 0.001 %",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        components.text("Scores as they are", "heading")
        if opened:
            st.latex(_softmax_of(without))
            figures.draw(bars(without, "Scores as they are"), "example-plain")
        else:
            withheld(192)
    with right:
        components.text(f"Divided by √{d} = {math.sqrt(d):.4g}", "heading")
        st.latex(_softmax_of(with_scaling))
        figures.draw(bars(with_scaling, f"Divided by √{d}"), "example-scaled")
    components.text(two_keys_in_words(d, opened), "plain")


def two_keys_in_words(d: int, opened: bool) -> str:
    """What the division by √d does for the 80 % key, told once the answer may be."""
    plain, scaled = (float(scaling.two_keys(d, scale).weights[0, 1]) for scale in (1.0, None))
    keeps = [rounded(share) if share >= 0.0005 else f"{number(100 * share)}{THIN}%" for share in (scaled, plain)]
    if not opened:
        return f"At d = {d:,}, divided by {number(math.sqrt(d))}, the 80 % key keeps {keeps[0]}."
    if not plain:
        keeps[1] = "less than a 64-bit number can hold"
    if d == 1:
        return f"At d = 1 there is nothing to divide: √1 = 1, and the 80 % key keeps {keeps[0]} either way."
    told = f"At d = {d:,} the 80 % key keeps {keeps[0]} with the division and {keeps[1]} without it."
    if d > 384:
        return (
            f"{told} These two keys point the same way as the query, so even divided their gap grows, as 0.2 √d. "
            "Vectors that have not learned to match are not like that, as part 2 shows."
        )
    if plain > 0.3:
        return f"{told} With so few dimensions the division changes little."
    gap = number(0.2 * d)
    return f"{told} It is still a good match; the gap of {gap} between the scores, once in the exponent, took the rest."


def _softmax_of(stages: Attention) -> str:
    scores, weights = stages.scaled[0], stages.weights[0]
    shares = ",\\;".join(f"{share:.2f}" for share in weights)
    return rf"\operatorname{{softmax}}([{tex(scores[0])},\;{tex(scores[1])}])=[{shares}]"


def spread_picture(found: scaling.Spread, draws: int, shown: int | None = None) -> figures.Picture:
    """Measured spread against theory; of the dimensions only the first few, if shown says so."""
    drawn = pd.DataFrame(
        {
            "d": found.dims.astype(np.int32),
            "measured": found.measured,
            "theory": found.theory,
            "low": found.theory - 2 * found.error,
            "high": found.theory + 2 * found.error,
            "scaled": found.scaled,
        }
    )
    if shown:
        said = f"Standard deviation of {draws:,} dot products: {found.measured[0]:.2f} at d = 1; the others are hidden."
        return figures.Picture(lesson_charts.spread, drawn[:shown], said, 330)
    said = (
        f"Standard deviation of {draws:,} dot products for d from 1 to 4,096, both axes logarithmic. Unscaled it grows "
        f"along √d, from {found.measured[0]:.2f} to {found.measured[-1]:.1f}; divided by √d it stays between "
        f"{found.scaled.min():.2f} and {found.scaled.max():.2f}."
    )
    about = {"shows": "standard deviation", "queries": None, "keys": None}
    return figures.Picture(lesson_charts.spread, drawn, said, 330, about=about)


def spread() -> None:
    """Why √d: the spread of the dot product of random vectors."""
    st.header("2. Why the root, and not d itself?", anchor=False)
    components.text(
        "Real queries and keys are not all ones. Before anything is learned, their numbers are as good as random. Take "
        "independent numbers with mean 0 and variance 1, as the paper’s footnote 4 does: then each product of two of "
        "them has mean 0 and variance 1 again. A score is a sum of d such products. How far do scores spread?",
        "plain",
    )
    opened = guess(
        "g2",
        "With four times as many dimensions, the spread of the scores is …",
        ("the same", "twice as large", "4 times as large", "16 times as large"),
        "twice as large",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draws = int(st.select_slider("Pairs drawn for each d", DRAWS, 1000, width=260, **state.widget_args("draws")))
        seed = int(st.number_input("Seed", 1, 9999, 1, width=130, **state.widget_args("seed")))
        st.button("Draw again", on_click=lambda: state.set_values({"seed": seed % 9999 + 1}), key="again")
    found = measured_spread(seed, draws)
    figures.draw(spread_picture(found, draws, None if opened else 1), "spread")
    if not opened:
        components.text(
            f"At d = 1 the spread of {draws:,} scores is {found.measured[0]:.2f}. Where do the others lie?", "plain"
        )
        return
    components.text(
        f"Dots: the standard deviation of {draws:,} dot products for each d. Line: √d; its short upright strokes reach "
        "two standard errors to each side, where chance puts 19 of 20 measurements. Squares: the same dot products "
        f"divided by √d. At d = 64, the d_k of the paper: {found.measured[6]:.2f} measured, 8 in theory, "
        f"{found.scaled[6]:.2f} after the division.",
        "plain",
    )
    q, k, q_i, k_i = (latex.in_role(name, role) for name, role in ROLES)
    st.latex(
        rf"\operatorname{{Var}}({q}\cdot {k})=\sum_{{i=1}}^{{d}}\operatorname{{Var}}({q_i}\,{k_i})=d,"
        r"\quad\sigma=\sqrt{d}"
    )
    components.text(
        "Variances of independent terms add up to d. The spread, the standard deviation, is the root of the variance: "
        "√d. To divide by d itself would be too much: large d would then make all shares alike.",
        "plain",
    )


ROLES = (("q", "query"), ("k", "key"), ("q_i", "query"), ("k_i", "key"))
COSTS = (
    ("largest weight", "largest", 0.0, 1.05, False),
    ("entropy, in bits", "bits", 0.0, 4.2, False),
    ("gradient: norm of the Jacobian", "gradient", 1e-10, 1.0, True),
)


def cost_picture(place: int, pair: tuple[scaling.Saturation, scaling.Saturation], d: int) -> figures.Picture:
    """One measure of what softmax loses."""
    title, name, low, high, log = COSTS[place]
    plain, scaled = (getattr(one, name) for one in pair)
    drawn = pd.DataFrame({"d": pair[0].dims.astype(np.int32), "without": plain, "scaled": scaled})
    said = (
        f"{title.capitalize()} against d. Without scaling from {number(float(plain[0]))} at d = 1 to "
        f"{number(float(plain[-1]))} at d = 4,096; with scaling from {number(float(scaled[0]))} to "
        f"{number(float(scaled[-1]))}."
    )
    options = {"title": title, "low": low, "high": high, "log": log}
    marks = f"dots: scores as they are; squares: divided by √d; dashed line: d = {d:,}"
    about = {"shows": title, "marks": marks, "draws": None}
    return figures.Picture(lesson_charts.cost, drawn, said, 250, {"at": d}, options, about)


def cost() -> None:
    """What a saturated softmax costs: hesitation, and the gradient."""
    st.header("3. What does it cost? The gradient", anchor=False)
    components.text(
        f"Let random queries look at {N_KEYS} random keys each. As the scores spread, softmax gives one key "
        "everything. Its entropy falls from near 4 bits, which is all 16 keys alike, towards 0, which is one key only. "
        "Learning suffers most: it asks how the shares answer when a score moves a little. That is the Jacobian:",
        "plain",
    )
    st.latex(r"\frac{\partial w_i}{\partial x_j}=w_i\,(\delta_{ij}-w_j)")
    components.text(
        "δ is 1 where i = j, else 0. If one w is 1 and the others are 0, every entry is 0: whatever the error, nothing "
        "flows back through softmax to queries and keys.",
        "plain",
    )
    opened = guess(
        "g3",
        "At d = 1,024, about how large is the unscaled gradient beside the scaled one?",
        ("half", "a tenth", "a hundredth", "a thousandth or less"),
        "a thousandth or less",
    )
    pair = measured_cost(int(state.get("seed")))
    for place, where in enumerate(st.columns(3, gap="small")):
        with where:
            if opened or COSTS[place][1] != "gradient":
                figures.draw(cost_picture(place, pair, int(state.get("sd"))), f"cost-{place}")
            else:
                withheld(250)
    components.show_html(
        "<p><b>Dots</b>: scores as they are. <b class=with>Squares</b>: divided by √d. Medians of "
        f"{QUERIES} queries for each d; the dashed line is the d chosen in part 1.</p>"
    )
    at = int(np.flatnonzero(pair[0].dims == 1024)[0])
    little = np.logical_and.accumulate((pair[0].gradient < pair[1].gradient / 100)[::-1])[::-1]
    gone = pair[0].dims[little]  # for these d and all larger ones
    components.text(
        f"At d = 1,024 the gradient’s norm is {number(float(pair[0].gradient[at]))} as it is and "
        f"{number(float(pair[1].gradient[at]))} with the division. "
        + (f"From d = {gone[0]:,} on, less than a hundredth of it is left." if len(gone) else "")
        if opened
        else f"At d = 1,024 the largest weight is {percent(float(pair[0].largest[at]), 1)} as it is and "
        f"{percent(float(pair[1].largest[at]), 1)} with the division.",
        "plain",
    )


def sentence() -> None:
    """The real scores of the shared sentence, for any number of dimensions."""
    st.header("4. On your sentence", anchor=False)
    components.text(
        "Word vectors are not drawn at random, yet the same happens to them. Here are the dot products of the words of "
        "your sentence, GloVe’s vectors as queries and as keys, as they are and divided by √d, in the same colours.",
        "plain",
    )
    sentence_input.ask_for_sentence(("self", "causal"))
    limit = loaders.glove().d_model
    d = 1
    if limit > 1:  # a slider needs two places
        title = "Dimensions d of the word vectors"
        d = st.slider(title, 1, limit, min(50, limit), width=420, **state.widget_args("ds"))
    see_self, causal = state.get("self"), state.get("causal")
    plain, scaled = (loaders.raw(state.sentence(), state.Switches(on, see_self, causal, d)) for on in (False, True))
    labels = number_repeats(plain.tokens)
    n = len(labels)
    end = float(np.abs(plain.attention.scores).max())
    if n > panel.MAX_CELLS:
        components.text(f"The maps are drawn for up to {panel.MAX_CELLS} words; the table below has them all.", "small")
    else:
        titles = ("Scores as they are", f"Divided by √{d} = {math.sqrt(d):.3f}")
        for where, title, raw in zip(st.columns(2, gap="medium"), titles, (plain, scaled), strict=True):
            with where:
                components.text(title, "heading")
                with st.container(height=panel.height_for(n) + 30, border=False):
                    figures.draw(score_picture(raw.attention.scaled, labels, title, end), f"scores-{raw is plain}")
    components.signed_legend(f"{end:.1f}")
    components.show_html(_rows_table(labels, plain.attention, scaled.attention))
    bits = [float(scaling.entropy(raw.attention.weights).mean()) for raw in (plain, scaled)]
    most = np.isfinite(plain.attention.masked).sum(axis=1)
    components.text(
        f"On average a row has {bits[0]:.2f} bits as it is and {bits[1]:.2f} divided by √{d}; "
        + (
            f"the most that {counted(int(most[0]), 'share')} can have is {math.log2(most[0]):.2f}."
            if most.min() == most.max()
            else f"the most it could have, as many words as each row may look at, is {np.log2(most).mean():.2f}."
        ),
        "plain",
    )


def score_picture(scores: np.ndarray, labels: list[str], title: str, end: float) -> figures.Picture:
    """Scores of all queries with all keys."""
    query, key = np.indices(scores.shape, dtype=np.int16)
    drawn = pd.DataFrame({"query": query.ravel(), "key": key.ravel(), "score": scores.ravel().astype(np.float32)})
    said = f"{title}: {len(labels)} by {len(labels)} scores from {scores.min():.1f} to {scores.max():.1f}."
    return figures.Picture(
        lesson_charts.score_map, drawn, said, panel.height_for(len(labels)), {"labels": labels, "high": end or 1.0}
    )


def _rows_table(labels: list[str], plain: Attention, scaled: Attention) -> str:
    rows = ""
    columns = [
        (weights.max(axis=-1), scaling.entropy(weights), [largest(row) for row in weights])
        for weights in (plain.weights, scaled.weights)
    ]
    for place, label in enumerate(labels):
        cells = "".join(
            f"<td class=key>{html.escape(listed([labels[key] for key in seen[place]], 2))}</td>"
            f"<td>{html.escape(percent(float(share[place]), 1))}</td><td>{bits[place]:.2f}</td>"
            for share, bits, seen in columns
        )
        rows += f"<tr><td class=query>{html.escape(label)}</td>{cells}</tr>"
    head = "<th>looks most at</th><th>with</th><th>bits</th>" * 2
    return (
        "<div class='wide tall' tabindex=0><table><thead><tr><td></td><th colspan=3>as they are</th>"
        f"<th colspan=3>divided by √d</th></tr><tr><th>query</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def temperature() -> None:
    """√d_k is one temperature among others."""
    st.header("5. One temperature among others", anchor=False)
    components.text(
        "A number τ that divides the scores before softmax has a name from physics: temperature. Cold, the largest "
        "score takes all; hot, all shares become alike. The paper’s choice is τ = √d_k, and no scaling is τ = 1.",
        "plain",
    )
    st.latex(r"w=\operatorname{softmax}\!\left(\frac{x}{\tau}\right)\qquad\text{scale}=\frac{1}{\tau}")
    d = min(int(state.get("ds")), loaders.glove().d_model)
    raw = loaders.raw(state.sentence(), state.Switches(1.0, state.get("self"), state.get("causal"), d))
    labels = number_repeats(raw.tokens)
    query = state.index_of("q", len(labels))
    root = math.sqrt(d)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tau = state.switches().divisor or root

        def moved(value: float) -> None:
            state.set_values({"divisor": 0.0 if value == round(root, 2) else value})

        low, high = state.MIN_DIVISOR, state.MAX_DIVISOR
        controls.derived_slider("divisor", "Temperature τ", low, high, round(tau, 2), moved, width=420)
        st.button("τ = 1", on_click=lambda: state.set_values({"divisor": 1.0}), key="tau-one")
        st.button(f"τ = √{d}", on_click=lambda: state.set_values({"divisor": 0.0}), key="tau-root")
    scores = raw.attention.masked[query]
    weights = scaling.tempered(scores, np.array([tau]))[0]
    curve = scaling.entropy(scaling.tempered(scores, np.array(TEMPERATURES)))
    loaded = loaders.taken_apart(state.sentence())
    components.words(
        [(word if place is None else labels[place], place) for word, place in loaded.words],
        weights,
        query,
        int(first_largest(weights)),
        components.palette(),
        key="tau-words",
        on_pick=lambda place: state.set_values({"q": place + 1, "k": 0}),
    )
    bits, shares = float(scaling.entropy(weights)), int(np.isfinite(scores).sum())
    best = largest(weights)
    seen = listed(["itself" if place == query else quoted(labels[place]) for place in best])
    components.text(
        f"At τ = {tau:.2f}, {quoted(labels[query])} gives {seen} {percent(float(weights.max()), 1)}"
        f"{' each' if len(best) > 1 else ''}. The entropy of its {counted(shares, 'share')} is {bits:.2f} bits; "
        f"the most it can be is {math.log2(shares):.2f}.",
    )
    drawn = pd.DataFrame({"tau": TEMPERATURES, "bits": curve})
    most = max(math.log2(shares), 0.5)
    figures.draw(tau_picture(drawn, tau, root, most), "temperature")
    components.text(
        "√d_k is not the best temperature for every sentence. It is the one that keeps the spread of the scores at 1 "
        "while nothing has been learned yet, whatever d is. From there a model finds its own: longer queries and keys "
        "make it colder, shorter ones hotter.",
        "plain",
    )


def tau_picture(drawn: pd.DataFrame, tau: float, root: float, most: float) -> figures.Picture:
    """Entropy against temperature."""
    said = (
        f"Entropy against temperature: from {drawn.bits.iloc[0]:.2f} bits at τ = 0.25 to {drawn.bits.iloc[-1]:.2f} at "
        f"τ = 30; marked are τ = 1, τ = √d = {root:.2f} and the chosen τ = {tau:.2f}."
    )
    fill = {"one": 1.0, "root": root, "tau": float(tau), "high": most}
    return figures.Picture(lesson_charts.temperature, drawn, said, 240, fill)


def references() -> None:
    """Where this comes from."""
    st.header("To read on", anchor=False)
    st.markdown(
        "- Vaswani et al. 2017, [Attention Is All You Need](https://arxiv.org/abs/1706.03762): section 3.2.1 has the "
        "formula, its footnote 4 the argument on variance.\n"
        "- Pennington, Socher and Manning 2014, [GloVe: Global Vectors for Word Representation]"
        "(https://nlp.stanford.edu/projects/glove/): the word vectors used here.\n"
        "- 3Blue1Brown 2024, [Attention in transformers, step by step](https://www.3blue1brown.com/lessons/attention): "
        "the same story in moving pictures."
    )


def take_away(link: str) -> None:
    """Pictures, numbers and link."""
    seed, draws, d = (int(state.get(name)) for name in ("seed", "draws", "sd"))
    found, pair = measured_spread(seed, draws), measured_cost(seed)
    settings = {
        "experiment": "dot products of random vectors",
        "draws": draws,
        "seed": seed,
        "queries": QUERIES,
        "keys": N_KEYS,
    }
    table = pd.DataFrame(
        {
            "d": found.dims,
            "std_measured": found.measured,
            "std_theory": found.theory,
            "std_error": found.error,
            "std_scaled": found.scaled,
            **{
                f"{name}_{kind}": getattr(one, name)
                for one, kind in zip(pair, ("unscaled", "scaled"), strict=True)
                for name in ("largest", "bits", "gradient")
            },
        }
    )
    pictures = {"spread": spread_picture(found, draws)}
    pictures |= {name: cost_picture(place, pair, d) for place, (_, name, *_) in enumerate(COSTS)}
    figures.take_away(pictures, export.tables("scaling", table, settings, link), settings, link, "scaling")
