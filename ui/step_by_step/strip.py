"""What the sections of the steps share: picture and formula side by side, and the text below them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ui.kit import components, figures
from ui.step_by_step import pictures
from ui.step_by_step.selection import Selection


def draw(
    selection: Selection,
    values: np.ndarray,
    title: str,
    formula: Sequence[str],
    lesson: str,
    *,
    key: str,
    weights: bool = False,
    same_decimals: bool = True,
    same_scale: np.ndarray | None = None,
) -> None:
    """Bars and formula side by side, and the lesson.

    Args:
        values: (n,) the bars.
        title: what the bars show.
        formula: LaTeX, a line each.
        lesson: what to see in it.
        key: names the picture.
        weights, same_decimals, same_scale: as in `pictures.bars`.
    """
    left, right = st.columns([2, 3], gap="medium")
    with left:
        picture = pictures.bars(
            selection, values, title, weights=weights, same_decimals=same_decimals, same_scale=same_scale
        )
        figures.draw(picture, f"step-{key}")
        if len(selection.shown) < len(selection.labels):
            components.text(
                f"{len(selection.shown)} of {len(selection.labels)} words: those with the largest scores.", "small"
            )
    with right:
        for line in formula:
            st.latex(line)
    components.text(lesson, "headline")
