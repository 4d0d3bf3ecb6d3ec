"""Figures on a page: chart specs built once per shape and kept, data sent beside them.

Altair takes 20 to 40 ms to turn a chart into a spec, under a lock that all visitors share. So a spec is built once for
each kind and theme; a rerun fills in words and choice and sends the numbers.
"""

import base64
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from PIL import Image

from ui import state
from ui.kit import components, embed, export
from ui.kit.citation import Source, citation
from ui.kit.components import palette
from ui.kit.palette import Palette, along
from ui.state import clickable
from ui.state.table import Value
from ui.state.text import one_line

Columns = dict[str, np.ndarray]  # what a small chart is drawn from, for a DataFrame takes longer to make than to draw
LECTURE_HEIGHT = 240  # pixels, which a projector of 720 lines shows below three lines of text


@cache
def _template(
    builder: Callable[..., Any],
    columns: tuple[tuple[str, str], ...],
    colors: Palette,
    options: tuple[tuple[str, Any], ...],
) -> dict[str, Any]:
    """The spec of a kind of chart, without data; shared by all visitors, so nobody may change it."""
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns})
    spec = builder(empty, colors, **dict(options)).to_dict()
    for name in ("data", "datasets", "$schema", "config"):
        spec.pop(name, None)
    return spec


@dataclass(frozen=True)
class Picture:
    """A chart to draw on the page and to download.

    Attributes:
        builder: a function of one of the modules of charts here.
        frame: its data, column by column.
        alt: what it shows, for those who cannot see it.
        height: in pixels, axes included.
        parameters: values of the chart's parameters, such as labels and chosen.
        options: further arguments of the builder.
        about: what its file says besides the settings of the page, or in their place; None leaves one of them out.
    """

    builder: Callable[..., Any]
    frame: pd.DataFrame | Columns
    alt: str
    height: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def spec(self, colors: Palette) -> dict[str, Any]:
        """The Vega-Lite spec, its parameters filled in, the data not in it."""
        columns = tuple((name, str(column.dtype)) for name, column in self.frame.items())
        template = _template(self.builder, columns, colors, tuple(sorted(self.options.items())))
        given = self.parameters
        params = [{**p, "value": given[p["name"]]} if p["name"] in given else p for p in template["params"]]
        return {**template, "params": params, "height": self.height}

    def spec_on_page(self) -> dict[str, Any]:
        """The spec for the page; in the lecture view, which is larger than life, a picture stands on one screen."""
        spec = self.spec(palette())
        return spec | {"height": min(self.height, LECTURE_HEIGHT)} if state.get("lecture") else spec


@dataclass(frozen=True)
class Embedded:
    """A figure of the page that can stand in another page.

    Attributes:
        title: its name for people.
        still: makes what stands there until it is pressed, in the colours of a theme. It is called when the code is
            made, outside of a run, so it may not read the state.
    """

    title: str
    still: Callable[[Palette], Picture | embed.Still]


def draw(picture: Picture, name: str, choice: Sequence[Value] = (), on_pick: Callable[..., None] | None = None) -> None:
    """Put a picture on the page.

    Args:
        name: of the chart, on its page.
        choice, on_pick: of a chart that can be clicked, as in `clickable.draw_chart`.
    """
    # column by column: a third of the time that a whole DataFrame takes
    table = pa.table({column: np.asarray(values) for column, values in picture.frame.items()})
    clickable.draw_chart(name, choice, table, picture.spec_on_page(), picture.alt, on_pick)


def draw_downloads(
    pictures: Mapping[str, Picture],
    files: Mapping[str, Callable[[], str]],
    settings: Mapping[str, Any],
    source: Source,
    key: str,
    embeds: Mapping[str, Embedded],
) -> None:
    """Draw buttons for pictures as PNG and SVG and for files; then the link, and how to cite it.

    A file is made when its button is pressed.

    Args:
        pictures: by name.
        files: what makes the content, by name and ending, such as "weights.csv".
        settings: go into the pictures and the files' names; `sentence` comes first if there is one.
        source: the page as it is now.
        embeds: by name.
    """
    colors, theme = palette(), components.theme()
    kinds = {
        "csv": ("CSV", "text/csv"),
        "json": ("JSON", "application/json"),
        "py": ("NumPy code", "text/x-python"),
        "html": ("Interactive page", "text/html"),
    }

    def draw_button(label: str, make: Callable[[], str | bytes], name: str, ending: str, mime: str) -> None:
        file = export.file_name(settings, name, ending)
        st.download_button(label, make, file, mime, on_click="ignore", key=f"{key}-{name}-{ending}")

    def rendered(picture: Picture, render: Callable[[dict[str, Any]], str | bytes]) -> str | bytes:
        about = {**settings, **picture.about, "link": source.link}
        about = {name: value for name, value in about.items() if value is not None}
        return render(export.standalone(picture.spec(colors), picture.frame, about, colors))

    with st.container(horizontal=True):
        for name, picture in pictures.items():
            title = name.capitalize()
            draw_button(f"{title} PNG", partial(rendered, picture, export.png), name, "png", "image/png")
            draw_button(f"{title} SVG", partial(rendered, picture, export.svg), name, "svg", "image/svg+xml")
        for file, make in files.items():
            name, _, ending = file.rpartition(".")
            label, mime = kinds[ending]
            draw_button(label, partial(export.for_spreadsheets, make) if ending == "csv" else make, name, ending, mime)

        def bare_svg(chart: dict[str, Any]) -> str:
            return export.svg({**chart, "config": {**chart["config"], "aria": False}})  # a button is read by its name

        def code_to_embed(name: str, figure: Embedded) -> str:
            still = figure.still(colors)
            if isinstance(still, Picture):
                still = embed.still_of_chart(str(rendered(still, bare_svg)), one_line(still.alt))
            return embed.embed_code(still, source, name, figure.title, theme)

        with st.popover("Code to embed"):
            components.text("For your own page: a picture, live once it is pressed, in the theme you see.", "small")
            for name, figure in embeds.items():
                draw_button(figure.title, partial(code_to_embed, name, figure), f"embed-{name}", "html", "text/html")
    components.copy_link(f"{key}-link")
    only = next(iter(embeds.values())).title if len(embeds) == 1 else ""
    components.text(f"To cite: {citation(source, only)}", "small")


def image_of(weights: np.ndarray, colors: Palette, max_pixels: int) -> pd.DataFrame:
    """A square matrix of weights as one small picture; its colours run from 0 to the largest weight.

    Args:
        max_pixels: a side; where there are more weights, each pixel shows the largest that it covers.
    """
    n = len(weights)
    starts = np.arange(0, n, -(-n // max_pixels))
    weights = np.maximum.reduceat(np.maximum.reduceat(weights, starts, axis=0), starts, axis=1)
    steps = np.round(np.sqrt(weights / (weights.max() or 1)) * 255).astype(np.uint8)
    address = address_of(steps, [along(colors.weights, i / 255) for i in range(256)])
    return pd.DataFrame({"corner": [0, n], "image": [address, ""]})


def address_of(pixels: np.ndarray, colors: Sequence[str]) -> str:
    """A picture as an address that holds it (a PNG), so that it comes with the page and from nowhere else.

    Args:
        pixels: (height, width) uint8.
        colors: #rrggbb of each value from 0 to 255.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels)).convert("P")
    picture.putpalette([part for color in colors for part in bytes.fromhex(color[1:])])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_type=zlib.Z_RLE)  # half the time of the usual way
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
