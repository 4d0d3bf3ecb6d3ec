"""Two maps of the same words side by side, and their difference."""

from typing import Any

import numpy as np
import streamlit as st

from attention_core.ranking import first_largest
from ui.kit import charts, components, figures
from ui.kit.wording import percent
from ui.map.panel import MAX_CELLS, cells, chart_parameters
from ui.map.view import Choice, View


def compare(
    first: View,
    second: View,
    choice: Choice,
    name: str,
    titles: tuple[str, str, str] = ("As above", "Second setting", "Second minus first, in percentage points"),
) -> dict[str, figures.Picture]:
    """Two maps of the same words side by side, and what the second adds or takes.

    Args:
        name: of the maps, for a page may compare several.
        titles: of the first, of the second and of their difference.

    Returns:
        the pictures of the second and of the difference, to take away, each with what it shows.
    """
    n, labels = len(first.labels), first.labels
    difference = second.weights - first.weights
    row, column = np.unravel_index(first_largest(np.abs(difference).ravel()), difference.shape)
    weights = [float(view.weights[row, column]) for view in (first, second)]
    # As many decimals as tell the two apart; what five do not is rounding.
    texts = [[percent(weight, digits) for weight in weights] for digits in range(1, 6)]
    apart = next((pair for pair in texts if pair[0] != pair[1]), None)
    if apart:
        components.text(f"Largest change: {labels[row]} → {labels[column]}, from {apart[0]} to {apart[1]}.")
    else:
        components.text("Both give the same weights.")
    if n > MAX_CELLS:
        components.text(f"The maps are drawn for up to {MAX_CELLS} words.", "small")
        return {}
    end = max(float(np.abs(difference).max()), 0.01)  # where the colours of the difference end
    change = f" Largest change: {labels[row]} to {labels[column]}." if apart else ""
    pictures = maps_and_difference(first, second, chart_parameters(first, choice) | {"high": end}, titles, change)
    for place, title, (kind, picture) in zip(st.columns(3, gap="small"), titles, pictures.items(), strict=True):
        with place:
            components.text(title, "heading")
            figures.draw(picture, f"{name}-{kind}")
            if kind == "difference" and apart:
                components.signed_legend(f"{100 * end:.0f}", " percentage points")
    del pictures["first"]  # it stands at the top of the page
    return pictures


def maps_and_difference(
    first: View, second: View, parameters: dict[str, Any], titles: tuple[str, str, str], change: str
) -> dict[str, figures.Picture]:
    """The heatmaps of two views and of their difference.

    Args:
        parameters: of the charts.
        titles: as in `compare`.
        change: a sentence on the largest change, for the text alternatives.
    """
    difference = second.weights - first.weights
    shown = {
        "first": (first.visible_weights, {}),
        "second": (second.visible_weights, {**second.settings, "numbers": "percent"}),
        "difference": (difference, about_difference(first, second, titles[2])),
    }
    n = len(first.labels)
    return {
        name: figures.Picture(
            charts.heatmap,
            cells(matrix),
            f"{title}: {n} by {n} cells.{change}",
            330,
            parameters,
            {"signed": name == "difference", "clickable": False},
            about,
        )
        for title, (name, (matrix, about)) in zip(titles, shown.items(), strict=True)
    }


def about_difference(first: View, second: View, title: str) -> dict[str, Any]:
    """The remarks in the file of a difference: which map minus which, and the settings in which they differ."""
    sides = {"first": first.settings, "second": second.settings}
    names = [name for name in second.settings if first.settings.get(name) != second.settings[name]]
    texts = [name for name in names if name != "sentence"]
    apart = {f"{side}_{name}": of[name] for name in texts for side, of in sides.items() if name in of}
    both = {"sentence": f"{first.settings['sentence']} / {second.settings['sentence']}"} if "sentence" in names else {}
    return {**dict.fromkeys(names), **both, "shows": title[0].lower() + title[1:], **apart}
