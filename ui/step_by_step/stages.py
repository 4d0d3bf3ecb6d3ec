"""The walk through the formula: numbers to edit, six stages with picture, formula and sentence, heads, and the code."""

import html
import inspect
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import streamlit as st

from attention_core.attention import scaled_dot_product_attention, softmax
from attention_core.ranking import TOLERANCE, first_largest, rank, tolerance_for
from attention_core.steps import divisors, shared_among_heads
from ui import state
from ui.kit import components, export, figures, latex, lesson_charts
from ui.kit.latex import column, in_role, lines, tex
from ui.kit.wording import counted, largest, listed, number, percent, quoted
from ui.map import cell, panel
from ui.map.view import choose
from ui.step_by_step import subject as subjects

LAST = state.CONTROLS["step"].high
BLIND = 4  # the last step of a query that may see no key


@dataclass(frozen=True)
class Stage:
    """A stage of the walk.

    Attributes:
        title: the reader's question, then the term.
        name: of the line of code that computes it.
    """

    title: str
    name: str


STAGES = (
    Stage("How well does each key match the query? The dot product", "scores"),
    Stage("How large may a score grow? Divide by √d_k", "scaled"),
    Stage("Where may the query look? The mask", "masked"),
    Stage("How does a score become a positive number? The exponential", "weights"),
    Stage("Who gets which share? Divide by the sum", "weights"),
    Stage("What does the query bring back? The weighted sum of the values", "output"),
)


def bars_picture(
    subject: subjects.Subject,
    values: np.ndarray,
    what: str,
    *,
    fixed: bool = False,
    beside: np.ndarray | None = None,
) -> figures.Picture:
    """A number for each key, as bars.

    Args:
        fixed: they are shares.
        beside: other numbers that have to find room on the same scale.
    """
    shown = subject.shown
    finite = np.where(np.isfinite(values), values, 0)[shown].astype(np.float64)
    words = [_in_words(value, fixed) for value in values[shown]]
    drawn = pd.DataFrame({"key": np.arange(len(shown), dtype=np.int16), "value": finite, "shown": words})
    every = finite if beside is None else np.concatenate([finite, beside[shown]])
    low, high = float(min(every.min(), 0)), float(max(every.max(), 0))
    room = 0.3 * max(high - low, 1e-9)
    labels = [subject.labels[place] for place in shown]
    said = ", ".join(f"{name} {word}" for name, word in zip(labels, words, strict=True))
    fill = {
        "labels": labels,
        "low": low - (room if low < 0 else 0),
        "high": high + room,
        "seen": shown.index(subject.key) if subject.view and subject.key in shown else -1,
    }
    height = max(34 * len(shown), 80)
    about = {"shows": what[0].lower() + what[1:]}
    return figures.Picture(lesson_charts.stage_bars, drawn, f"{what}: {said}.", height, fill, {"fixed": fixed}, about)


def _in_words(value: float, share: bool) -> str:
    if share:
        return percent(value, 1) if value >= 0.0005 or value == 0 else figure(value)
    return "−∞" if value == -np.inf else figure(value)


def stages(subject: subjects.Subject) -> None:
    """The strips walked so far, and the way to the next."""
    step = min(max(int(state.get("step")), 1), LAST)
    for place, strip in enumerate((_scores, _scaled, _masked, _exponentials, _weights, _output)[:step]):
        stage = STAGES[place]
        with st.container(key=f"strip-{place + 1}"):
            st.header(f"{place + 1}. {stage.title}", anchor=False)
            strip(subject)
        if subject.walk.weights is None and place + 1 >= BLIND:
            break
    if step == LAST:
        _end(subject)
    _back_and_next(step, LAST if subject.walk.weights is not None else BLIND)


def _strip(
    subject: subjects.Subject,
    values: np.ndarray,
    place: int,
    formula: Sequence[str],
    sentence: str,
    *,
    fixed: bool = False,
    beside: np.ndarray | None = None,
) -> None:
    """Picture and formula side by side, the sentence, and the line of code that ran."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        picture = bars_picture(subject, values, STAGES[place].title, fixed=fixed, beside=beside)
        figures.draw(picture, f"stage-{place}")
        if len(subject.shown) < len(subject.labels):
            components.text(
                f"{len(subject.shown)} of {len(subject.labels)} words: those with the largest scores.", "small"
            )
    with right, st.container(key=f"formula-{place}"):
        for line in formula:
            st.latex(line)
    components.text(sentence, "plain")
    if code := source_line(STAGES[place].name):
        components.show_html(f"<p class=ran>In the code: <code>{html.escape(code)}</code></p>")


def _pair() -> str:
    return rf"{in_role('q', 'query')}\cdot {in_role('k', 'key')}"


def _scores(subject: subjects.Subject) -> None:
    walk, j = subject.walk, subject.key
    if subject.view:
        dims = len(walk.query)
        formula = [
            rf"{_pair()}=\sum_{{i=1}}^{{{dims}}} {in_role('q_i', 'query')}\,{in_role('k_i', 'key')}",
            rf"{latex.sum_of_products(walk.query, walk.keys[j], walk.order(j), 2)}={tex(walk.scores[j])}",
        ]
        sentence = (
            f"{quoted(subject.labels[subject.choice.query])} is the query, {quoted(subject.labels[j])} the key: "
            + (
                f"{dims} products, one for each dimension, are added up. "
                if dims > 1
                else "in one dimension, one product. "
            )
            + "A large sum means: these two match."
        )
    else:
        few = walk.keys.shape[1] <= 3
        formula = [
            lines(
                rf"{in_role('q', 'query')}\cdot {in_role(name, 'key')}&="
                rf"{latex.sum_of_products(walk.query, key, walk.order(place), 3)}={tex(walk.scores[place])}"
                for place, (name, key) in enumerate(zip(subject.labels, walk.keys, strict=True))
            )
        ]
        sentence = _who_matches(subject) + (
            "" if few else " Of each sum the three largest products are shown; the table below has all."
        )
    _strip(subject, walk.scores, 0, formula, sentence)
    if subject.view:
        seen, looking = (html.escape(subject.labels[place]) for place in (j, subject.choice.query))
        components.words(
            [(label, place) for place, label in enumerate(subject.labels)],
            subject.view.weights[subject.choice.query],
            j,
            j,
            components.palette(),
            key="walk-seen",
            on_pick=lambda place: choose(subject.view, subject.choice.query, place),
            label="Choose the word whose products are shown",
            role="key",
        )
        components.show_html(cell.products_table(walk, j, looking, seen))
    elif walk.keys.shape[1] > 3:
        components.show_html(_products_grid(subject))


def _who_matches(subject: subjects.Subject) -> str:
    """Which key wins, and whether by direction or by length."""
    walk = subject.walk
    tolerance = tolerance_for(walk.scores)
    best = int(first_largest(walk.scores, tolerance))
    name = subject.labels[best]
    ties = np.flatnonzero(walk.scores >= walk.scores.max() - tolerance)
    if len(ties) > 1:
        tied = listed([subject.labels[place] for place in ties])
        return f"Multiply dimension by dimension, add up: {tied} share the largest score, {figure(walk.scores[best])}."
    said = f"Multiply dimension by dimension, add up: {name} has the largest score, {figure(walk.scores[best])}. "
    if np.isnan(walk.cosines).any() or len(subject.labels) == 1:
        return said + "The score is large where both vectors have large numbers in the same places."
    straight = int(first_largest(walk.cosines))
    if walk.cosines[straight] <= TOLERANCE:
        return said + "No key points the way the query does: all cosines are 0 or less."
    if straight == best:
        return said + (
            f"Of all keys it points most nearly where the query points (cosine {walk.cosines[best]:.2f}; "
            "1 is the same direction)."
        )
    return said + (
        f"Direction counts, and length too: {subject.labels[straight]} points more exactly where the query points "
        f"(cosine {walk.cosines[straight]:.2f} against {walk.cosines[best]:.2f}), but {name} is longer "
        f"({walk.lengths[best]:.1f} against {walk.lengths[straight]:.1f})."
    )


def named(subject: subjects.Subject, place: int) -> str:
    """A key in a sentence: a word of the sentence in quotes, the name of a typed row as it is."""
    return quoted(subject.labels[place]) if subject.view else subject.labels[place]


def figure(value: float) -> str:
    """A number for a sentence or a table: four significant digits."""
    return number(float(value))


def _products_grid(subject: subjects.Subject) -> str:
    """Every product of typed numbers: a row for each key, a column for each dimension, the sum at the end."""
    walk = subject.walk
    head = "".join(f"<th>{i + 1}</th>" for i in range(walk.products.shape[1]))
    body = "".join(
        f"<tr><td class=key>{name}</td>{_cells(products)}{_cells([score])}</tr>"
        for name, products, score in zip(subject.labels, walk.products, walk.scores, strict=True)
    )
    head = f"<thead><tr><th>product in dimension</th>{head}<th>sum</th></tr></thead>"
    return f"<div class=wide tabindex=0><table>{head}{body}</table></div>"


def _cells(values: Sequence[float], role: str = "") -> str:
    return "".join(f"<td class={role or 'number'}>{figure(x)}</td>" for x in values)


def _scaled(subject: subjects.Subject) -> None:
    walk, d = subject.walk, len(subject.walk.query)
    divided = subject.divided
    if subject.view:
        result = tex(walk.scaled[subject.key])
        formula = [
            rf"\frac{{{_pair()}}}{{\sqrt{{d_k}}}}=\frac{{{tex(walk.scores[subject.key])}}}{{\sqrt{{{d}}}}}={result}"
            if divided
            else rf"{_pair()}={result}"
        ]
    else:
        before = rf"\frac{{1}}{{\sqrt{{{d}}}}}" if divided else r"1\cdot"
        formula = [rf"{before}{column(walk.scores)}={column(walk.scaled)}"]
    sentence = (
        f"A key has d_k = {counted(d, 'number')}, so every score is divided by √{d} = {1 / walk.scale:.3f}. "
        + ("The order stays, the gaps shrink: the bars are drawn to the scale of step 1. " if d > 1 else "")
        + "Why by the root of d_k, the next page asks."
        if divided
        else "The switch is off: the scores go on as they are."
    )
    _strip(subject, walk.scaled, 1, formula, sentence, beside=walk.scores)


def _masked(subject: subjects.Subject) -> None:
    walk = subject.walk
    hidden = [named(subject, place) for place in np.flatnonzero(~walk.visible)]
    if subject.view:
        seen = walk.visible[subject.key]
        left, right = tex(walk.scaled[subject.key]), tex(walk.masked[subject.key])
        formula = [rf"{left}\;\longrightarrow\;{right}\qquad\text{{{'visible' if seen else 'hidden'}}}"]
    else:
        formula = [rf"{column(walk.scaled)}\;\longrightarrow\;{column(walk.masked)}"]
    if not hidden:
        sentence = "Nothing is hidden here: all scores go on. " + (
            "The switches above hide a word from itself, or all that comes later."
            if subject.view
            else "Take the tick from “may be seen” to hide a key."
        )
    elif walk.weights is None:
        sentence = "Every key is hidden: all scores are −∞."
    else:
        sentence = (
            f"Hidden: {listed(hidden, 8)}. A hidden score becomes −∞, not 0: e to the power of −∞ is 0, so a hidden "
            "key gets exactly nothing, while a score of 0 would still get a share."
        )
    _strip(subject, walk.masked, 2, formula, sentence, beside=walk.scores)


def _exponentials(subject: subjects.Subject) -> None:
    walk = subject.walk
    if walk.weights is None:
        _nothing_left(subject)
        return
    top, j = walk.largest, subject.key
    if subject.view:
        formula = [rf"e^{{{tex(walk.masked[j])}-{tex(top)}}}={tex(walk.exponentials[j])}"]
    else:
        powers = [rf"e^{{{tex(x)}-{tex(top)}}}" if np.isfinite(x) else r"e^{-\infty}" for x in walk.masked]
        formula = [rf"{column(powers)}={column(walk.exponentials)}"]
    high, raw, score = (float(x[walk.visible].max()) for x in (walk.unshifted, walk.unscaled, walk.scores))
    alone = (
        f"e to the power of {figure(top)} is {_large(high)}"
        if np.isfinite(high)
        else f"e to the power of {figure(top)} is more than a 64-bit number can hold"
    )
    if subject.divided and not subject.view:
        alone += f"; without the division it would be e to the power of {figure(score)}, {_large(raw)}"
    sentence = (
        f"Exponentials are positive, and they grow fast: {alone}. Numbers of 64 bits end near e⁷⁰⁹, those of 32 bits "
        "near e⁸⁸. So the largest score is first subtracted from all. That divides every exponential by the same "
        "number, which cancels in the next step: the shares are the same."
    )
    _strip(subject, walk.exponentials, 3, formula, sentence, fixed=False)
    components.show_html(_exponentials_table(subject))


def _large(value: float) -> str:
    return figure(value) if np.isfinite(value) else "too large for a 64-bit number"


def _exponentials_table(subject: subjects.Subject) -> str:
    """Each score with its exponential as it would be, and after the largest score is subtracted."""
    walk = subject.walk
    rows = "".join(
        f"<tr><td class=key>{html.escape(subject.labels[j])}</td><td>{_in_words(walk.masked[j], False)}</td>"
        f"<td>{'overflow' if np.isinf(walk.unshifted[j]) else figure(walk.unshifted[j])}</td>"
        f"<td>{_in_words(walk.masked[j] - walk.largest, False)}</td><td>{figure(walk.exponentials[j])}</td></tr>"
        for j in subject.shown
    )
    head = "<th>key</th><th>score x</th><th>e<sup>x</sup></th><th>x − largest</th><th>e<sup>x − largest</sup></th>"
    return f"<div class=wide tabindex=0><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _nothing_left(subject: subjects.Subject) -> None:
    st.latex(r"\frac{e^{-\infty}}{e^{-\infty}+\cdots+e^{-\infty}}=\frac{0}{0}")
    components.text(
        "Nothing is left to look at. Every exponential is 0, so their sum is 0, and 0 divided by 0 has no answer: no "
        "shares sum to 1 when there is nobody to give them to. The core refuses here with an error that names the "
        "query, instead of inventing a number. "
        + ("Let words look at themselves." if subject.view else "Give at least one key its tick back."),
        "notice",
    )


def _weights(subject: subjects.Subject) -> None:
    walk, j = subject.walk, subject.key
    total = tex(walk.row_sum)
    if subject.view:
        formula = [
            rf"\frac{{{tex(walk.exponentials[j])}}}{{{total}}}={tex(walk.weights[j])}",
            rf"{tex(walk.row_sum)}=\text{{sum of {counted(len(walk.weights), 'exponential')}}}",
        ]
    else:
        formula = [rf"\frac{{1}}{{{total}}}{column(walk.exponentials)}={column(walk.weights)}"]
    best = largest(walk.weights)
    share = float(walk.weights[best[0]])
    almost = 0.9995 <= share < 1
    said = "practically everything" if almost else percent(share, 1)
    who = listed([named(subject, place) for place in best])
    gets = f"{who} gets {said}" if len(best) == 1 else f"{who} get {said} each"
    sentence = (
        f"All shares add up to {percent(float(walk.weights.sum()))}; {gets}. Steps 4 and 5 together are called softmax."
    )
    _strip(subject, walk.weights, 4, formula, sentence, fixed=True)
    if almost and not subject.view:
        st.button(
            "A closer race, which leaves something for the others", on_click=subjects.closer_race, key="closer-too"
        )


def _output(subject: subjects.Subject) -> None:
    walk = subject.walk
    name = in_role(r"\text{output}", "output")
    symbol = rf"{name}=\sum_j w_j\,{in_role('v_j', 'value')}"
    if subject.view:
        st.latex(symbol)
        components.text(
            f"Each word’s vector, times its share, added up: the output is a vector of "
            f"{counted(len(walk.output), 'number')}. What does it mean? The words nearest to it say.",
            "plain",
        )
        cell.output(subject.view, subject.choice)
        return
    order = rank(walk.weights)[:3]
    terms = "+".join(rf"{tex(walk.weights[j])}{column(walk.values[j], 'value')}" for j in sorted(order))
    more = r"+\cdots" if len(walk.weights) > 3 else ""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        if len(walk.query) == 2:
            with st.container(height=345, border=False):
                figures.draw(subjects.output_picture(walk, subject.labels), "output-arrows")
        else:
            components.show_html(_parts_table(subject))
    with right, st.container(key="formula-5"):
        st.latex(symbol)
        st.latex(lines([f"&{terms}{more}", f"&={column(walk.output, 'output')}"]))
    drawn = "laid end to end" if len(walk.query) == 2 else "added up row by row"
    components.text(
        f"Each value times its share, {drawn}, leads to the output. Shares are never negative and add up to 1, so the "
        "output always lies among the values, drawn most towards those that got most.",
        "plain",
    )
    components.show_html(f"<p class=ran>In the code: <code>{html.escape(source_line('output'))}</code></p>")


def _parts_table(subject: subjects.Subject) -> str:
    """Values times weights, row by row, and their sum."""
    walk = subject.walk
    rows = "".join(
        f"<tr><td class=key>{name}</td><td>{html.escape(_in_words(weight, True))}</td>{_cells(part, 'value')}</tr>"
        for name, weight, part in zip(subject.labels, walk.weights, walk.parts, strict=True)
    )
    head = f"<thead><tr><th>key</th><th>share</th><th colspan={len(walk.output)}>share times value</th></tr></thead>"
    total = f"<tr><td class=output>output</td><td></td>{_cells(walk.output, 'output')}</tr>"
    return f"<div class=wide tabindex=0><table>{head}{rows}{total}</table></div>"


def _end(subject: subjects.Subject) -> None:
    """The whole formula, and for a sentence all queries at once."""
    if subject.walk.weights is None:
        return
    st.header("All six in one line", anchor=False)
    names = ",".join(in_role(name, role) for name, role in (("Q", "query"), ("K", "key"), ("V", "value")))
    st.latex(rf"\operatorname{{Attention}}({names})={latex.whole()}")
    off = "" if subject.divided else "; here it is switched off"
    components.show_html(
        "<p><b class=query>Q</b> <b class=key>K</b>ᵀ: every query’s dot product with every key, how well they match "
        f"(step 1). <b>√d_k</b>: keeps the scores from growing with the number of dimensions (2{off}). <b>softmax</b>: "
        "turns a row of scores into shares that sum to 1 (4 and 5). <b class=value>V</b>: what is blended by these "
        "shares (6). The mask (3) stands before softmax and has no letter of its own in the formula.</p>"
    )
    if subject.view:
        components.text(
            "So far one query. Q holds one for each word, and every row is computed in the same way:", "plain"
        )
        figures.draw(panel.heatmap_picture(subject.view, subject.choice), "walk-all")


def _back_and_next(step: int, most: int) -> None:
    """Back, Next, all at once: at the foot of the window, so that it stays in place while the page grows.

    Args:
        most: the last step there is something to show of.
    """

    def go(to: int) -> Callable[[], None]:
        return lambda: state.set_values({"step": to, "grown": to if to > step else 0})

    step = min(step, most)
    with st.container(key="way", horizontal=True, vertical_alignment="center"):
        st.button("Back", on_click=go(step - 1), disabled=step == 1, key="back", shortcut="B")
        st.button("Next", on_click=go(step + 1), disabled=step == most, key="next", shortcut="N", type="primary")
        if step < most:
            st.button("All at once", on_click=go(LAST), key="all")
        else:
            st.button("From the start", on_click=go(1), key="first")
        components.text(f"Step {step} of {LAST}", "small")
        grown = st.session_state.pop("grown", 0)
        components.scroll_to(f".st-key-strip-{grown}" if grown else "")


def heads(subject: subjects.Subject) -> None:
    """The same vectors shared among heads."""
    walk = subject.walk
    d_model = len(walk.query)
    choices = divisors(d_model)
    h = max(n for n in choices if n <= max(int(state.get("heads")), 1))
    if st.session_state.get("heads", h) != h:
        st.session_state["heads"] = h
    if len(choices) > 1:
        usual = max(n for n in choices if n <= state.default("heads"))  # not h: what is the default leaves the address
        h = st.select_slider("Heads h", choices, usual, **state.widget_args("heads"))
    d_k = d_model // h
    st.latex(rf"d_k=\frac{{d_{{\text{{model}}}}}}{{h}}=\frac{{{d_model}}}{{{h}}}={d_k}")
    if walk.weights is None:
        components.text("Nothing is left to look at, for any head.", "notice")
        return
    scaled = subject.divided
    found, joined = shared_among_heads(walk, h, scaled)
    weights = found.weights[:, 0]
    division = f", divides by √{d_k} = {math.sqrt(d_k):.3f}," if scaled else ""
    spans = [f"{i * d_k + 1} to {(i + 1) * d_k}" if d_k > 1 else str(i + 1) for i in range(h)]
    dimension = "dimensions" if d_k > 1 else "dimension"
    components.text(
        f"Each vector of {d_model} numbers is cut into {h} {'pieces' if h > 1 else 'piece'} of {d_k}. "
        + (f"Head 1 sees {dimension} {spans[0]}, head {h} {dimension} {spans[-1]}. " if h > 1 else "")
        + f"Each head takes its own dot products{division} and has its own shares:",
        "plain",
    )
    shown = subject.shown
    head, key = np.indices((h, len(shown)), dtype=np.int16)
    drawn = pd.DataFrame(
        {"head": head.ravel() + 1, "key": key.ravel(), "weight": weights[:, shown].ravel().astype(np.float32)}
    )
    labels = [subject.labels[place] for place in shown]
    firsts = "; ".join(
        f"head {i + 1} looks most at {listed([named(subject, place) for place in largest(row)])} "
        f"({percent(float(row.max()))}{' each' if len(largest(row)) > 1 else ''})"
        for i, row in enumerate(weights[:8])
    ) + (f"; and so on for {h - 8} more" if h > 8 else "")
    picture = figures.Picture(
        lesson_charts.head_rows, drawn, f"Weights of {h} heads: {firsts}.", 340, {"labels": labels, "heads": h}
    )
    figures.draw(picture, "heads-map")
    components.text(f"{firsts[0].upper()}{firsts[1:]}.", "plain")
    pieces = "".join(
        f"<tr><td>{i + 1}</td><td>{span}</td><td class=output>{_some(joined[i * d_k : (i + 1) * d_k])}</td></tr>"
        for i, span in enumerate(spans)
    )
    components.show_html(
        f"<p>The heads’ outputs are laid side by side again, {h} × {d_k} = {d_model} numbers:</p>"
        "<div class=wide tabindex=0>"
        f"<table class=chain><thead><tr><th>head</th><th>dimensions</th><th>its piece of the output</th></tr></thead>"
        f"<tbody>{pieces}</tbody></table></div>"
    )
    components.text(
        "In a trained model each head has projections of its own before the cut, so heads come to look for different "
        "things, and a last matrix W_O mixes the joined pieces. Here nothing is learned: the pieces are cut from the "
        "vectors as they are.",
        "small",
    )


def _some(values: np.ndarray, most: int = 6) -> str:
    return ", ".join(figure(x) for x in values[:most]) + (" …" if len(values) > most else "")


@cache
def source(function: Callable) -> str:
    """The text of a function that runs here."""
    return inspect.getsource(function)


@cache
def source_line(name: str) -> str:
    """The line of the attention function that computes a stage."""
    found = re.search(rf"^    ({name} = .*)$", source(scaled_dot_product_attention), re.MULTILINE)
    return found.group(1) if found else ""


def code(subject: subjects.Subject) -> None:
    """The functions that just ran, from the source, beside what they made."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        body = source(scaled_dot_product_attention)
        start = body.index("    scores =")
        components.text(
            "These lines computed scores, shares and output above. The first five are the formula; softmax is e to the "
            "power of x, divided by the row’s sum, with the largest score subtracted first, as in steps 4 and 5.",
            "small",
        )
        st.code(inspect.cleandoc(body[start:]), language="python", wrap_lines=True)
        st.code(source(softmax), language="python", wrap_lines=True)
    with right:
        walk = subject.walk
        if walk.weights is not None:
            figures.draw(bars_picture(subject, walk.weights, "Weights", fixed=True), "code-weights")
        rows = [("scores", walk.scores), ("scaled", walk.scaled), ("masked", walk.masked), ("weights", walk.weights)]
        rows += [("output", walk.output)]
        table = "".join(
            f"<tr><td>{name}</td><td>{_some(values, 3) if values is not None else 'no answer'}</td></tr>"
            for name, values in rows
        )
        components.show_html(f"<div class=wide tabindex=0><table class=chain>{table}</table></div>")
    components.text("The whole function, with the checks that come before those lines:", "small")
    st.code(body, language="python", wrap_lines=True)


def take_away(subject: subjects.Subject, link: str) -> None:
    """Pictures, numbers and link of the walk."""
    walk = subject.walk
    pictures = {"scores": bars_picture(subject, walk.scores, "Scores, not yet divided")}
    if walk.weights is not None:
        pictures["weights"] = bars_picture(subject, walk.weights, "Weights", fixed=True)
        if subject.view is None and len(walk.query) == 2:
            pictures |= {
                "query": subjects.query_picture(walk, subject.labels),
                "output": subjects.output_picture(walk, subject.labels),
            }
    table = pd.DataFrame(
        {
            "key": subject.labels,
            "score": walk.scores,
            "scaled": walk.scaled,
            "masked": walk.masked,
            "exponential": walk.exponentials,
            "weight": walk.weights if walk.weights is not None else np.nan,
        }
    )
    figures.take_away(pictures, export.tables("steps", table, subject.settings, link), subject.settings, link, "steps")
