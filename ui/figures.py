"""Figures on a page: chart specs built once per shape and kept, data sent beside them.

Altair takes 20 to 40 ms to turn a chart into a spec, under a lock that all visitors share. So a spec is built once for
each kind and theme; a rerun fills in words and choice and sends the numbers.
"""

import base64
import copy
import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from ui.palette import Palette, along
from ui.parts import palette


@cache
def _template(builder: Callable, columns: tuple[tuple[str, str], ...], colors: Palette, options: tuple) -> dict:
    """The spec of a kind of chart, without data."""
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns})
    spec = builder(empty, colors, **dict(options)).to_dict()
    for name in ("data", "datasets", "$schema", "config"):
        spec.pop(name, None)
    return spec


def spec(
    builder: Callable,
    frame: pd.DataFrame,
    colors: Palette,
    fill: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    **size: int | str,
) -> dict:
    """A chart's spec with its parameters filled in, the data not in it.

    Args:
        builder: one of ui/charts.
        frame: the data; only its columns matter here.
        fill: values of the chart's parameters.
        options: further arguments of the builder.
        size: width, height in pixels.
    """
    columns = tuple((name, str(kind)) for name, kind in frame.dtypes.items())
    template = _template(builder, columns, colors, tuple(sorted((options or {}).items())))
    filled = [
        {**parameter, "value": fill[parameter["name"]]} if parameter["name"] in fill else parameter
        for parameter in template.get("params", [])
    ]
    return {**copy.deepcopy({k: v for k, v in template.items() if k != "params"}), "params": filled, **size}


def draw(
    builder: Callable,
    frame: pd.DataFrame,
    *,
    alt: str,
    fill: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    height: int,
    key: str,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Put a chart on the page.

    Args:
        alt: what the picture shows, for those who cannot see it.
        key: name of the chart; the selection is found under it. It has to change with the choice that is drawn, or a
            second click on the same place would go unnoticed.
    """
    chart = spec(builder, frame, palette(), fill or {}, options, height=height, width="container")
    st.vega_lite_chart(
        frame, chart, key=key, alt=alt, width="stretch", on_select="ignore" if on_select is None else on_select
    )


def image_of(weights: np.ndarray) -> pd.DataFrame:
    """A matrix of weights as one small picture: a pixel a weight, in the colours of every other picture of weights."""
    steps = np.round(np.sqrt(weights) * 255).astype(np.uint8)
    picture = Image.fromarray(steps, mode="P")
    picture.putpalette([c for i in range(256) for c in bytes.fromhex(along(palette().weights, i / 255)[1:])])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return pd.DataFrame({"image": ["data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()]})
