"""What a visitor can take away of an attention map: pictures, numbers, code, link."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ui.kit import components, export, figures, interactive
from ui.map.panel import bars_picture, heatmap_picture
from ui.map.view import Choice, View


def take_away(
    view: View,
    choice: Choice,
    link: str,
    key: str,
    compared: Mapping[str, figures.Picture] | None = None,
    embeds: Sequence[str] = ("map",),
) -> None:
    """Pictures, numbers, code and link of an attention map.

    Args:
        embeds: the page's figures that can be embedded; the map is the first.
        compared: what `compare` returned, where the map is compared with a second one.
    """
    settings = {**view.settings, "query": view.labels[choice.query]}
    files = {
        "weights.csv": lambda: export.csv_table(view.labels, view.known_stages, {**settings, "link": link}),
        "weights.json": lambda: export.document(view.tokens, view.known_stages, view.settings, link),
        "map.html": lambda: interactive.page(view.labels, view.visible_weights, choice.query, settings, link),
    }
    if view.code:
        files["code.py"] = view.code
    else:
        components.text("Code is there for a single head: a blend of several has no formula of its own.", "small")
    heat = replace(heatmap_picture(view, choice), about={"numbers": "percent"})
    pictures = {"heatmap": heat, "bars": bars_picture(view, choice), **(compared or {})}
    stills = dict.fromkeys(embeds) | {embeds[0]: heat}
    figures.take_away(pictures, files, settings, link, key, stills)
