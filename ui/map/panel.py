"""One attention map as every page shows it: the words, the reading, the heatmap, the bars."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from attention_core.ranking import rank
from ui import state
from ui.kit import charts, components, figures
from ui.kit.palette import Palette
from ui.kit.wording import quoted, rounded
from ui.map.view import Choice, View, chooser
from ui.state import scrolling

FEW = 14  # up to so many tokens heatmap and bars stand side by side beside the settings
MAX_CELLS = 64  # up to so many tokens each cell can be clicked; above, one image
MAX_BARS = 33  # in a column no higher than the map of most words; of more words the largest weights have one
CLICK = "Click a cell for its arithmetic."
MAX_STILL = 256  # pixels a side of an image in a code to embed


def cells(weights: np.ndarray) -> figures.Columns:
    """A matrix as rows of query, key and weight."""
    query, key = np.indices(weights.shape, dtype=np.int16)
    return {"query": query.ravel(), "key": key.ravel(), "weight": weights.ravel().astype(np.float32)}


def chart_parameters(view: View, choice: Choice) -> dict[str, Any]:
    """The values that a chart of this view needs."""
    return {"labels": list(view.labels), "chosen": choice.query, "seen": marked_key(view, choice)}


def marked_key(view: View, choice: Choice) -> int:
    """The position of the key that pictures mark; -1 on a grey row, where they mark none."""
    return -1 if view.is_grey(choice.query) else choice.key


def height_for(n: int) -> int:
    """A heatmap's height in pixels: in three sizes, so that it does not jump with every word typed."""
    return 350 if n <= FEW else 620 if n <= 32 else 860


def draw_words(view: View, choice: Choice, name: str) -> None:
    """The sentence coloured by the chosen word's weights, and the same in a sentence."""
    components.words(
        [(text if place is None else view.labels[place], place) for text, place in view.words],
        view.weights[choice.query],
        choice.query,
        marked_key(view, choice),
        components.palette(),
        key=f"{name}-words",
        on_pick=chooser(view),
        colored=not view.is_grey(choice.query),
    )
    components.text(view.in_words(*choice))


def heatmap_picture(view: View, choice: Choice) -> figures.Picture:
    """The map as a picture: cells while there is room, one image for a long text."""
    n = len(view.labels)
    if n > MAX_CELLS:
        return _image(view, choice, components.palette(), n)
    columns = cells(view.visible_weights)
    if view.faint is not None:
        columns["faint"] = view.faint.ravel().astype(np.int8)
    described, parameters = describe_map(view, choice), chart_parameters(view, choice)
    return figures.Picture(charts.heatmap, columns, described, height_for(n), parameters)


def heatmap_still(view: View, choice: Choice, colors: Palette) -> figures.Picture:
    """The map for a code to embed, which should stay short: cells of few tokens, or else an image."""
    return heatmap_picture(view, choice) if len(view.labels) <= FEW else _image(view, choice, colors, MAX_STILL)


def _image(view: View, choice: Choice, colors: Palette, max_pixels: int) -> figures.Picture:
    """The map as one image of at most so many pixels a side."""
    weights = view.weights if view.faint is None else np.where(view.faint, 0, view.weights)
    image, parameters = figures.image_of(weights, colors, max_pixels), chart_parameters(view, choice)
    described = describe_map(view, choice)
    return figures.Picture(charts.picture, image, described, height_for(len(view.labels)), parameters)


def describe_map(view: View, choice: Choice) -> str:
    """What a picture of the map shows, for those who cannot see it."""
    n = len(view.labels)
    return f"Heatmap of {n} by {n} attention weights. {_row_in_words(view, choice)}"


def _row_in_words(view: View, choice: Choice) -> str:
    """Where the chosen word looks, for those who cannot see it."""
    return (
        view.in_words(*choice) or f"The row of {quoted(view.labels[choice.query])} is grey: its weights mean nothing."
    )


def bars_shown(view: View, choice: Choice) -> np.ndarray:
    """The positions of the words that have a bar: of many the chosen key and those with the largest weights."""
    keys, row = np.arange(len(view.labels), dtype=np.int16), view.visible_weights[choice.query]
    if not MAX_BARS < len(keys) <= MAX_CELLS:
        return keys
    order = rank(np.where(keys == choice.key, 2, np.where(np.isnan(row), -1, row)))  # no weight is above 1
    return np.sort(keys[order[:MAX_BARS]])


def bars_left_out(view: View, choice: Choice) -> str:
    """How many words have no bar, and their weight, as a sentence; "" where all have one."""
    rest = np.delete(view.visible_weights[choice.query], bars_shown(view, choice))
    return f"{len(rest)} more, together {rounded(float(np.nansum(rest)))}." if len(rest) else ""


def bars_picture(view: View, choice: Choice) -> figures.Picture:
    """The chosen word's row as a picture: a bar for each word; of many for the largest, of very many thin ones."""
    n, keys = len(view.labels), bars_shown(view, choice)
    row = view.visible_weights[choice.query].astype(np.float32)
    frame = {"key": keys, "weight": row[keys]}
    if view.faint is not None:
        frame["faint"] = view.faint[choice.query][keys].astype(np.int8)
    described = f"Bars. {_row_in_words(view, choice)} {bars_left_out(view, choice)}".rstrip()
    if n > MAX_CELLS:
        return figures.Picture(charts.skyline, frame, described, 200, chart_parameters(view, choice))
    height = max(height_for(n), 26 * len(keys))
    return figures.Picture(charts.bars, frame, described, height, chart_parameters(view, choice))


def draw_heatmap(view: View, choice: Choice, name: str, opens: str = "") -> None:
    """The map, with a click on a cell choosing its row and column; arguments as in `draw_pictures`."""
    choose, whole = chooser(view), len(view.labels) <= MAX_CELLS
    opens = "" if state.shows_one_figure() else opens  # which has no folds

    def pick(query: int, key: int) -> None:
        choose(query, key)
        if opens:
            if not state.get(opens):
                scrolling.scroll_to(opens)
            state.set_values({opens: True})

    with st.container(height=height_for(len(view.labels)) + 65, border=False, key=f"{name}-heat-room"):
        figures.draw(heatmap_picture(view, choice), f"{name}-heat", choice, pick if whole else None)
        components.legend(1 if whole else view.weights.max(), CLICK if whole and opens else "")


def draw_bars(view: View, choice: Choice, name: str) -> None:
    """The chosen word's row as bars, with a click on a bar choosing the word looked at."""
    picture, chart = bars_picture(view, choice), f"{name}-bars"
    if len(view.labels) > MAX_CELLS:
        figures.draw(picture, chart, choice)
        return
    with st.container(height=picture.height + 20, border=False, key=f"{name}-bars-room"):
        figures.draw(picture, chart, choice, partial(chooser(view), choice.query))
    if more := bars_left_out(view, choice):
        components.text(more, "small")


def draw(view: View, choice: Choice, name: str, opens: str) -> None:
    """Words, reading, heatmap and bars of one attention map, to choose from; arguments as in `draw_pictures`."""
    draw_words(view, choice, name)
    draw_pictures(view, choice, name, opens)


def draw_pictures(view: View, choice: Choice, name: str, opens: str, *, narrow: bool = False) -> None:
    """Heatmap and bars of one attention map, to choose from.

    Args:
        name: of the map, so that a page can show several.
        opens: the fold with a cell's arithmetic, which a click on a cell opens; "" for none.
        narrow: whether something else stands beside them, so that of many words the bars stand below.
    """
    n = len(view.labels)
    if n > MAX_CELLS or (narrow and n > FEW):
        draw_heatmap(view, choice, name, opens)
        if n > MAX_CELLS:
            components.text(
                f"{n} {'tokens' if view.skipped else 'words'}: the cells are too small to click, so choose one above "
                f"to see its row. The largest weight is {rounded(float(view.weights.max()))}.",
                "small",
            )
        draw_bars(view, choice, name)
        return
    left, right = st.columns([3, 2], gap="small" if narrow else "medium")
    with left:
        draw_heatmap(view, choice, name, opens)
    with right:
        draw_bars(view, choice, name)
