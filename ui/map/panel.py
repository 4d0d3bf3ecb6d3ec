"""One attention map as every page shows it: the words, the reading, the heatmap, the bars."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from ui import state
from ui.kit import charts, components, figures
from ui.kit.wording import percent
from ui.map.view import Choice, View, chooser
from ui.state import scrolling

FEW = 14  # up to so many tokens heatmap and bars stand side by side beside the settings
MAX_CELLS = 64  # up to so many tokens each cell can be clicked; above, one image


def cells(weights: np.ndarray) -> figures.Columns:
    """A matrix as rows of query, key and weight."""
    query, key = np.indices(weights.shape, dtype=np.int16)
    return {"query": query.ravel(), "key": key.ravel(), "weight": weights.ravel().astype(np.float32)}


def chart_parameters(view: View, choice: Choice) -> dict[str, Any]:
    """The values that a chart of this view needs."""
    return {"labels": list(view.labels), "chosen": choice.query, "seen": choice.key}


def height_for(n: int) -> int:
    """A heatmap's height in pixels: in three sizes, so that it does not jump with every word typed."""
    return 385 if n <= FEW else 620 if n <= 32 else 860


def draw_words(view: View, choice: Choice, key: str) -> None:
    """The sentence coloured by the chosen word's weights, and the same in a sentence."""
    components.words(
        [(text if place is None else view.labels[place], place) for text, place in view.words],
        view.weights[choice.query],
        choice.query,
        choice.key,
        components.palette(),
        key=f"{key}-words",
        on_pick=chooser(view),
    )
    components.text(view.in_words(choice.query))


def heatmap_picture(view: View, choice: Choice) -> figures.Picture:
    """The map as a picture: cells while there is room, one image for a long text."""
    n, parameters = len(view.labels), chart_parameters(view, choice)
    described = f"Heatmap of {n} by {n} attention weights. {view.in_words(choice.query)}"
    if n > MAX_CELLS:
        image = figures.image_of(view.weights)
        return figures.Picture(charts.picture, image, described, height_for(n), parameters)
    columns = cells(view.visible_weights)
    if view.faint is not None:
        columns["faint"] = view.faint.ravel().astype(np.int8)
    return figures.Picture(charts.heatmap, columns, described, height_for(n), chart_parameters(view, choice))


def bars_picture(view: View, choice: Choice) -> figures.Picture:
    """The chosen word's row as a picture: a bar for each word, thin ones for a long text."""
    n = len(view.labels)
    row = view.visible_weights[choice.query].astype(np.float32)
    frame = {"key": np.arange(n, dtype=np.int16), "weight": row}
    if view.faint is not None:
        frame["faint"] = view.faint[choice.query].astype(np.int8)
    described = f"Bars. {view.in_words(choice.query)}"
    if n > MAX_CELLS:
        return figures.Picture(charts.skyline, frame, described, 200, chart_parameters(view, choice))
    return figures.Picture(charts.bars, frame, described, max(height_for(n), 26 * n), chart_parameters(view, choice))


def heatmap(view: View, choice: Choice, key: str, opens: str = "") -> None:
    """The map, with a click on a cell choosing its row and column."""
    choose, whole = chooser(view), len(view.labels) <= MAX_CELLS
    opens = "" if state.get("figure") or state.get("lecture") else opens  # a figure alone has no folds

    def pick(query: int, key: int) -> None:
        choose(query, key)
        if opens:
            if not state.get(opens):
                scrolling.scroll_to(opens)
            state.set_values({opens: True})

    with st.container(height=height_for(len(view.labels)) + 75, border=False, key=f"{key}-heat-room"):
        picture, name = heatmap_picture(view, choice), f"{key}-heat-{choice.query}-{choice.key}"
        figures.draw(picture, name, pick if whole else None)
        components.legend(1 if whole else view.weights.max())
        if whole and opens:
            components.text("Click a cell for its arithmetic.", "small")


def bars(view: View, choice: Choice, key: str) -> None:
    """The chosen word's row as bars, with a click on a bar choosing the word looked at."""
    picture, name = bars_picture(view, choice), f"{key}-bars-{choice.query}-{choice.key}"
    if len(view.labels) > MAX_CELLS:
        figures.draw(picture, name)
        return
    with st.container(height=picture.height + 20, border=False, key=f"{key}-bars-room"):
        figures.draw(picture, name, partial(chooser(view), choice.query))


def look(view: View, choice: Choice, key: str, opens: str = "") -> None:
    """Words, reading, heatmap and bars: one attention map to look at and to choose from; arguments as in `pictures`."""
    draw_words(view, choice, key)
    pictures(view, choice, key, opens)


def pictures(view: View, choice: Choice, key: str, opens: str = "", *, narrow: bool = False) -> None:
    """Heatmap and bars of one attention map, to look at and to choose from.

    Args:
        key: names the parts, so that a page can show several.
        opens: the fold with a cell's arithmetic, which a click on a cell opens.
        narrow: whether something else stands beside them, so that of many words the bars stand below.
    """
    n = len(view.labels)
    if n > MAX_CELLS or (narrow and n > FEW):
        heatmap(view, choice, key, opens)
        if n > MAX_CELLS:
            components.text(
                f"{n} {'tokens' if view.aside else 'words'}: the cells are too small to click, so choose one above to "
                f"see its row. The largest weight is {percent(view.weights.max(), 1)}.",
                "small",
            )
        bars(view, choice, key)
        return
    left, right = st.columns([3, 2], gap="small" if narrow else "medium")
    with left:
        heatmap(view, choice, key, opens)
    with right:
        bars(view, choice, key)
