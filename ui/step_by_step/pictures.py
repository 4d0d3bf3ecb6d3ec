"""Pictures and tables of a walk: bars, one for each key, arrows, and numbers as a page writes them."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from attention_core.steps import Walk
from ui.kit import figures, html
from ui.kit.charts import stage_bars
from ui.kit.latex import tex
from ui.kit.wording import number, percent
from ui.step_by_step import charts
from ui.step_by_step.selection import Selection
from ui.step_by_step.typed import vector_text


def bars(
    selection: Selection,
    values: np.ndarray,
    title: str,
    *,
    weights: bool = False,
    same_decimals: bool = True,
    same_scale: np.ndarray | None = None,
) -> figures.Picture:
    """A number for each key, as bars.

    Args:
        values: (n,) the numbers.
        title: what they are.
        weights: they are weights, from 0 to 1.
        same_decimals: other numbers are written with equally many decimals.
        same_scale: other numbers that have to find room on the same scale.
    """
    shown = selection.shown
    finite = np.where(np.isfinite(values), values, 0)[shown].astype(np.float64)
    if weights:
        texts = [weight_text(values[place], selection.walk.visible[place]) for place in shown]
    else:
        texts = value_texts(values[shown], same_decimals)
    frame = {"key": np.arange(len(shown), dtype=np.int16), "value": finite, "shown": np.array(texts)}
    every = finite if same_scale is None else np.concatenate([finite, same_scale[shown]])
    low, high = float(min(every.min(), 0)), float(max(every.max(), 0))
    room = 0.3 * max(high - low, 1e-9)
    labels = [selection.labels[place] for place in shown]
    alt = ", ".join(f"{name} {text}" for name, text in zip(labels, texts, strict=True))
    parameters = {
        "labels": labels,
        "low": low - (room if low < 0 else 0),
        "high": high + room,
        "seen": shown.index(selection.key) if selection.word and selection.key in shown else -1,
    }
    height = max(34 * len(shown), 80)
    about = {"shows": title[0].lower() + title[1:]}
    return figures.Picture(stage_bars, frame, f"{title}: {alt}.", height, parameters, {"fixed": weights}, about)


def weight_text(weight: float, visible: bool) -> str:
    """A weight in percent, or masked; a very small one as a number."""
    if not visible:
        return "masked"
    return percent(float(weight), 1) if weight >= 0.0005 or weight == 0 else number(float(weight))


def in_formula(selection: Selection, values: np.ndarray) -> list[str]:
    """A number for each key as LaTeX, with as many decimals as it has beside its bar."""
    texts = [tex(float(value)) for value in values]
    for place, text in zip(selection.shown, value_texts(values[selection.shown], same_decimals=True), strict=True):
        if re.fullmatch(r"−?[\d.]+", text):
            texts[place] = text.replace("−", "-")
    return texts


def value_texts(values: np.ndarray, same_decimals: bool) -> list[str]:
    """Numbers beside their bars.

    Args:
        same_decimals: with equally many decimals, so that the largest has four digits; otherwise each has four.
    """
    texts = [number(float(value)) for value in values]
    finite = values[np.isfinite(values)]
    size = float(np.abs(finite).max(initial=0))
    if not same_decimals or not 1e-3 <= size < 1e6:
        return texts
    needed = max(len(text.partition(".")[2]) for text in texts)
    decimals = min(needed, max(3 - math.floor(math.log10(size)), 0))
    return [
        f"{round(float(value), decimals) + 0.0:.{decimals}f}".replace("-", "−") if np.isfinite(value) else text
        for value, text in zip(values, texts, strict=True)
    ]


def query_arrows(walked: Walk, labels: Sequence[str]) -> figures.Picture:
    """The query as an arrow among the keys."""
    rows = [("key", place, 0, 0, *key) for place, key in enumerate(walked.keys)]
    rows.append(("query", len(labels), 0, 0, *walked.query))
    keys = ", ".join(f"{name} {vector_text(key)}" for name, key in zip(labels, walked.keys, strict=True))
    alt = f"Arrows from the origin: the query {vector_text(walked.query)} among the keys {keys}."
    return _arrows(rows, [*labels, "q"], alt)


def output_arrows(walked: Walk, labels: Sequence[str]) -> figures.Picture:
    """The output as an arrow among the values, and the weighted values laid end to end that lead to it."""
    weights, parts, output = walked.blend
    ends = np.cumsum(parts, axis=0)
    starts = ends - parts
    rows = [("value", place, 0, 0, *value) for place, value in enumerate(walked.values)]
    rows += [("part", place, *starts[place], *ends[place]) for place in range(len(labels)) if weights[place] > 0.001]
    rows.append(("output", len(labels), 0, 0, *output))
    names = [f"v{name}" for name in labels]
    values = ", ".join(f"{name} {vector_text(value)}" for name, value in zip(names, walked.values, strict=True))
    alt = f"Arrows: the output {vector_text(output)} among the values {values}."
    return _arrows(rows, [*names, "output"], alt)


def _arrows(rows: Sequence[tuple[Any, ...]], labels: list[str], alt: str) -> figures.Picture:
    frame = pd.DataFrame(rows, columns=["role", "label", "x0", "y0", "x", "y"])
    frame = frame.astype({"label": "int16", **dict.fromkeys(("x0", "y0", "x", "y"), "float64")})
    box: dict[str, float] = {}
    for axis, low, high in (("x", "west", "east"), ("y", "south", "north")):
        smallest, largest = min(frame[axis].min(), 0), max(frame[axis].max(), 0)
        margin = 0.14 * max(largest - smallest, 0.1)
        box |= {low: float(smallest - margin), high: float(largest + margin)}
    return figures.Picture(charts.arrows, frame, alt, 320, {"labels": labels, **box})


def products_table(selection: Selection) -> Markup:
    """Every product of typed numbers: a row for each key, a column for each dimension, the sum at the end."""
    walk = selection.walk
    head = ["product in dimension", *(str(i + 1) for i in range(walk.products.shape[1])), "sum"]
    rows: list[list[html.Cell]] = [
        [(name, "key"), *(number(x) for x in products), number(score)]
        for name, products, score in zip(selection.labels, walk.products, walk.scores, strict=True)
    ]
    return html.wide(html.table(head, rows))


def parts_table(selection: Selection) -> Markup:
    """Values times weights, row by row, and their sum."""
    weights, parts, output = selection.walk.blend
    head = ["key", "weight", "weight times value", *[""] * (len(output) - 1)]
    rows: list[list[html.Cell]] = [
        [(name, "key"), weight_text(weight, visible), *((number(x), "value") for x in part)]
        for name, weight, visible, part in zip(selection.labels, weights, selection.walk.visible, parts, strict=True)
    ]
    rows.append([("output", "output"), "", *((number(x), "output") for x in output)])
    return html.wide(html.table(head, rows))


def first_numbers(values: np.ndarray, count: int = 6) -> str:
    """The first numbers of a vector, and dots if there are more."""
    return ", ".join(number(float(x)) for x in values[:count]) + (" …" if len(values) > count else "")
