"""All heads in one picture to choose from, and lists of heads."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core import inside
from attention_core.inside import MapFilter
from ui.inside_a_transformer.selection import MAP, Selection, choose_head
from ui.kit import components, figures
from ui.kit.palette import Palette, along
from ui.kit.wording import percent
from ui.map.view import head_name
from ui.models import loaders
from ui.state import scrolling
from ui.state.table import MEAN, ONE, ROLLOUT

MAX_PIXELS = 64  # a side of a map in the picture of all heads, about as large as it is drawn


class Overview(NamedTuple):
    """All heads of a sentence at a glance.

    Attributes:
        picture: as an address.
        most_attended: (n_layers, n_heads) the token, of those shown, to which all tokens together give the most weight.
        marks: the mean weight that [CLS] and [SEP] get.
    """

    picture: str
    most_attended: np.ndarray
    marks: tuple[float, float]


@lru_cache(maxsize=32)
def overview(text: str, map_filter: MapFilter, colors: Palette, max_pixels: int = MAX_PIXELS) -> Overview:
    """All heads at a glance; in the picture each map has at most `max_pixels` a side."""
    pixels, most_attended, marks = inside.overview(loaders.reading(text), map_filter, max_pixels)
    return Overview(figures.address_of(pixels, shades(colors)), most_attended, marks)


@cache
def shades(colors: Palette) -> list[str]:
    """The colours of the picture's numbers: 0 the gaps, then the weights, as in `maps.grid`."""
    return [colors.background] + [along(colors.weights, i / 254) for i in range(255)]


def draw_overview(shown: Selection) -> DeltaGenerator:
    """Draw all heads in one picture to choose from; return the place beside it."""
    left, right = st.columns([8, 5], gap="medium")
    with left:
        draw_grid(shown)
    return right


def draw_grid(shown: Selection) -> None:
    """Draw all heads as small maps; a click or an arrow key chooses one."""
    labels, n_heads, n_layers = shown.view.labels, len(shown.reading.layers[0].q), len(shown.reading.layers)
    kind = MEAN if shown.kind == MEAN else ONE

    def choose(place: int) -> None:
        choose_head(*divmod(place, n_heads), kind)

    def pick(place: int) -> None:
        choose(place)
        scrolling.scroll_to(MAP)

    found = overview(shown.text, shown.map_filter, components.palette())
    components.text("All 72 heads: a row is a layer, a column a head", "heading")
    titles = [
        f"{head_name(layer, head)}: most weight goes to {labels[place]}"
        for (layer, head), place in np.ndenumerate(found.most_attended)
    ]
    components.heads_grid(
        found.picture,
        (n_layers, n_heads),
        (shown.layer, shown.head),
        titles,
        key="all-heads",
        on_pick=pick,
        on_move=choose,
        rows={MEAN: [shown.layer], ROLLOUT: range(n_layers)}.get(shown.kind, ()),
    )
    components.text(
        f"In each small map a row is a word that looks, a column a word looked at. Choose "
        f"{'a layer' if shown.kind == MEAN else 'one'}.",
        "small",
    )


def draw_ranking(
    ranked: Sequence[tuple[int, int, float]],
    shown: Selection,
    key: str,
    criterion: str,
    before_choice: Callable[[], None] | None = None,
) -> None:
    """Draw a ranking of heads to choose from.

    Args:
        ranked: layer, head (from 0) and share of each.
        criterion: what the heads are ranked by.
        before_choice: called before another head is chosen, to fix what may not change with it.
    """

    def pick(place: int) -> None:
        if before_choice:
            before_choice()
        choose_head(*ranked[place][:2])

    chosen = (shown.layer, shown.head) if shown.kind == ONE else None
    rows = [
        (head_name(layer, head), percent(share, 1), share, (layer, head) == chosen) for layer, head, share in ranked
    ]
    with st.container(height=330, border=False):
        components.radio_list(
            rows, key=key, on_pick=pick, label=f"Heads ranked by {criterion}: choose one", role="output"
        )


def rank_text(ranked: Sequence[tuple[int, int, float]], shown: Selection) -> str:
    """The place of the head shown in a ranking, as the end of a sentence about the first."""
    if shown.kind != ONE:  # the map above is a blend of several
        return "."
    place = next(i for i, (layer, head, _) in enumerate(ranked) if (layer, head) == (shown.layer, shown.head))
    if not place:
        return ". It is the head shown above."
    here = head_name(shown.layer, shown.head).lower()
    return f"; {here} is number {place + 1} of {len(ranked)} with {percent(ranked[place][2], 1)}."
