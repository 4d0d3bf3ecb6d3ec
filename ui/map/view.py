"""One attention map as every page shows it: words, reading, heatmap, bars, a cell's arithmetic, files to take away."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import streamlit as st

from attention_core.attention import Attention
from attention_core.embeddings import neighbours_of_output
from attention_core.maps import by_words, favourite
from attention_core.ranking import first_largest
from attention_core.steps import Walk, walk
from attention_core.text import number_repeats
from ui import state
from ui.kit import charts, components, export, figures
from ui.kit.wording import counted, number, percent, reading
from ui.models import loaders

MOST_CELLS = 64  # up to so many tokens each cell can be clicked; above, one image


@dataclass(frozen=True)
class View:
    """An attention map and what belongs to it.

    Attributes:
        tokens: (n,) those that have a vector.
        attention: every stage, each (n, n), rows = queries; a blend of several heads has only weights, the others None.
        words: the sentence's tokens in order, each with its position in labels or None if it was left out.
        settings: what made the map, for the files a visitor takes away: sentence, model, switches.
        walk: every number on the way from one query (a row) to its weights, where that can be shown.
        neighbours: the words nearest to a token before and after attention, where that means something.
        code: the program that computes the same numbers.
        numbers: (n,) the number that stands for each token in q and k of the link; None counts them from 1.
        aside: tokens that are not looked at until a visitor says so.
        at: the chosen query and key, where they are not those of the link.
        opens: the fold with a cell's arithmetic, which a click on a cell opens.
    """

    tokens: Sequence[str]
    attention: Attention
    words: Sequence[tuple[str, int | None]]
    settings: Mapping[str, Any]
    walk: Callable[[int], Walk] | None = None
    neighbours: Callable[[int], tuple[list, list]] | None = None
    code: Callable[[], str] | None = None
    numbers: Sequence[int] | None = None
    aside: Sequence[int] = ()
    at: tuple[int, int] | None = None
    opens: str = ""

    @cached_property
    def labels(self) -> list[str]:
        """The tokens as pictures name them, repeats numbered."""
        return number_repeats(self.tokens)

    @property
    def weights(self) -> np.ndarray:
        """(n, n), rows = queries."""
        return self.attention.weights

    @property
    def seen_weights(self) -> np.ndarray:
        """(n, n) the same, NaN where a mask hides the key."""
        masked = self.attention.masked
        return self.weights if masked is None else np.where(np.isfinite(masked), self.weights, np.nan)

    @property
    def query(self) -> int:
        """The position of the chosen word."""
        return self._place("q") if self.at is None else self.at[0]

    @property
    def key(self) -> int:
        """The position of the word looked at: the chosen one, or else the one that gets most besides itself."""
        if self.at is not None:
            return self.at[1]
        if state.get("k"):
            return self._place("k")
        return favourite(self.weights[self.query], [self.query, *self.aside])

    def _place(self, name: str) -> int:
        """The position that a control names: the token of that number, or else the last one before it."""
        if self.numbers is None:
            return state.index_of(name, len(self.labels))
        wanted = int(state.get(name))
        number = max((number for number in self.numbers if number <= wanted), default=min(self.numbers))
        return self.numbers.index(number)

    def choose(self, query: int, key: int | None = None) -> None:
        """Choose a token to look from, and maybe one to look at; positions from 0. For callbacks."""
        numbers = range(1, len(self.labels) + 1) if self.numbers is None else self.numbers
        state.set_values({"q": numbers[query], "k": 0 if key is None else numbers[key]})


def only(weights: np.ndarray) -> Attention:
    """A map that is a blend of several, or of words: weights without scores."""
    return Attention(None, None, None, weights, None)


def in_words(attention: Attention, groups: list[list[int]]) -> Attention:
    """A map between words in place of one between their pieces, as `by_words`; hidden is what no piece may look at."""
    masked = attention.masked
    if masked is not None:
        visible = by_words(np.isfinite(masked).astype(np.float32), groups) > 0
        masked = np.where(visible, np.float32(0), -np.inf)
    return Attention(None, None, masked, by_words(attention.weights, groups), None)


def raw_view(switches: state.Switches) -> View:
    """The shared sentence on raw GloVe vectors."""
    text = state.sentence()
    sentence, raw = loaders.taken_apart(text), loaders.raw(text, switches)
    x = raw.vectors
    settings = {
        "sentence": text,
        "model": f"GloVe 6B {loaders.glove().d_model}d, raw vectors (Q = K = V)",
        "scaled": switches.scaled,
        "self_attention": switches.see_self,
        "causal_mask": switches.causal,
        "dimensions": x.shape[1],
    }
    return View(
        tokens=raw.tokens,
        attention=raw.attention,
        words=sentence.words,
        settings=settings,
        walk=lambda row: walk(x[row], x, x, np.isfinite(raw.attention.masked[row]), raw.scale),
        neighbours=lambda row: neighbours_of_output(raw, row, loaders.glove()),
        code=lambda: export.code(raw.tokens, x, settings),
        opens="cell",
    )


def choose(query: int, key: int | None = None) -> None:
    """Choose a word to look from, and maybe one to look at; positions from 0. For callbacks."""
    state.set_values({"q": query + 1, "k": 0 if key is None else key + 1})


def cells(weights: np.ndarray) -> figures.Columns:
    """A matrix as rows of query, key and weight."""
    query, key = np.indices(weights.shape, dtype=np.int16)
    return {"query": query.ravel(), "key": key.ravel(), "weight": weights.ravel().astype(np.float32)}


def fill(view: View) -> dict[str, Any]:
    """What a chart of this view has to be told."""
    return {"labels": list(view.labels), "chosen": view.query, "seen": view.key}


def height_for(n: int) -> int:
    """A heatmap's height in pixels: in four sizes, so that it does not jump with every word typed."""
    return 370 if n <= 8 else 500 if n <= 14 else 620 if n <= 32 else 860


def words_and_reading(view: View, key: str) -> None:
    """The sentence coloured by the chosen word's weights, and the same in a sentence."""
    components.words(
        [(text if place is None else view.labels[place], place) for text, place in view.words],
        view.weights[view.query],
        view.query,
        view.key,
        components.palette(),
        key=f"{key}-words",
        on_pick=view.choose,
    )
    components.text(reading(view.labels, view.weights[view.query], view.query))


def heatmap_picture(view: View) -> figures.Picture:
    """The map as a picture: cells while there is room, one image for a long text."""
    n = len(view.labels)
    described = f"Heatmap of {n} by {n} attention weights. {reading(view.labels, view.weights[view.query], view.query)}"
    if n > MOST_CELLS:
        image = figures.image_of(view.weights)
        return figures.Picture(charts.picture, image, described, height_for(n), fill(view))
    return figures.Picture(charts.heatmap, cells(view.seen_weights), described, height_for(n), fill(view))


def bars_picture(view: View) -> figures.Picture:
    """The chosen word's row as a picture: a bar for each word, thin ones for a long text."""
    n = len(view.labels)
    row = view.seen_weights[view.query].astype(np.float32)
    frame = {"key": np.arange(n, dtype=np.int16), "weight": row}
    described = f"Bars. {reading(view.labels, view.weights[view.query], view.query)}"
    if n > MOST_CELLS:
        return figures.Picture(charts.skyline, frame, described, 200, fill(view))
    return figures.Picture(charts.bars, frame, described, max(height_for(n), 26 * n), fill(view))


def heatmap(view: View, key: str) -> None:
    """The map, with a click on a cell choosing its row and column."""
    name = f"{key}-heat-{view.query}-{view.key}"

    def clicked() -> None:
        if cell := st.session_state[name]["selection"]["cell"]:
            view.choose(int(cell[0]["query"]), int(cell[0]["key"]))
            if view.opens:
                state.set_values({view.opens: True})

    with st.container(height=height_for(len(view.labels)) + 100, border=False, key=f"{key}-heat-room"):
        figures.draw(heatmap_picture(view), name, clicked if len(view.labels) <= MOST_CELLS else None)
        whole = len(view.labels) <= MOST_CELLS
        components.legend(1 if whole else view.weights.max(), view.weights[view.query].sum())
        if whole:
            looking, seen = (view.labels[place] for place in (view.query, view.key))
            share = view.seen_weights[view.query, view.key]
            said = "hidden" if np.isnan(share) else percent(share, 1)
            opened = "Its arithmetic is open below." if view.opens and state.get(view.opens) else ""
            hint = opened or ("A click on a cell opens its arithmetic below." if view.opens else "")
            blank = " A blank cell is hidden." if np.isnan(view.seen_weights).any() else ""
            components.text(f"Marked: {looking} → {seen}, {said}.{blank} {hint}", "small")


def bars(view: View, key: str) -> None:
    """The chosen word's row as bars, with a click on a bar choosing the word looked at."""
    name = f"{key}-bars-{view.query}-{view.key}"

    def clicked() -> None:
        if bar := st.session_state[name]["selection"]["bar"]:
            view.choose(view.query, int(bar[0]["key"]))

    if len(view.labels) > MOST_CELLS:
        figures.draw(bars_picture(view), name)
        return
    picture = bars_picture(view)
    with st.container(height=picture.height + 20, border=False, key=f"{key}-bars-room"):
        figures.draw(picture, name, clicked)


def look(view: View, key: str) -> None:
    """Words, reading, heatmap and bars: one attention map to look at and to choose from.

    Args:
        key: names the parts, so that a page can show several.
    """
    words_and_reading(view, key)
    n = len(view.labels)
    if n > MOST_CELLS:
        heatmap(view, key)
        components.text(
            f"{n} {'tokens' if view.aside else 'words'}: the cells are too small to click, so choose one above to see "
            f"its row. The largest weight is {percent(view.weights.max(), 1)}.",
            "small",
        )
        bars(view, key)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        heatmap(view, key)
    with right:
        bars(view, key)


def choose_key(view: View, key: str) -> None:
    """The words once more, to choose the one looked at."""
    components.words(
        [(label, place) for place, label in enumerate(view.labels)],
        view.weights[view.query],
        view.key,
        view.key,
        components.palette(),
        key=f"{key}-seen",
        on_pick=lambda place: view.choose(view.query, place),
        label="Choose the word looked at",
        role="key",
    )


def cell(view: View, key: str) -> None:
    """How the weight of the chosen cell came about, from the products of its numbers to the share on the heatmap."""
    choose_key(view, key)
    walked, j = view.walk(view.query), view.key
    looking, seen = (html.escape(view.labels[place]) for place in (view.query, view.key))
    looks = "looks at" if walked.visible[j] else "may not look at"
    components.show_html(
        f"<p><b class=query>{looking}</b> {looks} <b class=key>{seen}</b>. How well the two match is the dot product, "
        "the sum of the products of their numbers. The largest products first, by size:</p>"
        + products_table(walked, j, looking, seen)
        + chain_table(walked, j, view.settings.get("scaled", True))
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


def chain_table(walked: Walk, j: int, scaled: bool) -> str:
    """From the sum of the products of query and key j to the weight, one step a line."""
    d_k = len(walked.query)
    lines = [(f"sum of {counted(d_k, 'product')}: the score", number(walked.scores[j], 4))]
    if scaled:
        root = f"√{d_k} = {number(1 / walked.scale, 4)}"
        lines.append((f"÷ {root}: the scaled score", number(walked.scaled[j], 4)))
    else:
        lines.append(("not scaled", number(walked.scaled[j], 4)))
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


def output(view: View) -> None:
    """What the chosen word brings back: the words nearest to its vector, and to the blend of what it looked at."""
    before, after = view.neighbours(view.query)
    word = view.labels[view.query]
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


def compare(
    first: View,
    second: View,
    key: str,
    titles: tuple[str, str, str] = ("As above", "Second setting", "Second minus first, in points"),
) -> dict[str, figures.Picture]:
    """Two maps of the same words side by side, and what the second adds or takes.

    Args:
        titles: of the first, of the second and of their difference.

    Returns:
        the pictures of the second and of the difference, to take away, each with what it shows.
    """
    n = len(first.labels)
    difference = second.weights - first.weights
    end = max(float(np.abs(difference).max()), 0.01)  # where the colours of the difference end
    row, column = np.unravel_index(first_largest(np.abs(difference).ravel()), difference.shape)
    weights = [float(view.weights[row, column]) for view in (first, second)]
    # As many decimals as tell the two apart; what five do not is rounding.
    told = [[percent(weight, digits) for weight in weights] for digits in range(1, 6)]
    apart = next((pair for pair in told if pair[0] != pair[1]), None)
    components.text(
        f"Largest change: {first.labels[row]} → {first.labels[column]}, from {apart[0]} to {apart[1]}."
        if apart
        else "Both give the same weights."
    )
    if n > MOST_CELLS:
        components.text(f"The maps are drawn for up to {MOST_CELLS} words.", "small")
        return {}
    pictures = {
        name: figures.Picture(
            charts.heatmap,
            cells(matrix),
            f"{title}: {n} by {n} cells."
            + (f" Largest change: {first.labels[row]} to {first.labels[column]}." if apart else ""),
            330,
            fill(first) | {"high": end},
            {"signed": name == "difference", "clickable": False},
            about,
        )
        for name, title, matrix, about in zip(
            ("first", "second", "difference"),
            titles,
            (first.seen_weights, second.seen_weights, difference),
            ({}, {**second.settings, "numbers": "percent"}, about_difference(first, second, titles[2])),
            strict=True,
        )
    }
    for place, title, (name, picture) in zip(st.columns(3, gap="small"), titles, pictures.items(), strict=True):
        with place:
            components.text(title, "heading")
            figures.draw(picture, f"{key}-{name}")
            if name == "difference" and apart:
                components.signed_legend(f"{100 * end:.0f}", " points")
    del pictures["first"]  # it stands at the top of the page
    return pictures


def about_difference(first: View, second: View, title: str) -> dict[str, Any]:
    """What the file of a difference says: which from which, and the settings in which the two differ."""
    sides = {"first": first.settings, "second": second.settings}
    names = [name for name in second.settings if first.settings.get(name) != second.settings[name]]
    told = [name for name in names if name != "sentence"]
    apart = {f"{side}_{name}": of[name] for name in told for side, of in sides.items() if name in of}
    both = {"sentence": f"{first.settings['sentence']} / {second.settings['sentence']}"} if "sentence" in names else {}
    return {**dict.fromkeys(names), **both, "shows": title[0].lower() + title[1:], **apart}


def take_away(view: View, link: str, key: str, compared: Mapping[str, figures.Picture] | None = None) -> None:
    """Pictures, numbers, code and link of an attention map.

    Args:
        compared: what `compare` returned, where the map is compared with a second one.
    """
    settings = {**view.settings, "query": view.labels[view.query]}
    files = {
        "weights.csv": lambda: export.table(view.labels, view.attention, {**settings, "link": link}),
        "weights.json": lambda: export.document(view.tokens, view.attention, view.settings, link),
    }
    if view.code:
        files["code.py"] = view.code
    else:
        components.text("Code is there for a single head: a blend of several has no formula of its own.", "small")
    heat = replace(heatmap_picture(view), about={"numbers": "percent"})
    pictures = {"heatmap": heat, "bars": bars_picture(view), **(compared or {})}
    figures.take_away(pictures, files, settings, link, key)
