"""What Inside a transformer shows: the shared sentence, the chosen head or blend, its map, and their controls."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from attention_core import bert, inside
from attention_core.alignment import align_to_pieces
from attention_core.bert import Reading
from attention_core.inside import MapFilter
from attention_core.steps import Walk, walk
from ui import state
from ui.kit import export
from ui.kit.glossary import tip
from ui.kit.wording import percent
from ui.map.view import Choice, View, chosen, head_name
from ui.models import loaders
from ui.state import controls
from ui.state.table import MAX_TOKENS, MEAN, ONE, ROLLOUT

MAP = "head-map"  # the container of the large map
KIND_HELP = (
    "One head’s map; the mean of a layer’s 12 maps; or the rollout: all layers’ maps multiplied, for how much of each "
    "word may have come through to the last layer."
)


@dataclass(frozen=True)
class Selection:
    """What the page shows.

    Attributes:
        text: the sentence.
        reading: what the model computed of it.
        layer, head: the chosen ones, from 0.
        kind: of the map: ONE, MEAN or ROLLOUT.
        map_filter: what the map leaves out.
        view: the map shown, of word pieces.
        choice: the chosen query and key in it.
    """

    text: str
    reading: Reading
    layer: int
    head: int
    kind: str
    map_filter: MapFilter
    view: View
    choice: Choice

    @property
    def name(self) -> str:
        """What the map shows, for headings."""
        return map_name(self.kind, self.layer, self.head)

    @property
    def offset(self) -> int:
        """The tokens before the first that is shown."""
        return int(not self.map_filter.marks)

    @property
    def tokens(self) -> Choice:
        """The chosen query and key as positions among all tokens, [CLS] included."""
        return Choice(*(place + self.offset for place in self.choice))


def map_name(kind: str, layer: int, head: int) -> str:
    """What a map shows."""
    if kind == ROLLOUT:
        return "Rollout through all layers"
    return f"Mean of the 12 heads of layer {layer + 1}" if kind == MEAN else head_name(layer, head)


def choose_head(layer: int, head: int, kind: str = ONE) -> None:
    """Choose a head, or with MEAN its layer. For callbacks."""
    state.set_values({"l": layer + 1, "h": head + 1, "of": kind})


def draw_controls() -> None:
    """Draw the switch for [CLS] and [SEP] and, behind a button, the settings that few visitors need."""
    controls.toggle("marks", "Show [CLS] and [SEP]", help=tip("[CLS] and [SEP]"))
    with st.popover("Advanced"):
        controls.segmented("of", "Show", help=KIND_HELP)
        about = "The rest of its row is divided by its sum. The model itself saw everything."
        controls.toggle("noself", "Leave out what a word gives itself", help=about)
        about = "The fewest weights that make up this share of a row. The others turn grey."
        controls.slider("top", "Show only the strongest", step=5, format="%d %%", help=about)


def read_selection() -> Selection:
    """The shared sentence inside the model, as the controls say.

    Raises:
        UnfitSentence: there is no word in it, or it is too long.
    """
    text, kind = state.sentence(), state.get("of")
    reading = loaders.reading(text)
    layer, head = state.index_of("l", len(reading.layers)), state.index_of("h", len(reading.layers[0].q))
    map_filter = MapFilter(bool(state.get("marks")), not state.get("noself"), int(state.get("top")) / 100)
    view = view_of(text, reading, kind, layer, head, map_filter)
    choice = chosen(view)
    return Selection(text, reading, layer, head, kind, map_filter, view, choice)


def whole_map(shown: Selection) -> np.ndarray:
    """(n, n) the map shown with [CLS] and [SEP]; its rows sum to 1."""
    if shown.kind == ONE:
        weights = shown.reading.layers[shown.layer].attention(shown.head).weights
    else:
        weights = blend(shown.text, shown.kind, shown.layer)
    return replace(shown.map_filter, marks=True).apply(weights)


@lru_cache(maxsize=4)
def blend(text: str, kind: str, layer: int) -> np.ndarray:
    """(n, n) the mean of a layer's heads, or rollout."""
    reading = loaders.reading(text)
    return inside.mean_of_layer(reading, layer) if kind == MEAN else inside.rolled_out(reading)


def view_of(text: str, reading: Reading, kind: str, layer: int, head: int, map_filter: MapFilter) -> View:
    """One map of the model, with the arithmetic of its cells where it is that of one head."""
    every = [readable(piece) for piece in reading.tokens.pieces]
    kept = map_filter.shown(len(every))
    tokens, settings = every[kept], settings_of(text, kind, layer, head, map_filter)
    visible = np.ones((len(every), len(every)), bool)
    if not map_filter.see_self:
        np.fill_diagonal(visible, False)
    computed = reading.layers[layer]
    attention = inside.one_head(computed, head, map_filter) if kind == ONE else None
    weights = attention.weights if attention else map_filter.apply(blend(text, kind, layer))
    view = View(
        tokens=tokens,
        weights=weights,
        words=list(zip(tokens, range(len(tokens)), strict=True)),
        settings=settings,
        visible=visible[kept, kept],
        numbers=numbers(text)[kept],
        faint=~map_filter.strongest(weights),
        skipped=(0, len(tokens) - 1) if map_filter.marks else (),
        left_out="" if map_filter.marks else "[CLS] and [SEP]",
    )
    if kind != ONE:
        return view
    # copies, for a session keeps what its downloads are made from: a head's own part, not the whole layer's
    q, k, v = (part[head].copy() for part in (computed.q, computed.k, computed.v))

    def walk_from(row: int) -> Walk:
        row += kept.start
        return walk_of_keys(walk(q[row], k, v, visible[row]), kept)

    return replace(
        view,
        stages=attention,
        walk=walk_from,
        code=lambda: export.head_code(every, q, k, v, visible, settings),
    )


def settings_of(text: str, kind: str, layer: int, head: int, map_filter: MapFilter) -> dict[str, Any]:
    """What a file of the map says about it."""
    left_out = ["[CLS] and [SEP]"] * (not map_filter.marks)
    left_out += ["what a token gives itself (the rest divided by its sum)"] * (not map_filter.see_self)
    strongest = f"all but the strongest weights, {percent(map_filter.share)} of each row"
    return {
        "sentence": text,
        "model": bert.MODEL,
        "shows": map_name(kind, layer, head).lower(),
        "left_out": "; ".join(left_out) or "nothing",
        "grey": strongest if map_filter.share < 1 else "nothing",
    }


def walk_of_keys(walked: Walk, kept: slice) -> Walk:
    """A walk with the numbers of some keys only; the row's largest score, its sums and the output are of all keys."""
    of_keys = ["keys", "values", "visible", "products", "scores", "scaled", "masked", "unshifted"]
    of_keys += ["exponentials", "weights", "parts"]
    return replace(walked, **{name: getattr(walked, name)[kept] for name in of_keys})


def readable(piece: str) -> str:
    """A word piece for people: a dot in front of one that goes on with the word before it."""
    return "·" + piece[2:] if piece.startswith("##") else piece


@lru_cache(maxsize=8)
def numbers(text: str) -> list[int]:
    """The number that stands for each word piece in q and k of the link.

    A word that GloVe knows has the number it has on the pages about GloVe, so that a chosen word stays chosen from page
    to page. The highest are [SEP] and [CLS], and below them the pieces that GloVe does not know.
    """
    sentence, tokens = loaders.tokenized(text), loaders.minilm().tokens(text)
    n, top = len(tokens.ids), MAX_TOKENS
    known: dict[int, int] = {0: top - 1, n - 1: top}
    for ours, pieces in align_to_pieces(sentence.tokens, text, tokens):
        for place, token in enumerate(ours):
            if (position := sentence.places[token]) is not None:
                known.setdefault(pieces[min(place, len(pieces) - 1)], position + 1)
    rest = [piece for piece in range(n) if piece not in known]
    known.update({piece: top - 1 - len(rest) + place for place, piece in enumerate(rest)})
    return [known[piece] for piece in range(n)]
