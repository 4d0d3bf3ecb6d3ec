"""What a visitor can take away of an attention map: pictures, numbers, code, link."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ui.kit import components, export, figures, interactive
from ui.kit.citation import Source
from ui.map.panel import bars_picture, heatmap_picture, heatmap_still
from ui.map.view import Choice, View


def draw_downloads(
    view: View,
    choice: Choice,
    source: Source,
    key: str,
    compared: Mapping[str, figures.Picture] | None = None,
    *,
    figure: tuple[str, str] = ("map", "Where each word looks"),
    others: Mapping[str, figures.Embedded] = MappingProxyType({}),
) -> None:
    """Pictures, numbers, code and link of an attention map.

    Args:
        source: the page as it is now.
        compared: what `compare` returned, where the map is compared with a second one.
        figure: the name and the title of the map, as a figure that can be embedded.
        others: the page's other figures that can be embedded.
    """
    settings = {**view.settings, "query": view.labels[choice.query]}
    files = {
        "weights.csv": lambda: export.csv_table(view.labels, view.known_stages, {**settings, "link": source.link}),
        "weights.json": lambda: export.document(view.tokens, view.known_stages, view.settings, source.link),
        "map.html": lambda: interactive.page(view.labels, view.visible_weights, choice.query, settings, source),
    }
    if view.code:
        files["code.py"] = view.code
    else:
        components.text("Code is there for a single head: a blend of several has no formula of its own.", "small")
    about = {"numbers": "percent"}
    heat = replace(heatmap_picture(view, choice), about=about)
    pictures = {"heatmap": heat, "bars": bars_picture(view, choice), **(compared or {})}
    name, title = figure
    map_alone = figures.Embedded(title, lambda colors: replace(heatmap_still(view, choice, colors), about=about))
    figures.draw_downloads(pictures, files, settings, source, key, {name: map_alone, **others})
